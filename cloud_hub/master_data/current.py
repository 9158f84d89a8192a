"""What of a chain is there now: without the stores and fixtures that were retired."""

from dataclasses import replace
from datetime import datetime

from cloud_hub.core.days.business_day import business_day
from cloud_hub.master_data.chain import Chain


def current(chain: Chain, now: datetime) -> Chain:
    """The chain as today's pages show it. A retired store takes its fixtures and devices along; a
    retired product is listed nowhere and keeps its name."""
    todays = {key: business_day(now, store.hours.zone) for key, store in chain.stores.items()}
    stores = {
        key: store for key, store in chain.stores.items() if store.hours.is_there_on(todays[key])
    }
    gone = chain.stores.keys() - stores.keys()
    today = business_day(now, chain.zone())
    return replace(
        chain,
        stores=stores,
        fixtures={
            key: fixture
            for key, fixture in chain.fixtures.items()
            if fixture.store_id not in gone
            and fixture.is_there_on(todays.get(fixture.store_id, today))
        },
        devices={key: each for key, each in chain.devices.items() if each.store_id not in gone},
    )
