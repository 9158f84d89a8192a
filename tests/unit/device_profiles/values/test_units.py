"""Units of sale: a closed list in the spellings that tills use."""

from decimal import Decimal

import pytest

from device_profiles.values.units import Dimension, UnknownUnit, known_unit, parse_unit


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        *((text, "each") for text in ("", " ", "each", "EA", "pcs", "PCS.", "C62", "H87", "Stück")),
        *((text, "each") for text in ("个", "瓶", "unidad", "pièce", "ｐｃｓ")),
        *((text, "kg") for text in ("kg", "KG", "KGM", "kilo", "公斤", "Kilograms", "ＫＧ", "kg.")),
        *((text, "g") for text in ("g", "G", "GRM", "gr", "克", "Gramm")),
        *((text, "lb") for text in ("lb", "LBR", "lbs.", "pound")),
        *((text, "oz") for text in ("oz", "ONZ")),
        *((text, "l") for text in ("l", "L", "LTR", "litre", "升")),
        *((text, "ml") for text in ("ml", "ML", "MLT", "毫升")),
        ("DZN", "dozen"),
        ("斤", "jin"),
        ("MTR", "m"),
        ("m²", "m2"),
        ("HUR", "h"),
    ],
)
def test_a_unit_is_known_in_every_usual_spelling(spelled: str, name: str) -> None:
    assert parse_unit(spelled).name == name


@pytest.mark.parametrize("spelled", ["furlong", "kq", "6", "?", "kg/m", "x" * 20, "none", "NULL"])
def test_any_other_unit_is_refused_in_one_line(spelled: str) -> None:
    with pytest.raises(UnknownUnit, match="is not known; give a UN/ECE code") as refused:
        parse_unit(spelled)
    assert "\n" not in str(refused.value)
    assert known_unit(spelled) is None


@pytest.mark.parametrize(
    ("quantity", "spelled", "base"),
    [
        ("6", "pcs", "6"),
        ("500", "G", "0.5"),
        ("2", "lb", "0.90718474"),
        ("330", "ml", "0.33"),
        ("2", "dozen", "24"),
        ("3", "斤", "1.5"),
        ("150", "cm", "1.5"),
        ("-500", "g", "-0.5"),
    ],
)
def test_a_quantity_is_converted_to_its_base(quantity: str, spelled: str, base: str) -> None:
    assert parse_unit(spelled).in_base(Decimal(quantity)) == Decimal(base)


@pytest.mark.parametrize(
    ("quantity", "spelled", "items"),
    [("6", "pcs", 6), ("500", "g", 1), ("-0.3", "kg", -1), ("0", "kg", 0), ("2", "DZN", 24)],
)
def test_pieces_are_counted_and_a_measured_line_is_one_item(
    quantity: str, spelled: str, items: int
) -> None:
    assert parse_unit(spelled).items(Decimal(quantity)) == items


def test_every_dimension_has_a_base_of_its_own() -> None:
    bases = {known_unit(name).dimension for name in ("each", "kg", "l", "m", "m2", "h")}
    assert bases == set(Dimension)
