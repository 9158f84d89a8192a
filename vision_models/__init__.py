"""Seeing: detectors, SKU gallery, trackers, shelf and footfall reasoning. No network, no database."""
