from sync.downlink import shadow
from sync.downlink.shadow import EMPTY, Desired, delta, report, take_desired


def test_an_older_or_repeated_wish_changes_nothing():
    newer = take_desired(EMPTY, Desired(version=3, state={"photo_min": 30}))
    assert take_desired(newer, Desired(version=2, state={})) is newer
    assert take_desired(newer, Desired(version=3, state={})) is newer


def test_the_delta_is_what_is_wanted_and_not_so():
    wanted = take_desired(EMPTY, Desired(version=1, state={"a": 1, "b": 2, "gone": None}))
    after, event = report(wanted, {"a": 1, "gone": None})
    assert delta(after) == {"b": 2}
    assert (event.version, event.state) == (1, {"a": 1})


def test_reporting_the_same_again_says_nothing():
    after, _ = report(EMPTY, {"a": 1})
    assert report(after, {"a": 1}) == (after, None)


def test_the_shadow_is_kept_in_the_outbox_file(outbox, open_outbox):
    wanted = take_desired(EMPTY, Desired(version=1, state={"a": [1]}))
    with outbox.transaction() as transaction:
        assert shadow.load(transaction.connection) == EMPTY
        shadow.save(transaction.connection, wanted)
    with open_outbox().reading() as connection:
        assert shadow.load(connection) == wanted
