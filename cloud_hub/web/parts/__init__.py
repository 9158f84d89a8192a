"""Parts that pages share: one a file, each a pure function from data to markup."""
