"""Chest freezers: baskets from above, packs that lie as they fell."""
