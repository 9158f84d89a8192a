"""What device and hub say to each other besides batches: hello, its answer, acknowledgements."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from device_profiles.names import Identifier
from device_profiles.values.bounds import Amount, Count, Moment, Monotonic, Seq, Version, Word
from sync.core.errors import InvalidMessage
from sync.events import ClockState, Lane, PositiveSeq
from sync.wire.batch import Losses

SPREAD_S = 5.0
"""First wait after a lost connection is drawn from 0..spread. 60 s and more for large fleets."""
CREDIT_BATCHES = 8
HELD_EVERY_S = 2.0
"""How often a busy hub says what it holds."""
RIVAL_SILENCE_S = 600.0
"""An incarnation that was not heard for so long is gone; until then its rival is fenced."""
RUNS_TOLD = 64

LANES_MOST = 500
"""Lanes of a hello, past epochs included."""
RUNS_MOST = 256
ANCHORS_MOST = 64
SPANS_MOST = 1000
LONGEST_MESSAGE = 1024 * 1024
"""Bytes of a message that is no batch."""

Span = tuple[PositiveSeq, PositiveSeq]
Spans = Annotated[tuple[Span, ...], Field(max_length=SPANS_MOST)]


class Message(BaseModel):
    """Base: closed against change, open for newer fields."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def to_bytes(self) -> bytes:
        """JSON."""
        return self.model_dump_json().encode()

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Raises InvalidMessage with the field that is wrong."""
        if len(payload) > LONGEST_MESSAGE:
            raise InvalidMessage(f"{cls.__name__} has {len(payload)} bytes")
        try:
            return cls.model_validate_json(payload)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in problem["loc"])
            raise InvalidMessage(f"{cls.__name__} {where}: {problem['msg']}") from error


class LaneState(Message):
    """One lane as the device has it: the lowest number still unacknowledged (`next` if none), the
    number the next event will get, and what was given up."""

    epoch: Seq
    lane: Lane
    oldest: PositiveSeq
    next: PositiveSeq
    lost: Losses = ()


class BootAnchor(Message):
    """A moment of an earlier boot at which the device trusted its wall clock."""

    boot_id: Word
    monotonic_ms: Monotonic
    wall_at: Moment


class Hello(Message):
    """Said on every connect. `epoch`/`nonce`: the outbox's incarnation. `run`: this opening of its
    file; `runs_before`: earlier ones, newest first. `anchors`: of boots before this one."""

    device: Identifier
    epoch: Seq
    nonce: Word
    run: Word
    runs_before: tuple[Word, ...] = Field(default=(), max_length=RUNS_MOST)
    lanes: tuple[LaneState, ...] = Field(max_length=LANES_MOST)
    agent_version: Word
    protocol: Count = 1
    boot_id: Word
    monotonic_ms: Monotonic
    wall_at: Moment
    clock: ClockState
    desired_version: Version = 0
    anchors: tuple[BootAnchor, ...] = Field(default=(), max_length=ANCHORS_MOST)


class Verdict(StrEnum):
    """What the hub makes of a hello."""

    WELCOME = "welcome"
    RENEW = "renew"
    """The file is older than what the hub has, or is a copy: go on under a new epoch."""
    FENCED = "fenced"
    """Another incarnation of this device is alive: send nothing, keep everything, ask again."""
    AGAIN = "again"
    """Sent unasked: the hub lacks something or does not know this run; say hello again."""


class LaneKnown(Message):
    """One lane as the hub has it: contiguous up to `watermark`, `highest` ever heard of, what is
    missing between, and what has `arrived` though the device gave it up: its batch was on its way,
    and the acknowledgement never came back."""

    epoch: Seq
    lane: Lane
    watermark: Version
    highest: Version
    missing: Spans = ()
    arrived: Spans = ()


class HelloAnswer(Message):
    """The hub's answer. `run` repeats the hello's; `epoch` is the one to go on under.

    `lanes` covers every (epoch, lane) that the hello named and, for its epoch, every lane known.
    `held_every_s`: how often this hub says which batches it holds and has not committed; 0: never.
    """

    run: Word
    verdict: Verdict = Verdict.WELCOME
    epoch: Seq
    lanes: tuple[LaneKnown, ...] = Field(default=(), max_length=2 * LANES_MOST)
    credit: Count = CREDIT_BATCHES
    hub_at: Moment
    spread_s: Amount = SPREAD_S
    desired_version: Version = 0
    held_every_s: Amount = 0.0
    hub_version: Word = ""


class Ack(Message):
    """These ranges, and the losses the batches carried, are committed at the hub. `run` is the
    batches' own: a copy of the device listens on the same topic and must not take it for its.
    `held` are ranges that the hub has and has not committed yet: they need patience, no repeat."""

    run: Word
    epoch: Seq
    lane: Lane
    ranges: Spans
    held: Spans = ()
    credit: Count = CREDIT_BATCHES


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEpoch:
    """The incarnation of a device that the hub takes events from, and how long ago it spoke."""

    epoch: int
    nonce: Word
    run: Word
    silent_s: float


def judge_hello(
    hello: Hello, live: LiveEpoch | None, *, rival_silence_s: float = RIVAL_SILENCE_S
) -> tuple[Verdict, int]:
    """What the hub answers, and the epoch that is live afterwards.

    A device may go on when the hub knows nothing of it, when it moved on to a higher epoch, or
    when the run the hub heard last is its own or an earlier one of the same file. Anything else is
    an older copy, a clone or a fresh file under a used number: it is fenced while its rival still
    speaks, and told to go on under a new epoch once that one is silent.
    """
    if live is None or hello.epoch > live.epoch:
        return Verdict.WELCOME, hello.epoch
    known = live.run == hello.run or live.run in hello.runs_before
    if hello.epoch == live.epoch and hello.nonce == live.nonce and known:
        return Verdict.WELCOME, live.epoch
    if live.silent_s < rival_silence_s:
        return Verdict.FENCED, live.epoch
    return Verdict.RENEW, live.epoch + 1
