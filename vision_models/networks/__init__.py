"""The ONNX networks: loaded, checked, decoded."""
