"""Pictures with exact truth: packs, shelves and coolers, doors with walking people."""
