"""What every part of the simulators stands on."""
