"""The program on a device: drivers, pipelines, local rules, local store, local page."""
