"""A detector in 8-bit integers: `python -m vision_models.train.eight_bits MODEL --pictures DIR`.

Whether that pays on a processor is for `aisle eval shelf --manifest` and its times to say; the
figures of the shipped detectors stand on their cards.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

LAST_LAYERS = 12
"""So many nodes at the end turn features into pixels and scores, and stay in 32 bits."""


class Pictures(CalibrationDataReader):  # type: ignore[misc]
    """Squares out of the middle of pictures, as the detector gets them: RGB in 0..1."""

    def __init__(self, paths: list[Path], *, name: str, size_px: tuple[int, int]) -> None:
        self.name, self.size_px = name, size_px
        self.left: Iterator[Path] = iter(paths)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next picture, or None when all were seen."""
        path = next(self.left, None)
        return None if path is None else {self.name: self._tensor(path)}

    def _tensor(self, path: Path) -> NDArray[np.float32]:
        picture = cv2.imread(str(path))
        if picture is None:
            raise ValueError(f"{path} is not a readable picture")
        width, height = self.size_px
        scale = max(width / picture.shape[1], height / picture.shape[0], 0.5)
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
        square = picture[top : top + height, left : left + width, ::-1]
        tensor = square.astype(np.float32).transpose(2, 0, 1)[None] / 255.0
        return np.ascontiguousarray(tensor)


def quantise(model: Path, pictures: list[Path], out: Path) -> None:
    """Write `model` with 8-bit weights and features to `out`, its ranges learned on `pictures`."""
    prepared = out.with_suffix(".prepared.onnx")
    quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
    graph = onnx.load(prepared).graph
    height, width = (side.dim_value for side in graph.input[0].type.tensor_type.shape.dim[2:])
    quantize_static(
        str(prepared),
        str(out),
        Pictures(pictures, name=graph.input[0].name, size_px=(width, height)),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["Conv", "Add", "Relu"],
        nodes_to_exclude=[node.name for node in graph.node[-LAST_LAYERS:]],
    )
    prepared.unlink()


def main() -> None:
    """Read the command line and quantise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--count", type=int, default=64, help="how many of them")
    parser.add_argument("--out", type=Path, default=Path("train-out/eight-bits.onnx"))
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    found = sorted(options.pictures.glob("*.jpg"))[: options.count]
    if not found:
        raise SystemExit(f"{options.pictures} holds no .jpg")
    quantise(options.model, found, options.out)


if __name__ == "__main__":
    main()
