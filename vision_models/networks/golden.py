"""The self test of a model: what it must answer to one small picture that is always the same.

A hash proves that the file is the one of the manifest; the golden values prove that this file, fed
as the manifest says, on this machine, still sees what its makers saw. They stand in the manifest
and are checked whenever a model is loaded, so that none becomes current without having passed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from vision_models.core.errors import UnusableModel
from vision_models.core.frame import Image

SAMPLES = 16
"""So many values of a vector are kept, evenly spread."""
CHANNELS = 8
"""So many channels of a larger output are kept, evenly spread: mean, deviation, least, most."""
DIGITS = 5


class GoldenOutput(BaseModel):
    """One output of the network: its shape without the batch; values of it, or figures of its
    channels, in rows that are judged each by its own range."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: tuple[int, ...]
    values: tuple[tuple[float, ...], ...] = Field(min_length=1)


class Golden(BaseModel):
    """What a model answers to the golden picture. `tolerance` is a share of the range of the
    expected values of a row: processors round differently, other weights differ by far more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tolerance: float = Field(default=0.02, gt=0, le=0.2)
    outputs: tuple[GoldenOutput, ...] = Field(min_length=1)


def golden_picture(width_px: int, height_px: int) -> Image:
    """The golden picture in a model's input size: two boards of striped, lettered packs on a
    ground that grows lighter. Whole numbers only, so that it is the same everywhere."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    column, row = x * 6 // width_px, y * 2 // height_px
    across, down = x * 6 % width_px * 60 // width_px, y * 2 % height_px * 80 // height_px
    picture = np.stack([60 + y * 60 // height_px] * 3, axis=-1)
    pack = (across >= 8) & (across < 52) & (down >= 12) & (down < 72)
    for channel, step in enumerate((83, 139, 47)):
        tint = 40 + (column + 6 * row + 1) * step % 190
        picture[..., channel] = np.where(pack, tint, picture[..., channel])
    label = pack & (down >= 30) & (down < 52) & (across >= 14) & (across < 46)
    picture[label] = 235
    picture[label & ((across // 4 + down // 6 * (column + 2)) % 3 == 0)] = 25
    picture[(down >= 74) & (down < 78)] = 210
    return np.asarray(picture, np.uint8)


def golden_of(outputs: Sequence[NDArray[np.float32]]) -> Golden:
    """The golden values of a model that answers the golden picture by `outputs`, to be written into
    its manifest."""
    return Golden(
        outputs=tuple(
            GoldenOutput(
                shape=tuple(output.shape),
                values=tuple(
                    tuple(round(float(value), DIGITS) for value in row) for row in _figures(output)
                ),
            )
            for output in outputs
        )
    )


def check_golden(golden: Golden, outputs: Sequence[NDArray[np.float32]], *, file: str) -> None:
    """Raises UnusableModel where the model in `file` answers the golden picture by other `outputs`
    than it must, with what was expected and what was found."""
    expected_shapes = [output.shape for output in golden.outputs]
    shapes = [tuple(output.shape) for output in outputs]
    if shapes != expected_shapes:
        raise UnusableModel(
            f"{file} failed the golden picture: expected outputs of {expected_shapes},"
            f" found {shapes}; keep the model before"
        )
    for number, (wanted, output) in enumerate(zip(golden.outputs, outputs, strict=True), start=1):
        _compare(f"{file}, output {number}", wanted, _figures(output), golden.tolerance)


def golden_as_toml(name: str, golden: Golden) -> str:
    """The lines of a manifest for the golden values of its model `name`."""
    lines = [f"[{name}.golden]", f"tolerance = {golden.tolerance}"]
    for output in golden.outputs:
        lines += [
            "",
            f"[[{name}.golden.outputs]]",
            f"shape = [{', '.join(str(side) for side in output.shape)}]",
            "values = [",
            *(f"  [{', '.join(str(value) for value in row)}]," for row in output.values),
            "]",
        ]
    return "\n".join(lines)


def _compare(what: str, wanted: GoldenOutput, found: NDArray[np.float64], tolerance: float) -> None:
    widths = {len(row) for row in wanted.values}
    if (len(wanted.values), widths) != (len(found), {found.shape[1]}):
        raise UnusableModel(
            f"the golden values of {what} are not {len(found)} rows of {found.shape[1]};"
            " make them anew with aisle model golden"
        )
    expected = np.array(wanted.values, np.float64)
    spans = np.maximum(np.ptp(expected, axis=1, keepdims=True), 10.0 ** (1 - DIGITS))
    off = np.abs(expected - found) / spans
    row, place = (int(at) for at in np.unravel_index(int(off.argmax()), off.shape))
    if off[row, place] > tolerance:
        raise UnusableModel(
            f"{what} failed the golden picture: value {place + 1} of row {row + 1}: expected"
            f" {expected[row, place]:.5g} ± {tolerance * float(spans[row, 0]):.2g}, found"
            f" {found[row, place]:.5g}; keep the model before, or, if this one is meant, make its"
            " golden values anew with aisle model golden"
        )


def _figures(output: NDArray[np.float32]) -> NDArray[np.float64]:
    """(1, 16) values of a vector, or (channels, 4) figures of a larger output, whose channels lie
    along its shortest axis."""
    if output.ndim < 2:
        flat = np.asarray(output, np.float64).reshape(-1)
        return flat[_spread(len(flat), SAMPLES)][None]
    axis = int(np.argmin(output.shape))
    rows = np.moveaxis(output, axis, 0).reshape(output.shape[axis], -1).astype(np.float64)
    chosen = rows[_spread(len(rows), CHANNELS)]
    return np.stack(
        [chosen.mean(axis=1), chosen.std(axis=1), chosen.min(axis=1), chosen.max(axis=1)], axis=1
    )


def _spread(length: int, most: int) -> NDArray[np.intp]:
    return np.unique(np.linspace(0, length - 1, min(most, length)).round().astype(np.intp))
