"""Half the file: weights stored as 16-bit floats, computed with as 32-bit ones."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LEAST_VALUES = 256
"""Smaller tensors (biases, norms) stay exact; they weigh nothing."""


def store_weights_half(path: Path) -> None:
    """Rewrite the ONNX file: each large weight becomes a 16-bit tensor and a Cast, which ONNX
    Runtime folds away when it loads the file, so that inference is as fast as before."""
    model = onnx.load(str(path))
    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < LEAST_VALUES:
            continue
        name = weight.name
        half = numpy_helper.from_array(values.astype(np.float16), f"{name}_half")
        weight.CopyFrom(half)
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
