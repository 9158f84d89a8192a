"""Train and export the product detector: `python -m vision_models.train.product.detector --help`.

Resumable and seeded, like the SKU embedding.
"""

import argparse
from pathlib import Path

from vision_models.train.detector import begin, run_of, run_options, train_detector
from vision_models.train.detector_network import DetectorNetwork
from vision_models.train.product.samples import ProductSamples, ProductSources

INPUT_PX = (416, 416)


def _labelled(images: Path, labels: Path) -> list[tuple[Path, Path]]:
    return [(photo, labels / f"{photo.stem}.txt") for photo in sorted(images.glob("*.jpg"))]


def _samples(options: argparse.Namespace) -> ProductSamples:
    listed = (options.scenes / "train.txt").read_text(encoding="utf-8").splitlines()[::4]
    return ProductSamples(
        ProductSources(
            labelled=_labelled(
                options.labelled / "train-images", options.labelled / "train-labels"
            ),
            packs=sorted(options.packs.glob("*/*.png")),
            scenes=[options.scenes / line.split(",")[0].strip() for line in listed],
            shelves=_labelled(options.shelves / "images", options.shelves / "labels"),
        ),
        side_px=options.side,
        seed=options.seed,
        length=options.steps * options.batch,
    )


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labelled", type=Path, required=True, help="Beverage3, YOLO labels")
    parser.add_argument("--packs", type=Path, required=True, help="rendered packs")
    parser.add_argument("--shelves", type=Path, required=True, help="rendered shelves, YOLO labels")
    parser.add_argument("--scenes", type=Path, required=True, help="Grocery Store Dataset")
    run_options(parser, out="train-out/product-detector", steps=9_000)
    options = parser.parse_args()
    run = run_of(options)
    begin(run)
    train_detector(
        DetectorNetwork(), _samples(options), run, name="product_detector", input_px=INPUT_PX
    )


if __name__ == "__main__":
    main()
