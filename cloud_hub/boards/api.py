"""Doors that read figures, findings, pages and tasks; and the one through which tasks are
answered."""

from fastapi import APIRouter

from cloud_hub.boards.brand.view import BrandView, brand_view
from cloud_hub.boards.devices.device_view import DeviceView, device_view
from cloud_hub.boards.devices.fleet_view import FleetView, fleet_view
from cloud_hub.boards.footfall.view import FootfallView, footfall_view
from cloud_hub.boards.home.view import HomeView, home_view
from cloud_hub.boards.problems.row import ProblemRow
from cloud_hub.boards.problems.rows import problems_for
from cloud_hub.boards.shelf.view import ShelfView, shelf_view
from cloud_hub.boards.store.view import StoreView, store_view
from cloud_hub.web.api.dependencies import HubOf, SearchesOf, ViewerOf
from device_profiles.names import Identifier

router = APIRouter(prefix="/api/v1", tags=["figures"])


@router.get("/findings")
def list_findings(hub: HubOf, viewer: ViewerOf, searches: SearchesOf) -> list[ProblemRow]:
    """Every finding this login may see, dearest first; information last."""
    with hub.sessions() as session:
        return list(problems_for(session, viewer, hub.clock.now(), searches))


@router.get("/views/home")
def read_home(hub: HubOf, viewer: ViewerOf, searches: SearchesOf) -> HomeView:
    """The page home."""
    with hub.sessions() as session:
        return home_view(session, viewer, hub.clock.now(), searches)


@router.get("/views/footfall")
def read_footfall(hub: HubOf, viewer: ViewerOf, searches: SearchesOf) -> FootfallView:
    """The chain's footfall page."""
    with hub.sessions() as session:
        return footfall_view(session, viewer, hub.clock.now(), searches)


@router.get("/views/stores/{store_id}")
def read_store(
    store_id: Identifier, hub: HubOf, viewer: ViewerOf, searches: SearchesOf
) -> StoreView:
    """A store's page."""
    with hub.sessions() as session:
        return store_view(session, viewer, hub.clock.now(), store_id, searches)


@router.get("/shelves/{fixture_id}")
@router.get("/views/shelves/{fixture_id}")
def read_shelf(
    fixture_id: Identifier, hub: HubOf, viewer: ViewerOf, searches: SearchesOf
) -> ShelfView:
    """A fixture's page."""
    with hub.sessions() as session:
        return shelf_view(session, viewer, hub.clock.now(), fixture_id, searches)


@router.get("/views/brands/{brand_id}")
def read_brand(brand_id: Identifier, hub: HubOf, viewer: ViewerOf) -> BrandView:
    """A brand's page."""
    with hub.sessions() as session:
        return brand_view(session, viewer, hub.clock.now(), brand_id)


@router.get("/views/devices/{device_id}")
def read_device(device_id: Identifier, hub: HubOf, viewer: ViewerOf) -> DeviceView:
    """A device's page."""
    with hub.sessions() as session:
        return device_view(session, viewer, hub.clock.now(), device_id)


@router.get("/views/fleet")
def read_fleet(hub: HubOf, viewer: ViewerOf) -> FleetView:
    """The fleet's page."""
    with hub.sessions() as session:
        return fleet_view(session, viewer, hub.clock.now())
