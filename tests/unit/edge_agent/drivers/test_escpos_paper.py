"""What a printer is sent: rows that fit, letters of two widths, no command that nobody meant."""

from importlib.resources import files
from pathlib import Path

import pytest

from device_profiles.device import PrinterSettings
from edge_agent.drivers.escpos_paper import PaperLine, columns_of, paper_of, rows_of

HERE = Path()
KICK, CUT = b"\x1bp", b"\x1dV"


def paper(*lines: PaperLine, kicks: bool = False, base: Path = HERE, **settings: object) -> bytes:
    chosen = PrinterSettings.model_validate({"address": "dummy:"} | settings)
    return paper_of(lines, chosen, base=base, code="till-1/2026-11-22/7", kicks=kicks)


def test_rows_fit_and_the_right_part_stays_whole() -> None:
    assert rows_of(PaperLine(left="Milk", right="7.00"), 12) == ["Milk    7.00"]
    assert rows_of(PaperLine(left="牛奶", right="7.00"), 12) == ["牛奶    7.00"]
    assert rows_of(PaperLine(middle="牛奶"), 12) == ["    牛奶"]
    assert rows_of(PaperLine(left="long name", right="7.00"), 12) == ["long name", "        7.00"]
    for line in (PaperLine(left="牛" * 50, right="1234567.00"), PaperLine(middle="x" * 100)):
        assert all(columns_of(row) <= 24 for row in rows_of(line, 24))
    assert rows_of(PaperLine(), 12) == [""]


def test_a_product_cannot_command_the_printer() -> None:
    sent = paper(PaperLine(left="Tea\x1bp\x00\x19\xfa\x1dV\x00\nFREE", right="\x1b@1"))
    assert KICK not in sent
    assert sent.count(CUT) == 1
    assert b"Tea p" in sent


def test_letters_come_by_code_page_gb_18030_or_picture() -> None:
    line = PaperLine(left="牛奶 €", right="7.00")
    assert "牛奶 €".encode("gb18030") in paper(line, text="gb18030")
    assert b"7.00" in paper(line)
    path = Path(str(files("cvttf_NotoSansCJK_Bold") / "NotoSansCJKtc-Bold.otf"))
    sent = paper(line, text="picture", font=path.name, base=path.parent)
    assert b"\x1dv0" in sent
    assert b"7.00" not in sent
    with pytest.raises(OSError, match="cannot open resource"):
        paper(line, text="picture", font="none.ttf")


def test_the_drawer_opens_first_and_alone_where_nothing_is_printed() -> None:
    assert paper(PaperLine(left="x"), kicks=True).startswith(KICK)
    assert paper(kicks=True).startswith(KICK)
    assert CUT not in paper(kicks=True)
    assert paper() == b""
    assert b"till-1/2026-11-22/7" in paper(PaperLine(left="x"))
