"""Seeing: detectors, SKU gallery, trackers, shelf and door reasoning. No network, no database."""
