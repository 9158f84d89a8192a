"""Which labelled photos of people are learned from, and which only measure."""

from pathlib import Path

HELD_OUT = ("clip1_", "clip_main_lobby")
"""Two of the lobby's three camera positions: measured on, never learned from."""
NOT_DOORS = ("IMG_",)
"""Badges held before a lens: no camera over a door sees the like."""


def pairs_in(folder: Path) -> list[tuple[Path, Path]]:
    """Every picture of `folder` with its YOLO text."""
    photos = sorted((folder / "images").glob("*.jpg"))
    return [(photo, folder / "labels" / f"{photo.stem}.txt") for photo in photos]


def is_learned(photo: Path) -> bool:
    """Whether a picture may be learned from."""
    return not photo.name.startswith((*HELD_OUT, *NOT_DOORS))


def learned(folder: Path) -> list[tuple[Path, Path]]:
    """The pictures of `folder` that may be learned from, with their labels."""
    return [pair for pair in pairs_in(folder) if is_learned(pair[0])]
