"""What must hold among the parts of a chain: each thing told once, each name pointing at one."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from device_profiles.planogram import FixtureProfile, PlanogramProfile

if TYPE_CHECKING:
    from device_profiles.store import ChainProfile, StoreProfile


def broken_rules(chain: "ChainProfile") -> Iterator[str]:
    """One line for each thing that is told twice, or points at nothing."""
    yield from _told_twice(chain)
    yield from _goods(chain)
    for store in chain.stores:
        yield from _store(chain, store)
    fixtures = {each.fixture_id: each for store in chain.stores for each in store.fixtures}
    yield from broken_plans(chain.planograms, fixtures.values())
    known = {product.gtin for product in chain.products}
    for plan in chain.planograms:
        for gtin in sorted(plan.products - known):
            yield f"planogram {plan.planogram_id!r} plans unknown GTIN {gtin}"


def doubts(chain: "ChainProfile") -> Iterator[str]:
    """One line for each thing that can be, and should not."""
    devices = [device for store in chain.stores for device in store.devices]
    for token in twice(device.claim_token for device in devices):
        holders = [each.device_id for each in devices if each.claim_token == token]
        # The token itself is a secret.
        yield (
            f"devices {', '.join(holders)} have one claim_token: whoever claims one can claim them"
            " all; give each its own"
        )


def broken_plans(
    plans: Iterable[PlanogramProfile], fixtures: Iterable[FixtureProfile]
) -> Iterator[str]:
    """Plans of fixtures that there are not, or of slots outside them; two under one name."""
    known = {fixture.fixture_id: fixture for fixture in fixtures}
    fixture_of: dict[str, str] = {}
    told: set[tuple[str, int]] = set()
    for plan in plans:
        name, fixture_id = f"planogram {plan.planogram_id!r}", plan.fixture_id
        first = fixture_of.setdefault(plan.planogram_id, fixture_id)
        if first != fixture_id:
            yield (
                f"{name} is told for fixture {first!r} and for {fixture_id!r}: where two fixtures"
                " have the same plan, write it once for each, under an id of its own"
            )
        elif (plan.planogram_id, plan.version) in told:
            yield f"{name} has two versions {plan.version}"
        told.add((plan.planogram_id, plan.version))
        if (fixture := known.get(fixture_id)) is None:
            yield f"{name} names unknown fixture {fixture_id!r}"
        else:
            yield from _outside(plan, fixture)


def _outside(plan: PlanogramProfile, fixture: FixtureProfile) -> Iterator[str]:
    for slot in plan.slots:
        letter, row, column = slot.slot_id.split("-")
        inside = 1 <= int(row) <= fixture.rows and 1 <= int(column) <= fixture.columns
        if letter != fixture.letter or not inside:
            yield (
                f"planogram {plan.planogram_id!r} plans slot {slot.slot_id}, which fixture"
                f" {fixture.fixture_id!r} does not have: its slots are {fixture.slot_id(1, 1)} to"
                f" {fixture.slot_id(fixture.rows, fixture.columns)}"
            )
        if slot.max_facings < slot.min_facings:
            yield (
                f"planogram {plan.planogram_id!r}, slot {slot.slot_id}: max_facings"
                f" {slot.max_facings} is below min_facings {slot.min_facings}"
            )


def twice(names: Iterable[Hashable]) -> list[Hashable]:
    """What is named more than once, in the order of its first naming."""
    return [name for name, times in Counter(names).items() if times > 1]


def _told_twice(chain: "ChainProfile") -> Iterator[str]:
    devices = [device for store in chain.stores for device in store.devices]
    fixtures = [fixture for store in chain.stores for fixture in store.fixtures]
    for kind, names in (
        ("brand", [brand.brand_id for brand in chain.brands]),
        ("product", [product.gtin for product in chain.products]),
        ("item code", [each.item_code for each in chain.products if each.item_code]),
        ("store", [store.store_id for store in chain.stores]),
        ("GLN", [store.gln for store in chain.stores if store.gln]),
        ("fixture", [fixture.fixture_id for fixture in fixtures]),
        ("device", [device.device_id for device in devices]),
    ):
        for name in twice(names):
            yield f"{kind} {name!r} is told twice; each has one of its own"


def _goods(chain: "ChainProfile") -> Iterator[str]:
    brands = {brand.brand_id for brand in chain.brands}
    for product in chain.products:
        if product.brand_id not in brands:
            yield f"product {product.gtin} names unknown brand {product.brand_id!r}"


def _store(chain: "ChainProfile", store: "StoreProfile") -> Iterator[str]:
    name, gtins = f"store {store.store_id!r}", {product.gtin for product in chain.products}
    brands, own = {brand.brand_id for brand in chain.brands}, {f.fixture_id for f in store.fixtures}
    for gtin in twice(listing.gtin for listing in store.listings):
        yield f"{name} lists GTIN {gtin} twice"
    for listing in store.listings:
        if listing.gtin not in gtins:
            yield f"{name} lists unknown GTIN {listing.gtin}"
    for letter in twice(fixture.letter for fixture in store.fixtures):
        yield f"{name} has two fixtures with the letter {letter}; give each its own"
    for fixture in store.fixtures:
        if fixture.owner_brand_id is not None and fixture.owner_brand_id not in brands:
            yield f"fixture {fixture.fixture_id!r} names unknown brand {fixture.owner_brand_id!r}"
    for device in store.devices:
        if device.fixture_id is not None and device.fixture_id not in own:
            yield f"device {device.device_id!r} names fixture {device.fixture_id!r}, not of {name}"
    for planned in twice(plan.fixture_id for plan in store.photo_plans):
        yield f"{name} plans photos of fixture {planned!r} twice"
    for plan in store.photo_plans:
        if plan.fixture_id not in own:
            yield f"{name} plans photos of unknown fixture {plan.fixture_id!r}"
