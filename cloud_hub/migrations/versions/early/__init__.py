"""The first steps of the chain, of releases that are out."""
