"""Units of sale: a closed list with UN/ECE Recommendation 20 codes and the spellings in use."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class UnknownUnit(ValueError):
    """A unit that is not on the list; the message says which are."""


class Dimension(StrEnum):
    """What a unit measures; stock of each is kept in its base: pieces, kg, l, m, m², h."""

    PIECES = "pieces"
    MASS = "mass"
    VOLUME = "volume"
    LENGTH = "length"
    AREA = "area"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleUnit:
    """A unit: its short name, as lines carry it, and how many of its dimension's base it is."""

    name: str
    dimension: Dimension
    factor: Decimal

    def in_base(self, quantity: Decimal) -> Decimal:
        """`quantity` in pieces, kg, l, m, m² or h."""
        return quantity * self.factor

    def items(self, quantity: Decimal) -> Decimal:
        """How many items a line of `quantity` is: its pieces; a measured line counts 1.
        Source: METRICS, units."""
        if self.dimension is Dimension.PIECES:
            return self.in_base(quantity)
        return Decimal(quantity > 0) - Decimal(quantity < 0)


_TABLE: tuple[tuple[str, Dimension, str, str], ...] = (
    (
        "each",
        Dimension.PIECES,
        "1",
        "ea c62 h87 nar pce pc pcs piece pieces pièce pièces pza pzas pieza piezas unit units ud"
        " uds unidad unidades un st stk stck stück stueck szt ks db stuk stuks adet item items ct"
        " count x bottle bottles can cans pack packs pkt pk packet packets box boxes bag bags set"
        " sets"
        " 个 個 件 只 隻 支 瓶 盒 包 袋 罐 听 条 張 张 块 枚 本 台 份 顆 颗 개",
    ),
    ("pair", Dimension.PIECES, "2", "pr pairs prs npr 双 雙 对"),
    ("dozen", Dimension.PIECES, "12", "dzn doz dz dozens 打"),
    ("mg", Dimension.MASS, "0.000001", "mgm milligram milligrams 毫克"),
    ("g", Dimension.MASS, "0.001", "grm gr gm gms gram grams gramme grammes gramm 克"),
    ("dag", Dimension.MASS, "0.01", "dj dkg deka decagram decagrams"),
    ("hg", Dimension.MASS, "0.1", "hgm hecto etto hectogram hectograms"),
    (
        "kg",
        Dimension.MASS,
        "1",
        "kgm kgs kilo kilos kilogram kilograms kilogramme kilogrammes kilogramm 千克 公斤 千克(kg)",
    ),
    ("t", Dimension.MASS, "1000", "tne tonne tonnes 吨"),
    ("jin", Dimension.MASS, "0.5", "斤 市斤"),
    ("oz", Dimension.MASS, "0.028349523125", "onz ounce ounces ozs"),
    ("lb", Dimension.MASS, "0.45359237", "lbr lbs pound pounds 磅"),
    ("ml", Dimension.VOLUME, "0.001", "mlt millilitre millilitres milliliter milliliters cc 毫升"),
    ("cl", Dimension.VOLUME, "0.01", "clt centilitre centilitres centiliter centiliters"),
    ("dl", Dimension.VOLUME, "0.1", "dlt decilitre decilitres deciliter deciliters"),
    ("l", Dimension.VOLUME, "1", "ltr lt ltrs litre litres liter liters 升 公升"),
    ("fl-oz", Dimension.VOLUME, "0.0295735295625", "oza floz fl.oz fluidounce fluidounces"),
    ("pint", Dimension.VOLUME, "0.473176473", "ptl pt pints"),
    ("gal", Dimension.VOLUME, "3.785411784", "gll gallon gallons"),
    ("m3", Dimension.VOLUME, "1000", "mtq m³ cbm"),
    ("mm", Dimension.LENGTH, "0.001", "mmt millimetre millimetres millimeter millimeters 毫米"),
    ("cm", Dimension.LENGTH, "0.01", "cmt centimetre centimetres centimeter centimeters 厘米"),
    ("m", Dimension.LENGTH, "1", "mtr metre metres meter meters 米"),
    ("in", Dimension.LENGTH, "0.0254", "inh inch inches"),
    ("ft", Dimension.LENGTH, "0.3048", "fot foot feet"),
    ("yd", Dimension.LENGTH, "0.9144", "yrd yard yards"),
    ("m2", Dimension.AREA, "1", "mtk m² sqm 平方米"),
    ("min", Dimension.TIME, "0.0166666667", "minute minutes mins 分钟"),
    ("h", Dimension.TIME, "1", "hur hour hours hr hrs 小时"),
)
"""Name, dimension, factor, spellings. Codes: C62, H87, EA, NAR, PR, DZN, MGM, GRM, KGM, TNE, ONZ,
LBR, MLT, CLT, DLT, LTR, OZA, PTL, GLL, MTQ, MMT, CMT, MTR, INH, FOT, YRD, MTK, MIN, HUR."""


def _folded(text: str) -> str:
    """One spelling of a spelling: width, case, spaces and full stops do not matter."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(wide.split()).rstrip(".")


def _listed() -> dict[str, SaleUnit]:
    units: dict[str, SaleUnit] = {}
    for name, dimension, factor, spellings in _TABLE:
        unit = SaleUnit(name=name, dimension=dimension, factor=Decimal(factor))
        for spelling in (name, *spellings.split()):
            units[_folded(spelling)] = unit
    return units


UNITS = _listed()
"""Every unit by each of its spellings, folded."""
EACH = UNITS["each"]
KILOGRAM = UNITS["kg"]


def parse_unit(text: str) -> SaleUnit:
    """The unit that `text` spells; pieces where it is empty.  Raises UnknownUnit."""
    folded = _folded(text)
    if not folded:
        return EACH
    unit = UNITS.get(folded)
    if unit is None:
        names = ", ".join(dict.fromkeys(each.name for each in UNITS.values()))
        raise UnknownUnit(
            f"unit {text!r} is not known; give a UN/ECE code such as C62, KGM, GRM, LTR,"
            f" or one of: {names}"
        )
    return unit


def known_unit(text: str) -> SaleUnit | None:
    """The unit that `text` spells; None for one that is not on the list."""
    return UNITS.get(_folded(text)) if _folded(text) else EACH
