"""Decimals as the hub keeps them: four places, in 64 bits."""

from decimal import ROUND_HALF_EVEN, Decimal

from cloud_hub.core.storage.table import EXACT_SCALE

_LARGEST = Decimal(2**63 - 1) / EXACT_SCALE
_STEP = Decimal(1) / EXACT_SCALE


def exact(value: Decimal) -> Decimal | None:
    """`value` itself when it can be kept exactly; None when it cannot."""
    if not value.is_finite() or abs(value) > _LARGEST:
        return None
    scaled = value * EXACT_SCALE
    return value if scaled == scaled.to_integral_value() else None


def rounded(value: Decimal) -> Decimal | None:
    """`value` to four places, half to even; None when it is too large to keep."""
    if not value.is_finite() or abs(value) > _LARGEST:
        return None
    return value.quantize(_STEP, rounding=ROUND_HALF_EVEN)
