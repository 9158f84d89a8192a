"""Training and export of the shipped models. Behind the extra `train`; never on a device."""
