"""What a domain of the hub declares. `register.py` joins them; nothing else knows them all."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from cloud_hub.core.hub import Hub
from cloud_hub.core.projection import NoteRevised, Projection
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Search
from cloud_hub.web.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that a running hub does by itself until it is cancelled."""

    name: str
    run: Callable[[Hub], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One noun of the business: what it makes of events, what it measures, what it finds, its
    pages, its doors, its own work. What it leaves out it has none of."""

    name: str
    projections: tuple[Projection, ...] = ()
    note_revised: tuple[NoteRevised, ...] = ()
    metrics: tuple[Metric, ...] = ()
    searches: tuple[Search, ...] = ()
    screens: tuple[Screen, ...] = ()
    routers: tuple[APIRouter, ...] = ()
    jobs: tuple[Job, ...] = ()
