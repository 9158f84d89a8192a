"""Problems that somebody should mend, each with its evidence and its cost. One file a kind."""
