"""The list of what needs somebody now."""
