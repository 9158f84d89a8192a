"""One fixture's page: the photo against the plan."""
