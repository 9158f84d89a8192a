"""What a receipt, a void or a basket becomes when it is booked, and lines read again later."""
