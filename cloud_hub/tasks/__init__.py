"""Who is asked to do what, until when, and the answer."""
