"""Problems that photos prove."""
