"""A claim code's picture reads as the code."""

import re

import cv2
import numpy as np

from cloud_hub.admin.devices.label import qr_code
from device_profiles.claim_code import ClaimCode, encode

CODE = encode(
    ClaimCode(
        hub_url="https://hub.example.org:8443",
        tenant="linguang",
        device="s01-door",
        claim_token="t" * 32,
        fingerprint="ab" * 32,
    )
)


def drawn(svg: str) -> np.ndarray:
    """The picture of a QR code as pixels, from its squares: rows of `M x y` and `h` strokes."""
    side = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    grid = np.full((side, side), 255, np.uint8)
    path = max(re.findall(r'\bd="([^"]+)"', svg), key=len)
    x = y = 0.0
    for verb, numbers in re.findall(r"([Mmh])\s*([-\d. ]+)", path):
        first, *rest = (float(number) for number in re.findall(r"-?\d*\.?\d+", numbers))
        if verb == "h":
            grid[int(y), int(x) : int(x + first)] = 0
            x += first
        elif verb == "M":
            x, y = first, rest[0]
        else:
            x, y = x + first, y + rest[0]
    return np.kron(grid, np.ones((8, 8), np.uint8))


def test_a_telephone_reads_the_code() -> None:
    svg = str(qr_code(CODE, "Claim code of <s01-door>"))
    assert 'aria-label="Claim code of &lt;s01-door&gt;"' in svg
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(drawn(svg))
    assert text == CODE
