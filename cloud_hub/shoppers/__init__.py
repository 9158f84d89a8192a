"""人: identities and what joins them."""
