"""The manifest of models: which file, which hash, how its input is prepared, what comes out.

A file that is not what the manifest says is refused when it is loaded, with what was expected and
what was found: a swapped model must not pass for a bad shelf.
"""

import hashlib
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from device_profiles.files import UnreadableFile, read_toml
from vision_models.core.errors import UnusableModel
from vision_models.core.frame import Image
from vision_models.networks.golden import Golden, check_golden, golden_of, golden_picture

HERE = Path(__file__).parents[1]
SHIPPED = HERE / "models.toml"
Tensor = NDArray[np.float32]
RUNTIME_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(
        one
        for one in vars(runtime).values()
        if isinstance(one, type) and issubclass(one, Exception)
    ),
)
"""What ONNX Runtime raises: a type of its own for each kind of damage, and Python's own."""


class ModelEntry(BaseModel):
    """One model of a manifest. Channel values are (pixel / `scale` - `mean`) / `std`.

    For detection, `layout` says what the outputs mean (decoders.py beside this), `classes` is
    the label map in order, `wanted` those that are meant: `["person"]` of a model that knows 80.
    `golden` is what the model answers to the golden picture (vision_models/networks/golden.py).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    sha256: str
    licence: str
    task: Literal["embedding", "detection"]
    width_px: int = Field(ge=16, le=4096)
    height_px: int = Field(ge=16, le=4096)
    colours: Literal["rgb", "bgr"] = "rgb"
    scale: float = Field(default=255.0, gt=0)
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    layout: Literal["cells", "yolo5", "yolo8", "after-nms", "yolox", "nanodet", "ssd", "detr"] = (
        "cells"
    )
    classes: tuple[str, ...] = Field(default=("object",), min_length=1)
    wanted: tuple[str, ...] = ()
    score_threshold: float = Field(default=0.5, ge=0, le=1)
    max_overlap: float = Field(default=0.5, ge=0, le=1)
    golden: Golden | None = None

    @model_validator(mode="after")
    def _wanted_classes_exist(self) -> "ModelEntry":
        missing = sorted(set(self.wanted) - set(self.classes))
        if missing:
            raise ValueError(f"wanted names {missing[0]!r}, which is not one of the classes")
        return self

    @property
    def wanted_columns(self) -> list[int]:
        """Columns of the class scores that are meant: those of `wanted`, or all."""
        chosen = self.wanted or self.classes
        return [number for number, name in enumerate(self.classes) if name in chosen]


def read_manifest(path: Path = SHIPPED) -> dict[str, ModelEntry]:
    """The entries of a manifest by name. Raises UnusableModel with the field that is wrong."""
    try:
        words = read_toml(path, "model manifest")
        return TypeAdapter(dict[str, ModelEntry]).validate_python(words)
    except UnreadableFile as error:
        raise UnusableModel(str(error)) from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise UnusableModel(f"model manifest {path}, {where}: {problem['msg']}") from error


class Model:
    """A loaded model: pictures of any size in, the network's first output out."""

    def __init__(self, entry: ModelEntry, path: Path, *, threads: int = 1) -> None:
        self.entry = entry
        _check_file(entry, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # An arena keeps the peak for ever; a device reads a photo every half hour.
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except RUNTIME_ERRORS as error:
            raise UnusableModel(
                f"{path} is no model that ONNX Runtime can load: {error}"
            ) from error
        self._input = self._session.get_inputs()[0]
        _check_shape(entry, path, list(self._input.shape))
        self._takes_one = self._input.shape[0] == 1
        mean, std = np.array(entry.mean), np.array(entry.std)
        self._gain = np.asarray(1 / (entry.scale * std), np.float32)[:, None, None]
        self._shift = np.asarray(mean / std, np.float32)[:, None, None]

    @property
    def version(self) -> str:
        """Short name of these very weights."""
        return self.entry.sha256[:12]

    def run(self, pictures: list[Image]) -> Tensor:
        """The first output for `pictures`, each resized to the model's input.

        Raises UnusableModel if the network gives NaN or infinity.
        """
        return self.run_all(pictures)[0]

    def run_all(self, pictures: list[Image]) -> list[Tensor]:
        """Every output for `pictures`; each has them along its first axis.

        Raises UnusableModel if the network gives NaN or infinity, or fails.
        """
        batch = np.stack([self._prepared(picture) for picture in pictures])
        if self._takes_one and len(batch) > 1:
            parts = [self._answers(batch[at : at + 1]) for at in range(len(batch))]
            return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]
        return self._answers(batch)

    def golden_values(self) -> Golden:
        """What it answers to the golden picture, for its manifest. Raises UnusableModel."""
        return golden_of(self._golden_answers())

    def check_golden(self) -> None:
        """Looks at the golden picture. Raises UnusableModel where it does not answer as it must, or
        the manifest does not say how."""
        file, golden = self.entry.file, self.entry.golden
        if golden is None:
            raise UnusableModel(
                f"the manifest has no golden values of {file}; add those that aisle model golden"
                " prints"
            )
        check_golden(golden, self._golden_answers(), file=file)

    def _golden_answers(self) -> list[Tensor]:
        picture = golden_picture(self.entry.width_px, self.entry.height_px)
        return [output[0] for output in self.run_all([picture])]

    def _answers(self, batch: Tensor) -> list[Tensor]:
        try:
            answers = self._session.run(None, {self._input.name: batch})
        except RUNTIME_ERRORS as error:
            raise UnusableModel(f"{self.entry.file} failed on a picture: {error}") from error
        outputs = [np.asarray(answer, np.float32) for answer in answers]
        if not all(np.isfinite(output).all() for output in outputs):
            raise UnusableModel(f"{self.entry.file} gave NaN or infinity; the file is damaged")
        return outputs

    def _prepared(self, picture: Image) -> Tensor:
        size = (self.entry.width_px, self.entry.height_px)
        shrinks = picture.shape[1] > size[0]
        resized = cv2.resize(
            picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        )
        channels = resized[..., ::-1] if self.entry.colours == "rgb" else resized
        values = np.array(channels.transpose(2, 0, 1), np.float32, order="C")
        values *= self._gain
        values -= self._shift
        return values


