"""A brand's page: its outlets and its share."""
