"""produced = received + declared lost + waiting, for every device; and where one record is."""