def load_model(name: str, *, manifest: Path = SHIPPED, threads: int = 1) -> Model:
    """The model `name` of a manifest; its file stands beside the manifest. Where the manifest has
    golden values it has looked at the golden picture before anybody uses it.

    Raises UnusableModel.
    """
    model = open_model(name, manifest=manifest, threads=threads)
    if model.entry.golden is not None:
        model.check_golden()
    return model


def open_model(name: str, *, manifest: Path = SHIPPED, threads: int = 1) -> Model:
    """The model `name` of a manifest, not yet tested: for making its golden values.

    Raises UnusableModel.
    """
    entries = read_manifest(manifest)
    if name not in entries:
        known = ", ".join(sorted(entries)) or "none"
        raise UnusableModel(f"the manifest {manifest} has no model {name!r}; it has {known}")
    return Model(entries[name], manifest.parent / entries[name].file, threads=threads)


def _check_file(entry: ModelEntry, path: Path) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UnusableModel(f"cannot read the model file {path}: {error.strerror}") from error
    if found != entry.sha256:
        raise UnusableModel(
            f"{path} is not the model of the manifest: expected sha256 {entry.sha256[:12]}…,"
            f" found {found[:12]}…; restore the file, or correct the manifest"
        )


def _check_shape(entry: ModelEntry, path: Path, shape: list[object]) -> None:
    expected = [3, entry.height_px, entry.width_px]
    fits = len(shape) == 4 and all(
        not isinstance(found, int) or found == wanted
        for found, wanted in zip(shape[1:], expected, strict=True)
    )
    if not fits:
        raise UnusableModel(
            f"{path} takes an input of {shape}, the manifest says"
            f" [n, 3, {entry.height_px}, {entry.width_px}]; correct width_px and height_px"
        )
