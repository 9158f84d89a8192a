"""Who may sign in, and which programs may ask: the page, and what is done on it."""
