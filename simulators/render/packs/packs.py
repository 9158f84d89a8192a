"""What a product's pack looks like: derived from its GTIN, brand and name, the same every time."""

import colorsys
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from device_profiles.store import ProductProfile

Rgb = tuple[int, int, int]


class PackShape(StrEnum):
    """The kinds of pack that the renderer can draw."""

    BOTTLE = "bottle"
    CAN = "can"
    SLIM_CAN = "slim-can"
    CARTON = "carton"
    BOX = "box"
    JAR = "jar"
    CUP = "cup"
    POUCH = "pouch"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackDesign:
    """One pack: outline, sizes, colours and print. Equal designs draw equal pictures."""

    gtin: str | None
    brand_text: str
    name_text: str
    small_text: str
    shape: PackShape
    width_mm: float
    height_mm: float
    ground: Rgb
    accent: Rgb
    flavour: Rgb
    liquid: Rgb
    cap: Rgb
    layout: int
    logo: int
    motif: int
    bands: int
    gloss: float
    foil: bool
    clear: bool
    seed: int


# Words in a product's name, the flavour's colour and the drink's own colour.
_FLAVOURS: tuple[tuple[tuple[str, ...], Rgb, Rgb, int], ...] = (
    (("zero", "无糖"), (58, 58, 66), (52, 26, 18), 4),
    (("peach", "白桃", "桃"), (246, 150, 160), (214, 140, 84), 1),
    (("grapefruit", "西柚"), (240, 92, 88), (244, 140, 110), 2),
    (("lime", "青柠"), (150, 206, 40), (226, 236, 170), 2),
    (("lemon", "柠檬"), (250, 214, 40), (236, 214, 120), 2),
    (("grape", "葡萄"), (120, 60, 150), (110, 50, 110), 1),
    (("apple", "苹果"), (120, 190, 50), (226, 190, 96), 1),
    (("tangerine", "蜜橘"), (255, 172, 70), (250, 180, 80), 1),
    (("orange", "橙", "橘"), (244, 120, 10), (246, 160, 40), 2),
    (("strawberry", "草莓", "berry", "莓"), (224, 50, 80), (226, 110, 130), 1),
    (("mango", "芒果"), (252, 176, 30), (248, 176, 50), 1),
    (("lychee", "荔枝", "rose", "玫瑰"), (240, 170, 190), (240, 214, 210), 1),
    (("coconut", "椰"), (120, 200, 170), (244, 244, 238), 0),
    (("cola", "可乐"), (196, 20, 34), (52, 26, 18), 0),
    (("latte", "拿铁", "mocha"), (206, 166, 124), (190, 150, 110), 4),
    (("coffee", "咖啡"), (96, 58, 34), (92, 58, 38), 3),
    (("chrysanthemum", "菊花"), (250, 226, 100), (240, 220, 140), 5),
    (("barley", "大麦"), (200, 150, 80), (170, 110, 50), 0),
    (("jasmine", "茉莉"), (190, 226, 150), (206, 196, 110), 5),
    (("green tea", "绿茶"), (80, 170, 70), (196, 190, 90), 3),
    (("oolong", "乌龙"), (168, 104, 40), (190, 124, 52), 3),
    (("black tea", "红茶"), (170, 62, 40), (150, 66, 28), 3),
    (("milk tea", "奶茶"), (206, 160, 120), (206, 170, 136), 3),
    (("tea", "茶"), (140, 150, 70), (184, 134, 60), 3),
    (("yogurt", "yoghurt", "酸奶", "乳酸菌"), (250, 150, 190), (246, 244, 238), 0),
    (("soy", "豆"), (206, 186, 120), (244, 236, 210), 3),
    (("milk", "奶"), (70, 130, 210), (248, 246, 240), 4),
    (("electrolyte", "电解质"), (40, 190, 200), (214, 236, 240), 5),
    (("vitamin", "维"), (244, 110, 70), (250, 160, 90), 2),
    (("sports", "运动"), (30, 180, 120), (200, 240, 220), 4),
    (("energy", "能量"), (250, 200, 0), (236, 196, 60), 5),
    (("sparkling", "气泡", "soda", "苏打"), (110, 200, 220), (224, 240, 244), 0),
    (("water", "水"), (60, 140, 224), (222, 238, 246), 4),
    (("beer", "啤酒"), (206, 160, 50), (206, 150, 40), 3),
    (("mint", "薄荷"), (90, 200, 160), (216, 240, 230), 3),
    (("honey", "蜂蜜"), (230, 170, 40), (230, 176, 70), 1),
    (("winter melon", "冬瓜"), (120, 160, 110), (180, 140, 80), 3),
    (("plum", "梅"), (140, 40, 70), (150, 60, 50), 1),
)

_SIZES_MM: dict[PackShape, tuple[float, float]] = {
    PackShape.BOTTLE: (62.0, 176.0),
    PackShape.CAN: (64.0, 121.0),
    PackShape.SLIM_CAN: (54.0, 140.0),
    PackShape.CARTON: (60.0, 150.0),
    PackShape.BOX: (68.0, 120.0),
    PackShape.JAR: (66.0, 104.0),
    PackShape.CUP: (70.0, 84.0),
    PackShape.POUCH: (66.0, 140.0),
}


def design_pack(product: ProductProfile) -> PackDesign:
    """The pack of `product`: the brand gives ground and logo, the name gives flavour and drink."""
    return _designed(
        _Brief(
            gtin=product.gtin,
            brand=product.brand_id,
            brand_text=product.brand_id.capitalize(),
            name=product.name.text("en"),
            name_local=product.name.text("zh"),
            category=" ".join(product.category.values()).lower(),
            width_mm=product.width_mm,
        )
    )


