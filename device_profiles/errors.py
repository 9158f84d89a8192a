"""The base of every folder's own errors."""


class AisleError(Exception):
    """Something cannot go on, and a person can mend it: the message is one line that says what is
    wrong and what to do. The command line prints it and ends with exit code 1."""
