"""People: found, followed, counted at lines and in zones."""
