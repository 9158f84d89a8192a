"""Assets: the machines themselves, apart from the places they stand in."""
