"""`aisle demo`: processes, announcement, what a visitor sees."""
