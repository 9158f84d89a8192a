"""Train and export the person detector: `python -m vision_models.train.person_detector --help`.

Resumable and seeded, like the product detector. `--people` is split by scene: pictures whose names
begin with one of HELD_OUT are never learned from.
"""

import argparse
from pathlib import Path

from vision_models.train.detector import begin, run_of, run_options, train_detector
from vision_models.train.detector_network import DetectorNetwork
from vision_models.train.person_samples import PersonSamples, PersonSources

WIDTHS = (16, 24, 48, 96)
INPUT_PX = (384, 288)
"""Width and height that the shipped model takes."""
HELD_OUT = ("clip1_", "clip_main_lobby")
"""Two of the lobby's three camera positions: measured on, never learned from."""
NOT_DOORS = ("IMG_",)
"""Badges held before a lens: no camera over a door sees the like."""


def _pairs(folder: Path) -> list[tuple[Path, Path]]:
    photos = sorted((folder / "images").glob("*.jpg"))
    return [(photo, folder / "labels" / f"{photo.stem}.txt") for photo in photos]


def learned(folder: Path) -> list[tuple[Path, Path]]:
    """The pictures of `folder` that may be learned from, with their labels."""
    left_out = (*HELD_OUT, *NOT_DOORS)
    return [pair for pair in _pairs(folder) if not pair[0].name.startswith(left_out)]


def held_out(folder: Path) -> list[tuple[Path, Path]]:
    """The pictures of `folder` that are measured on, with their labels."""
    return [pair for pair in _pairs(folder) if pair[0].name.startswith(HELD_OUT)]


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=Path, required=True, help="Capston2, YOLO labels")
    parser.add_argument("--clips", type=Path, required=True, help="written by person_clips")
    parser.add_argument("--renders", type=Path, required=True, help="rendered people")
    parser.add_argument("--grounds", type=Path, required=True, help="Grocery Store Dataset")
    run_options(parser, out="train-out/person-detector", steps=7_500)
    options = parser.parse_args()
    run = run_of(options)
    begin(run)
    listed = (options.grounds / "train.txt").read_text(encoding="utf-8").splitlines()[::4]
    sources = PersonSources(
        photos=learned(options.people),
        clips=_pairs(options.clips),
        renders=_pairs(options.renders),
        cut_outs=sorted((options.clips / "cut-outs").glob("*.png")),
        grounds=[options.grounds / line.split(",")[0].strip() for line in listed],
    )
    samples = PersonSamples(
        sources,
        size_px=(run.side, run.side * 4 // 5),
        seed=run.seed,
        length=run.steps * run.batch,
    )
    train_detector(DetectorNetwork(WIDTHS), samples, run, name="person_detector", input_px=INPUT_PX)


if __name__ == "__main__":
    main()
