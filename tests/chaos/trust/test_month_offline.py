"""Thirty days without a hub, while the till's certificate ends: the days pass for hub, broker,
OpenSSL and till by libfaketime, in real processes."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.link.trust.identity import validity
from tests.chaos.setups import LIBFAKETIME
from tests.chaos.trust.tls_shop import TlsHub, TlsTill
from tests.stage.restoring.drill import done, process, until
from tests.stage.servers import mosquitto_path, skip_without
from tests.talking_device import COLA

pytestmark = [pytest.mark.chaos, pytest.mark.needs_mosquitto, pytest.mark.timeout(600)]

DAYS = 30
CERTIFICATE_DAYS = 14
SALES_A_DAY = 20
RESTARTED_EVERY_DAYS = 4
SLOW_S_A_DAY = 25
"""What the till's clock loses each day that nobody sets it."""
BOOTS_IN_1970, JUMPS_BACK = 9, 21
"""Days on which its clock is wrong altogether."""
MOST_BYTES = 8 << 20
"""What the till's folder holds after them: a quota, and what SQLite keeps beside it."""
PRICES = "prices/s01"


PRELOADED = {"LD_PRELOAD": LIBFAKETIME, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def faked(told: str) -> dict[str, str]:
    """The environment of a process that believes in another time."""
    return PRELOADED | {"FAKETIME": told}


@dataclass
class Days:
    """The time that processes believe in, as a file that libfaketime reads again and again."""

    file: Path

    def __post_init__(self) -> None:
        self.are("+0")

    def are(self, told: str) -> None:
        """From now on: an offset as libfaketime writes it."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{told}\n", encoding="ascii")
        draft.rename(self.file)

    @property
    def environment(self) -> dict[str, str]:
        return PRELOADED | {"FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1"}


@pytest.fixture
def hub(tmp_path: Path) -> TlsHub:
    mosquitto_path()
    if not Path(LIBFAKETIME).exists():
        skip_without("libfaketime", "apt install faketime")
    return TlsHub(tmp_path / "hub")


def offer_prices(hub: TlsHub, version: int, price: str, told: str) -> None:
    """The hub wants the till to have this list."""
    path = hub.folder.parent / "prices.json"
    path.write_text(f'{{"currency": "CNY", "prices": [{{"gtin": "{COLA}", "price": "{price}"}}]}}')
    named = ("--name", PRICES, "--version", str(version))
    command = ("artifact", "add", path, *named, "--data", hub.folder)
    with process(*command, **faked(told)) as adding:
        assert adding.wait() == 0
    wanted = {"name": PRICES, "version": version, "devices": ["s01-till"]}
    answer = hub.ask("POST", "/api/v1/artifacts/assign", json=wanted)
    assert answer.status_code == 200, answer.text


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def clock_on(day: int) -> str:
    """What the till's clock says on a day of its own."""
    if day == BOOTS_IN_1970:
        return "@1970-01-02 00:00:00"
    jump_s = 7200 if day == JUMPS_BACK else 0
    return f"{day * 86_400 - day * SLOW_S_A_DAY - jump_s:+d}"


def a_month_alone(till: TlsTill, days: Days) -> None:
    """The till sells every day, is cut off its power every few days, and its clock drifts."""
    for first in range(1, DAYS + 1, RESTARTED_EVERY_DAYS):
        days.are(clock_on(first))
        with till.running(**days.environment):
            for day in range(first, min(first + RESTARTED_EVERY_DAYS, DAYS + 1)):
                days.are(clock_on(day))
                till.sell(SALES_A_DAY)
        assert bytes_in(till.data) < MOST_BYTES


def test_after_thirty_days_offline_every_sale_arrives_and_the_till_heals_by_itself(
    hub: TlsHub, tmp_path: Path
) -> None:
    days, till = Days(tmp_path / "days"), TlsTill(tmp_path / "till")
    lasting = {"AISLE_HUB_CERTIFICATE_DAYS": str(CERTIFICATE_DAYS)}
    with hub.running(**lasting):
        assert till.claim(hub.claim_code(till.device)).returncode == 0
        offer_prices(hub, 1, "1.00", "+0")
        with till.running(**days.environment):
            until(lambda: till.asks_for() == "1.00")
            until(lambda: hub.received(till.device) == till.sold and hub.balances())
    before = validity(till.data)
    assert before is not None

    a_month_alone(till, days)
    assert till.sold > DAYS * SALES_A_DAY
    assert validity(till.data) == before, "nobody was there to renew it"

    days.are(f"+{DAYS}d")
    with hub.running(**lasting, **faked(f"+{DAYS}d")):
        offer_prices(hub, 2, "2.00", f"+{DAYS}d")
        with till.running(**days.environment):
            until(lambda: hub.received(till.device) == till.sold)
            until(lambda: till.asks_for() == "2.00")
            until(lambda: hub.received(till.device) == till.sold and hub.balances())
    after = validity(till.data)
    assert after is not None
    assert after.begins_at > before.ends_at, "the one that had ended heals by itself"
    assert "waiting         0" in done("books", till.data)
