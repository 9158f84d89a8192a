"""The device's own pages: what it tells, and a clip counted by hand."""
