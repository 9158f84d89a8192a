"""A pack's body as it is seen: outline, roundness, gloss, foil, liquid."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.render.packs.artwork import Pixels, flat_print
from simulators.render.packs.packs import PackDesign, PackShape, Rgb

Plane = NDArray[np.float32]

MASTER_PX_PER_MM = 1.9


@dataclass(frozen=True, slots=True, kw_only=True)
class PackView:
    """From where a pack is seen: turned by `yaw_deg`, `tilt` −1 from below … +2 from above."""

    yaw_deg: float = 0.0
    tilt: int = 0


# Half-width over height from top to bottom, as (share of height, share of half the width).
_OUTLINES: dict[PackShape, tuple[tuple[float, float], ...]] = {
    PackShape.BOTTLE: (
        (0.0, 0.40),
        (0.005, 0.44),
        (0.095, 0.44),
        (0.097, 0.36),
        (0.115, 0.36),
        (0.118, 0.47),
        (0.135, 0.47),
        (0.138, 0.38),
        (0.17, 0.40),
        (0.22, 0.60),
        (0.28, 0.84),
        (0.34, 0.97),
        (0.38, 1.0),
        (0.92, 1.0),
        (0.965, 0.97),
        (0.99, 0.88),
        (1.0, 0.80),
    ),
    PackShape.CAN: (
        (0.0, 0.82),
        (0.012, 0.86),
        (0.03, 0.85),
        (0.085, 0.99),
        (0.10, 1.0),
        (0.93, 1.0),
        (0.965, 0.94),
        (0.985, 0.80),
        (1.0, 0.76),
    ),
    PackShape.SLIM_CAN: (
        (0.0, 0.84),
        (0.012, 0.89),
        (0.03, 0.87),
        (0.075, 0.99),
        (0.09, 1.0),
        (0.94, 1.0),
        (0.97, 0.95),
        (0.985, 0.84),
        (1.0, 0.80),
    ),
    PackShape.JAR: (
        (0.0, 0.84),
        (0.01, 0.88),
        (0.15, 0.88),
        (0.155, 0.80),
        (0.18, 0.82),
        (0.24, 0.98),
        (0.27, 1.0),
        (0.93, 1.0),
        (0.98, 0.95),
        (1.0, 0.88),
    ),
    PackShape.CUP: ((0.0, 1.0), (0.05, 1.0), (0.055, 0.95), (0.97, 0.76), (1.0, 0.73)),
}
_PRINTED: dict[PackShape, tuple[float, float]] = {
    PackShape.BOTTLE: (0.40, 0.84),
    PackShape.CAN: (0.035, 0.965),
    PackShape.SLIM_CAN: (0.035, 0.965),
    PackShape.JAR: (0.32, 0.90),
    PackShape.CUP: (0.06, 0.99),
}


def draw_pack(design: PackDesign, view: PackView) -> Pixels:
    """The pack at its own size: (height, width, 4) BGRA, colour premultiplied by alpha."""
    if design.shape in _OUTLINES:
        colour, alpha = _turned_body(design, view)
    elif design.shape is PackShape.POUCH:
        colour, alpha = _pouch(design)
    else:
        colour, alpha = _flat_body(design)
    shade = np.clip(colour, 0, 255) * alpha[..., None]
    picture = np.dstack([shade[..., ::-1], alpha * 255])
    return np.asarray(np.rint(picture), dtype=np.uint8)


def _turned_body(design: PackDesign, view: PackView) -> tuple[Plane, Plane]:
    """A body of revolution: colour (h, w, 3) RGB 0..255 and alpha (h, w) 0..1."""
    width, height = _size_px(design)
    rows = ((np.arange(height) + 0.5) / height).astype(np.float32)
    outline = np.array(_OUTLINES[design.shape], dtype=np.float32)
    half = np.interp(rows, outline[:, 0], outline[:, 1]).astype(np.float32) * width / 2
    columns = (np.arange(width) + 0.5 - width / 2).astype(np.float32)
    alpha = np.clip(half[:, None] - np.abs(columns)[None, :] + 0.5, 0, 1).astype(np.float32)
    across = np.clip(columns[None, :] / half[:, None], -1, 1).astype(np.float32)
    colour = _materials(design, view, rows, across)
    colour = _rounded(colour, across, design.gloss, metal=_is_metal(design))
    if design.clear:
        alpha = np.asarray(alpha * _clearness(rows, across), dtype=np.float32)
    if view.tilt:
        colour, alpha = _tilted(colour, alpha, columns / (width / 2), view.tilt, width)
    return colour.astype(np.float32), alpha.astype(np.float32)


def _size_px(design: PackDesign) -> tuple[int, int]:
    return (
        max(24, int(design.width_mm * MASTER_PX_PER_MM)),
        max(40, int(design.height_mm * MASTER_PX_PER_MM)),
    )


def _is_metal(design: PackDesign) -> bool:
    return design.foil or design.shape in (PackShape.CAN, PackShape.SLIM_CAN)


def _materials(design: PackDesign, view: PackView, rows: Plane, across: Plane) -> Plane:
    """What each point is made of, before light: cap, liquid, bare metal or print."""
    height, width = across.shape
    colour = np.empty((height, width, 3), dtype=np.float32)
    colour[:] = _body_colour(design, rows, across)
    top, bottom = _PRINTED[design.shape]
    first, last = int(top * height), int(bottom * height)
    around = int(np.pi * width)
    panel = int(width * 0.92)
    sheet = flat_print(design, width_px=around, height_px=last - first, panel_px=panel)
    turn = np.arcsin(across[first:last]) / (2 * np.pi) + view.yaw_deg / 360.0
    sheet_x = ((turn + 0.5) % 1.0) * (around - 1)
    sheet_y = np.repeat(np.arange(last - first, dtype=np.float32)[:, None], width, axis=1)
    wrapped = cv2.remap(
        sheet, sheet_x.astype(np.float32), sheet_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )
    colour[first:last] = wrapped
    return colour


def _body_colour(design: PackDesign, rows: Plane, across: Plane) -> Plane:
    """Cap and liquid of a bottle, lid and rim of a can, foil of a cup: (h, w, 3)."""
    row = rows[:, None, None]
    if design.shape in (PackShape.BOTTLE, PackShape.JAR):
        cap_end = 0.097 if design.shape is PackShape.BOTTLE else 0.152
        ribs = 1.0 + 0.10 * np.sin(np.arcsin(across) * 22.0)[..., None]
        cap = _rgb(design.cap) * ribs
        depth = np.sqrt(1 - across**2)[..., None]
        bright = _rgb(design.liquid) * (0.72 + 0.34 * depth)
        body = bright if design.clear else np.broadcast_to(_rgb(design.ground), bright.shape)
        empty = np.array([214, 222, 226], dtype=np.float32) * (0.8 + 0.2 * depth)
        body = np.where((row < 0.16) & design.clear, empty, body)
        ring = 1.0 - 0.10 * (np.abs(np.sin(row * 74.0)) > 0.93) * (row > 0.36)
        return np.where(row < cap_end, cap, body * ring).astype(np.float32)
    if design.shape is PackShape.CUP:
        lid = np.where(row < 0.055, 232.0, 0.0) + np.zeros((*across.shape, 3), dtype=np.float32)
        return np.where(row < 0.055, lid, _rgb(design.ground)).astype(np.float32)
    metal = 196.0 + 36.0 * np.sin(np.arcsin(across) * 5.0)[..., None]
    return np.repeat(metal, 3, axis=2).astype(np.float32)


def _rgb(colour: Rgb) -> Plane:
    return np.array(colour, dtype=np.float32)


def _rounded(colour: Plane, across: Plane, gloss: float, *, metal: bool) -> Plane:
    """Light over a cylinder: bright middle, dark edges, two reflected lamps, sharper on metal."""
    facing = np.sqrt(np.clip(1 - across**2, 0, 1))
    shade = 0.42 + 0.62 * facing**0.8
    if metal:
        shade = 0.46 + 0.46 * facing + 0.13 * np.cos(np.arcsin(across) * 6.0)
    lamps = 0.8 * np.exp(-(((across + 0.55) / 0.075) ** 2))
    lamps += 0.55 * np.exp(-(((across - 0.66) / 0.06) ** 2))
    lamps += 0.20 * np.exp(-(((across + 0.25) / 0.20) ** 2))
    strength = 105.0 * gloss * (1.25 if metal else 0.8)
    return np.asarray(colour * shade[..., None] + strength * lamps[..., None], dtype=np.float32)


def _clearness(rows: Plane, across: Plane) -> Plane:
    """Alpha of glass and PET: air in the neck lets the background through, edges do not."""
    neck = ((rows > 0.14) & (rows < 0.17))[:, None]
    return np.where(neck, 0.62 + 0.3 * np.abs(across), 0.985).astype(np.float32)


def _tilted(
    colour: Plane, alpha: Plane, across: Plane, tilt: int, width: int
) -> tuple[Plane, Plane]:
    """Seen from above (tilt > 0) rings bend downward in the middle, from below upward."""
    height = colour.shape[0]
    room = abs(tilt) * 0.045 * width
    bend = tilt * 0.045 * width * np.sqrt(np.clip(1 - across**2, 0, 1)) + (room if tilt < 0 else 0)
    squeeze = height / max(1.0, height - room)
    y = ((np.arange(height)[:, None] - bend[None, :]) * squeeze).astype(np.float32)
    x = np.repeat(np.arange(colour.shape[1], dtype=np.float32)[None, :], height, axis=0)
    remapped = cv2.remap(colour, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    turned = np.asarray(remapped, dtype=np.float32)
    cover = np.asarray(cv2.remap(alpha, x, y, cv2.INTER_LINEAR, borderValue=0), dtype=np.float32)
    if tilt > 0:
        return _with_lid(turned, cover, tilt, width)
    return turned, cover


def _with_lid(colour: Plane, alpha: Plane, tilt: int, width: int) -> tuple[Plane, Plane]:
    """The round top that shows from above: the far half of its rim."""
    top = np.flatnonzero(alpha[:, alpha.shape[1] // 2] > 0.5)
    if len(top) == 0:
        return colour, alpha
    edge = colour[min(int(top[0]) + 2, colour.shape[0] - 1), alpha.shape[1] // 2] * 0.93 + 14
    half = int((alpha[int(top[0]) + 2] > 0.5).sum() / 2)
    rise = max(1.0, tilt * 0.045 * width * (half * 2 / width))
    mask = np.zeros(alpha.shape, dtype=np.uint8)
    centre = (alpha.shape[1] // 2, int(top[0]))
    cv2.ellipse(mask, centre, (max(1, half), max(1, int(rise))), 0, 0, 360, 255, -1, cv2.LINE_AA)
    cover = (mask.astype(np.float32) / 255.0)[..., None]
    mixed = colour * (1 - cover) + edge[None, None] * cover
    return mixed.astype(np.float32), np.maximum(alpha, cover[..., 0]).astype(np.float32)


def _flat_body(design: PackDesign) -> tuple[Plane, Plane]:
    """A carton or box from the front: faint gradient, creases, a screw cap on cartons."""
    width, height = _size_px(design)
    colour = np.zeros((height, width, 3), dtype=np.float32)
    alpha = np.ones((height, width), dtype=np.float32)
    top = int(height * 0.06) if design.shape is PackShape.CARTON else 0
    sheet = flat_print(design, width_px=width, height_px=height - top, panel_px=width)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    colour[top:] = sheet
    if top:
        colour[:top] = _rgb(design.ground) * 0.5 + 110
        alpha[:top] = 0.0
        cap = slice(int(width * 0.36), int(width * 0.64))
        colour[:top, cap] = _rgb(design.cap) * (
            1.1 - 0.4 * np.linspace(-1, 1, width)[None, cap, None] ** 2
        )
        alpha[:top, cap] = 1.0
    shade = 1.0 - 0.10 * np.abs(x) ** 3 - 0.10 * y + 0.06 * np.exp(-(((x + 0.4) / 0.25) ** 2))
    if design.foil:
        shade = shade + 0.16 * np.sin(9.0 * (x + 0.6 * y))
    colour = colour * shade + 8.0 * design.gloss
    colour[-2:] *= 0.7
    colour[:, :1] *= 0.75
    colour[:, -1:] *= 0.75
    return colour.astype(np.float32), alpha


def _pouch(design: PackDesign) -> tuple[Plane, Plane]:
    """A pillow of film: crimped ends, puffed middle, crinkled highlights."""
    width, height = _size_px(design)
    sheet = flat_print(design, width_px=width, height_px=height, panel_px=width).astype(np.float32)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    half = 1.0 - 0.10 * np.abs(np.sin(y * 1.57)) ** 6 - 0.04 * (1 - np.abs(y))
    edge = np.where(np.abs(y) > 0.93, 0.02 * (np.sin(x * 60) > 0), 0.0)
    alpha = np.clip((half - np.abs(x)) * width / 2 + 0.5, 0, 1) * (np.abs(y) < 1.0 - edge)
    rng = np.random.default_rng(design.seed)
    rough = rng.normal(size=(12, 8)).astype(np.float32)
    crinkle = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    puff = np.sqrt(np.clip(1 - (x * 0.9) ** 2, 0, 1)) * np.sqrt(np.clip(1.05 - y**2, 0, 1))
    shade = 0.62 + 0.44 * puff + 0.09 * crinkle
    crimp = (np.abs(y) > 0.91).astype(np.float32) * (0.12 * np.sin(x * 90))
    shine = 60 * np.clip(crinkle - 0.7, 0, 1) * (1.0 + design.gloss)
    colour = sheet * (shade + crimp)[..., None] + shine[..., None]
    return colour.astype(np.float32), alpha.astype(np.float32)
