"""Rendered chest freezers read basket by basket, scored: `python -m tests.bench.accuracy.baskets`.

Each photo: 2 × 4 baskets filled anew (some empty), 16 planned SKUs with one reference each, packs
in wrong baskets, and packs that nobody enrolled. Scored as `aisle eval shelf` does it: SKUs named
of those with a pack at least 40 % open to view, wrong names, empty baskets, error of the fill.
`--trouble` photographs them through frost on the glass, with noise, a hand, or glare.
"""

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import cv2

from simulators.render.dataset import frozen_packs, write_references
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.chests import write_chests
from simulators.render.shelves.set_profile import PhotoSet
from vision_models.evaluation.shelves.baskets import chest_figures, read_chest_set, score_chests
from vision_models.evaluation.shelves.sets import references_in
from vision_models.evaluation.shelves.trial import gallery_of
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.shelf.reader import ShelfReader

ROWS, COLUMNS, SKUS, STRANGERS = 2, 4, 16, 4
TROUBLES = {
    "clear": Troubles(),
    "frost": Troubles(fog=0.25, condensation=0.4),
    "noisy": Troubles(noise=1.0, reflection=0.6),
    "hand": Troubles(hand=0.7),
    "glare": Troubles(glare=0.9),
}


def main() -> None:
    """Render, read, score; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--first", type=int, default=5000, help="number of the first pack")
    parser.add_argument("--trouble", choices=sorted(TROUBLES), default="clear")
    words = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(
            Path(folder), words.photos, words.seed, words.first, TROUBLES[words.trouble]
        )
    print(json.dumps(vars(words) | figures))


def measure(
    folder: Path, photos: int, seed: int, first: int, troubles: Troubles
) -> dict[str, object]:
    """The figures of `photos` photos of one freezer."""
    packs = frozen_packs(first, SKUS + STRANGERS)
    write_references(folder / "references", packs[:SKUS])
    wanted = PhotoSet(
        out=folder,
        planned=packs[:SKUS],
        strangers=packs[SKUS:],
        rows=ROWS,
        columns=COLUMNS,
        count=photos,
        seed=seed,
    )
    write_chests(wanted, troubles)
    gallery = gallery_of(
        references_in(folder), Gallery.open_or_make(folder / "gallery", Embedder.shipped())
    )
    scores = score_chests(read_chest_set(folder), ShelfReader(gallery), gallery.gtins)
    return asdict(chest_figures(scores))


if __name__ == "__main__":
    main()
