"""People in films and stills with a known truth: found, followed, counted."""
