"""What a domain of the hub declares. `register.py` joins them; nothing else knows them all."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.erasures import Eraser
from cloud_hub.core.projection import NoteRevised, Projection
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Search
from cloud_hub.link.ingest.offers import Offer
from cloud_hub.web.actions import Action
from cloud_hub.web.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that a running hub does by itself until it is cancelled."""

    name: str
    run: Callable[[Hub], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One noun of the business: what it makes of events, who notes the days that they revise, what
    it measures, what it finds, its pages and what is done from them, its doors, what it offers to
    devices that have just said hello, its own work, what it erases again when a backup is put back.
    What it leaves out it has none of."""

    name: str
    projections: tuple[Projection, ...] = ()
    note_revised: tuple[NoteRevised, ...] = ()
    metrics: tuple[Metric, ...] = ()
    searches: tuple[Search, ...] = ()
    screens: tuple[Screen, ...] = ()
    actions: tuple[Action[Any], ...] = ()
    routers: tuple[APIRouter, ...] = ()
    after_greeting: tuple[Offer, ...] = ()
    jobs: tuple[Job, ...] = ()
    erasers: tuple[Eraser, ...] = ()
