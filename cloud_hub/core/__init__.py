"""The kit that every part of the hub stands on: settings, words, money, storage, keys, days.
Knows no business."""
