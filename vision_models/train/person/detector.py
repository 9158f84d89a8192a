"""Train and export the person detector: `python -m vision_models.train.person.detector --help`.

Resumable and seeded, like the product detector. `--people` is split by scene (person_photos.py).
"""

import argparse
from pathlib import Path

from vision_models.train.detector import begin, run_of, run_options, train_detector
from vision_models.train.detector_network import DetectorNetwork
from vision_models.train.person.photos import learned, pairs_in
from vision_models.train.person.samples import PersonSamples, PersonSources

WIDTHS = (16, 24, 48, 96)
INPUT_PX = (480, 360)
"""Width and height that the shipped model takes."""


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=Path, required=True, help="Capston2, YOLO labels")
    parser.add_argument("--clips", type=Path, required=True, help="written by person_clips")
    parser.add_argument("--outlines", type=Path, required=True, help="written by person_outlines")
    parser.add_argument(
        "--renders", type=Path, required=True, nargs="+", help="rendered people; twice counts twice"
    )
    parser.add_argument("--grounds", type=Path, required=True, help="Grocery Store Dataset")
    run_options(parser, out="train-out/person-detector", steps=7_500)
    options = parser.parse_args()
    run = run_of(options)
    begin(run)
    listed = (options.grounds / "train.txt").read_text(encoding="utf-8").splitlines()[::4]
    sources = PersonSources(
        photos=learned(options.people),
        clips=pairs_in(options.clips),
        renders=[pair for folder in options.renders for pair in pairs_in(folder)],
        # The outlines are fewer, of more people: each counts twice.
        cut_outs=[
            *sorted((options.clips / "cut-outs").glob("*.png")),
            *2 * sorted(options.outlines.glob("*.png")),
        ],
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
