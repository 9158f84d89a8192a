"""What is asked at the door beside the password, and what leaves by any door."""
