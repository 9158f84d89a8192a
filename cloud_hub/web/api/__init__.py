"""HTTP doors that belong to no domain, and what every door depends on."""
