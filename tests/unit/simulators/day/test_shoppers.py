"""Who comes when, and what they buy."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from simulators.chain.chain import CLOSES_H, OPENS_H, OUTLETS
from simulators.chain.goods import demonstration_goods
from simulators.core.clock import demo_time
from simulators.day.shoppers import BUYING_SHARE, LIVE_PACE, Visit, assortment_of, visits_of

TIME = demo_time(datetime(2026, 11, 22, 9, 32, tzinfo=UTC))
DAY = TIME.days_ago(3)
GOODS = assortment_of(demonstration_goods())


def visits(store: int = 0, seed: int = 1, days_ago: int = 3) -> list[Visit]:
    return visits_of(OUTLETS[store], TIME.days_ago(days_ago), TIME, GOODS, Random(seed))


def test_the_same_chance_makes_the_same_day() -> None:
    assert visits() == visits()
    assert visits() != visits(seed=2)


def test_people_come_while_the_store_is_open_and_in_order() -> None:
    opens, closes = TIME.at(DAY, OPENS_H), TIME.at(DAY, CLOSES_H)
    day = visits()
    assert [v.entered_at for v in day] == sorted(v.entered_at for v in day)
    assert all(opens <= visit.entered_at <= closes for visit in day)
    assert all(visit.left_at <= closes + timedelta(minutes=5) for visit in day)


def test_everybody_pays_between_coming_and_going() -> None:
    assert all(visit.entered_at <= visit.paid_at <= visit.left_at for visit in visits())


@pytest.mark.parametrize("store", range(len(OUTLETS)))
def test_about_as_many_come_as_the_store_says(store: int) -> None:
    assert len(visits(store)) == pytest.approx(OUTLETS[store].visitors_a_day, rel=0.35)


def test_about_half_of_them_buy_and_who_only_looks_shows_no_card() -> None:
    day = [visit for seed in range(5) for visit in visits(seed=seed)]
    buys = [visit for visit in day if visit.wishes]
    assert len(buys) / len(day) == pytest.approx(BUYING_SHARE, abs=0.05)
    assert not any(visit.identities for visit in day if not visit.wishes)


def test_a_basket_names_each_product_once_and_fruit_by_weight() -> None:
    day = [visit for seed in range(5) for visit in visits(seed=seed)]
    wishes = [wish for visit in day for wish in visit.wishes]
    for visit in day:
        gtins = [wish.good.gtin for wish in visit.wishes]
        assert len(gtins) == len(set(gtins))
    assert all(wish.quantity > 0 for wish in wishes)
    assert all(w.quantity in (1, 2) for w in wishes if not w.good.sold_by_weight)
    assert any(w.quantity % 1 for w in wishes if w.good.sold_by_weight)


def test_breakfast_is_baked_and_lunch_a_meal() -> None:
    def taken(hours: range) -> Counter[str]:
        return Counter(
            wish.good.category
            for seed in range(5)
            for visit in visits(seed=seed)
            if TIME.local(visit.entered_at).hour in hours
            for wish in visit.wishes
        )

    morning, noon = taken(range(7, 10)), taken(range(11, 14))
    assert morning["bakery"] > morning["meal"]
    assert noon["meal"] > noon["bakery"]


def test_a_telephone_belongs_to_nobody_and_goes_with_a_card() -> None:
    shown = [v.identities for seed in range(5) for v in visits(seed=seed) if v.identities]
    assert {identities[0].kind for identities in shown} == {"member"}
    phones = [identities[1].value for identities in shown if len(identities) > 1]
    assert phones
    assert all(phone.startswith("+86100") for phone in phones)


def test_from_the_start_of_the_demonstration_more_come() -> None:
    today = [visit for seed in range(8) for visit in visits(seed=seed, days_ago=0)]
    hour = timedelta(hours=1)
    before = sum(-hour < v.entered_at - TIME.started_at <= timedelta(0) for v in today)
    after = sum(timedelta(0) < v.entered_at - TIME.started_at <= hour for v in today)
    assert after > before * (LIVE_PACE - 1) / 1.5


def test_the_more_appealing_good_is_taken_more_often() -> None:
    rng = Random(1)
    taken = Counter(GOODS.pick("soda", rng).name.text("en") for _ in range(2000))
    assert taken["Cola"] > 1.8 * taken["Lanfeng Lemon Soda"]
    with pytest.raises(KeyError):
        GOODS.pick("hardware", rng)
