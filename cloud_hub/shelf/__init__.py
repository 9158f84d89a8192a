"""Photos against plans: availability, share, purity, compliance, gaps."""
