"""What an examination found of one thing, for people and for programs."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Soundness(StrEnum):
    """How one thing is. What could not be looked at is `untried`, never right."""

    OK = "ok"
    WRONG = "wrong"
    UNTRIED = "untried"


class Mend(StrEnum):
    """What to do about what is wrong."""

    PROFILE = "put the profile right"
    ROOM = "make room on the disk, or replace it"
    TIME = "let the machine take its time from the network (timedatectl set-ntp true)"
    CLAIM = "get a claim code at the hub and run: aisle edge claim CODE --data DIR"
    NETWORK = "check cable, Wi-Fi and router, and the hub's address"
    LET_IN = "ask at the hub why it lets this device in no more"
    BROKER = "check that the hub's broker runs, and that the firewall lets its port through"
    RENEW = "nothing, once the hub is reached: it is renewed by itself; else claim anew"
    ARTIFACT = "publish it at the hub once more, under a new version"
    MODEL = "install this release of AisleOS once more"
    PRICES = "publish a price list for this device at the hub"
    SENSOR = "check the sensor's plug and its address in the profile"
    CAMERA = "check the camera's plug, power and address"
    PICTURE = "put the camera's size in the profile, or set the camera to that size"
    LIGHT = "take the cover off the lens, or switch on the light"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing that was looked at: `what` it is (disk, clock, camera …) and which of several, how
    it is, in English and Chinese, and what to do."""

    what: str
    verdict: Soundness
    en: str
    zh: str
    subject: str = ""
    mend: Mend | None = None

    @property
    def line(self) -> str:
        """One line for a terminal and the log."""
        name = f"{self.what} {self.subject}".strip()
        todo = f"; {self.mend.value}" if self.mend is not None else ""
        return f"{self.verdict.value:7} {name}: {self.en}{todo}"

    def as_json(self) -> dict[str, str | None]:
        """For programs."""
        return {
            "what": self.what,
            "subject": self.subject,
            "verdict": self.verdict.value,
            "detail": self.en,
            "mend": self.mend.value if self.mend is not None else None,
        }


def ok(what: str, en: str, zh: str, *, subject: str = "") -> Checked:
    """It is right."""
    return Checked(what=what, subject=subject, verdict=Soundness.OK, en=en, zh=zh)


def wrong(what: str, said: tuple[str, str], mend: Mend, *, subject: str = "") -> Checked:
    """It is wrong: `said` in English and Chinese."""
    en, zh = said
    return Checked(what=what, subject=subject, verdict=Soundness.WRONG, en=en, zh=zh, mend=mend)


def untried(what: str, en: str, zh: str, *, subject: str = "") -> Checked:
    """It was not looked at: why."""
    return Checked(what=what, subject=subject, verdict=Soundness.UNTRIED, en=en, zh=zh)


def is_well(found: Iterable[Checked]) -> bool:
    """Whether nothing is wrong."""
    return all(one.verdict is not Soundness.WRONG for one in found)


def report(found: Iterable[Checked]) -> str:
    """All of it, what is wrong first, and a last line that adds up."""
    order = (Soundness.WRONG, Soundness.UNTRIED, Soundness.OK)
    ranked = sorted(found, key=lambda one: order.index(one.verdict))
    count = sum(one.verdict is Soundness.WRONG for one in ranked)
    said = "all is well" if count == 0 else f"{count} wrong"
    return "\n".join([*(one.line for one in ranked), said])
