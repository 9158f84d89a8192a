"""Which SKU a crop shows: gallery, embedding, second look."""