def unlisted_pack(seed: int) -> PackDesign:
    """A pack that no product list holds: another firm's, drawn from `seed`."""
    rng = np.random.default_rng(seed)
    brand = "".join(rng.choice(list("bcdfgklmnprstv")) + rng.choice(list("aeiou")) for _ in "12")
    flavour = _FLAVOURS[int(rng.integers(len(_FLAVOURS)))][0]
    return _designed(
        _Brief(
            gtin=None,
            brand=f"{brand}{seed}",
            brand_text=brand.capitalize(),
            name=flavour[0].capitalize(),
            name_local=flavour[min(1, len(flavour) - 1)],
            category=str(rng.choice([shape.value for shape in PackShape])),
            width_mm=0.0,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brief:
    """What a pack's looks follow from. `width_mm` 0: as wide as its shape usually is."""

    gtin: str | None
    brand: str
    brand_text: str
    name: str
    name_local: str
    category: str
    width_mm: float


def _designed(brief: _Brief) -> PackDesign:
    brand_rng = _rng("brand", brief.brand)
    rng = _rng("pack", brief.gtin or "", brief.brand, brief.name)
    flavour, liquid, motif = _flavour_of(f"{brief.name} {brief.name_local}".lower(), rng)
    shape = _shape_of(brief.category, f"{brief.name} {brief.name_local}".lower(), rng)
    nominal_width_mm, nominal_height_mm = _SIZES_MM[shape]
    grow = float(rng.uniform(0.94, 1.06))
    hue = float(brand_rng.random())
    ground = _hsv(hue, brand_rng.uniform(0.55, 0.95), brand_rng.uniform(0.45, 0.95))
    style = int(brand_rng.integers(6))
    if style in (1, 4):
        ground = _hsv(hue, brand_rng.uniform(0.0, 0.12), brand_rng.uniform(0.88, 0.98))
    accent = _hsv(hue + brand_rng.uniform(0.3, 0.6), 0.85, brand_rng.uniform(0.5, 0.95))
    return PackDesign(
        gtin=brief.gtin,
        brand_text=brief.brand_text,
        name_text=brief.name_local or brief.name,
        small_text=brief.name,
        shape=shape,
        width_mm=float(np.clip(brief.width_mm or nominal_width_mm, 40.0, 120.0))
        * (grow if not brief.width_mm else 1),
        height_mm=nominal_height_mm * grow,
        ground=ground,
        accent=accent,
        flavour=flavour,
        liquid=liquid,
        cap=flavour if brand_rng.random() < 0.5 else _darker(ground, 0.8),
        layout=style,
        logo=int(brand_rng.integers(6)),
        motif=motif,
        bands=int(rng.integers(4)),
        gloss=float(rng.uniform(0.3, 1.0)),
        foil=bool(rng.random() < 0.15) and shape is not PackShape.BOTTLE,
        clear=shape in (PackShape.BOTTLE, PackShape.JAR) and bool(rng.random() < 0.8),
        seed=int(rng.integers(2**31)),
    )


def _rng(*words: str) -> np.random.Generator:
    digest = hashlib.sha256("\x1f".join(words).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _flavour_of(text: str, rng: np.random.Generator) -> tuple[Rgb, Rgb, int]:
    for words, flavour, liquid, motif in _FLAVOURS:
        if any(word in text for word in words):
            shift = rng.integers(-14, 15, 3)
            return _shifted(flavour, shift), _shifted(liquid, -shift // 2), motif
    return (
        _hsv(rng.random(), rng.uniform(0.6, 1.0), rng.uniform(0.5, 1.0)),
        _hsv(rng.random(), rng.uniform(0.1, 0.7), rng.uniform(0.5, 0.95)),
        int(rng.integers(6)),
    )


def _shape_of(category: str, text: str, rng: np.random.Generator) -> PackShape:
    words: Sequence[tuple[tuple[str, ...], tuple[PackShape, ...]]] = (
        (("slim-can", "energy"), (PackShape.SLIM_CAN,)),
        (("can", "soda", "beer", "啤酒", "cola", "碳酸"), (PackShape.CAN, PackShape.BOTTLE)),
        (("yogurt", "yoghurt", "cup", "酸奶", "noodle", "面"), (PackShape.CUP,)),
        (("milk", "dairy", "carton", "乳", "奶", "juice", "果汁"), (PackShape.CARTON,)),
        (("snack", "chips", "pouch", "零食", "candy", "糖"), (PackShape.POUCH,)),
        (("box", "biscuit", "饼", "cookie"), (PackShape.BOX,)),
        (("jar", "sauce", "酱"), (PackShape.JAR,)),
    )
    for keys, shapes in words:
        if any(key in category for key in keys):
            return shapes[int(rng.integers(len(shapes)))]
    if any(key in text for key in ("milk", "牛奶")) and "tea" not in text:
        return PackShape.CARTON
    return PackShape.BOTTLE


def _hsv(hue: float, saturation: float, value: float) -> Rgb:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, float(saturation), float(value))
    return int(red * 255), int(green * 255), int(blue * 255)


def _darker(colour: Rgb, by: float) -> Rgb:
    return int(colour[0] * by), int(colour[1] * by), int(colour[2] * by)


def _shifted(colour: Rgb, shift: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Rgb:
    red, green, blue = (int(np.clip(c + s, 0, 255)) for c, s in zip(colour, shift, strict=True))
    return red, green, blue
