"""A cooler's minutes in tests: as steady as a thermostat, and as ill as is asked for."""

from cloud_hub.coolers.health.trace import Read

STEP_S = 300.0


def read(
    at_s: float,
    *,
    warm: float | None = 4.0,
    duty: float | None = 0.5,
    open_s: float = 0.0,
    mode: str = "normal",
) -> Read:
    """One interval of five minutes."""
    return Read(at_s, STEP_S, warm, duty, open_s, mode)


def quiet_hours(
    starts_s: float, hours: float, *, duty: float = 0.5, warm: float = 4.0
) -> list[Read]:
    """Nothing happens, but that the thermostat lets the air swing."""
    steps = round(hours * 3600 / STEP_S)
    return [
        read(starts_s + n * STEP_S, warm=warm + 0.2 * (n % 4 - 1.5), duty=duty)
        for n in range(steps)
    ]
