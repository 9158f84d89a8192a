from edge_agent.upkeep.doctor.finding import Mend, is_well, ok, report, untried, wrong

FOUND = (
    ok("clock", "right", "对"),
    untried("hub", "works alone", "独立运行"),
    wrong("disk", ("3 MB free", "剩余 3 MB"), Mend.ROOM),
)


def test_what_is_wrong_comes_first_with_what_to_do_and_the_last_line_adds_up() -> None:
    assert report(FOUND).splitlines() == [
        f"wrong   disk: 3 MB free; {Mend.ROOM.value}",
        "untried hub: works alone",
        "ok      clock: right",
        "1 wrong",
    ]
    assert report(FOUND[:1]).splitlines()[-1] == "all is well"


def test_what_was_not_tried_is_not_wrong() -> None:
    assert is_well(FOUND[:2])
    assert not is_well(FOUND)


def test_programs_read_what_it_is_and_what_to_do() -> None:
    assert FOUND[2].as_json() == {
        "what": "disk",
        "subject": "",
        "verdict": "wrong",
        "detail": "3 MB free",
        "mend": Mend.ROOM.value,
    }
