"""Events of every lane for an outbox, and the moment at which its tests begin."""

from datetime import UTC, datetime

from sync.events import Alarm, AlarmState, CoolerRead, Lane, MediaTaken, Receipt

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
QUOTA = 16 << 20
METRIC = (1, Lane.METRIC)
SALE = (1, Lane.SALE)


class Bodies:
    """Events of every lane that tests need."""

    @staticmethod
    def sale(number: int = 1) -> Receipt:
        return Receipt(
            workstation_id="till-1",
            business_day=NOW.date(),
            sequence=number,
            ended_at=NOW,
            currency="CNY",
            lines=(),
        )

    @staticmethod
    def reading(value: float | None = 4.0) -> CoolerRead:
        return CoolerRead(fixture_id="a", started_at=NOW, interval_s=60, temperature_c=(value,))

    @staticmethod
    def alarm(detail: str = "") -> Alarm:
        return Alarm(alarm="too-warm", subject="a", state=AlarmState.RAISED, at=NOW, detail=detail)

    @staticmethod
    def picture() -> MediaTaken:
        return MediaTaken(
            sha256="0" * 64,
            bytes=1,
            media_type="image/jpeg",
            width_px=1,
            height_px=1,
            taken_at=NOW,
            subject="a",
        )
