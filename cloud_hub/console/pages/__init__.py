"""One page a file: a pure function from its view to markup."""
