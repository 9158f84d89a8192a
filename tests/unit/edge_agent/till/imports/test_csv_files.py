"""CSV files as they come."""

import stat
from pathlib import Path

import pytest

from edge_agent.till.imports.csv_files import (
    PlainFile,
    ReadAs,
    UnreadableReceipts,
    Wanted,
    plain_copy,
)

GERMAN = "Belegnr;Text;Betrag\n1;Käse, jung;3,50\n2;Müsli;1.234,50\n3;Straßenköter;2,00\n"
CHINESE = "小票号,商品名称,金额\n1,乌龙茶,3.50\n2,农夫山泉矿泉水,2.00\n"
LATIN = "receipt,text,amount\n1,乌龙茶,3.50\n"


def copied(
    folder: Path, raw: bytes, *names: str, zone: str = "UTC", asked: ReadAs | None = None
) -> PlainFile:
    path = folder / "file.csv"
    path.write_bytes(raw)
    wanted = Wanted(names=names, figures=frozenset(names[2:]), time_zone=zone)
    return plain_copy(path, wanted, asked or ReadAs())


def rows(copy: PlainFile) -> list[str]:
    return copy.path.read_text(encoding="utf-8").splitlines()[1:]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-1"])
def test_german_text_is_read_in_any_of_its_encodings(tmp_path: Path, encoding: str) -> None:
    copy = copied(tmp_path, GERMAN.encode(encoding), "Belegnr", "Text", "Betrag")
    assert rows(copy)[0] == '1,2,1,"Käse, jung","3,50"'
    assert (copy.read_as.delimiter, copy.read_as.decimal) == (";", ",")
    assert not copy.bad


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "utf-16", "utf-8-sig"])
def test_chinese_text_is_read_in_any_of_its_encodings(tmp_path: Path, encoding: str) -> None:
    copy = copied(tmp_path, CHINESE.encode(encoding), "小票号", "商品名称", "金额")
    assert rows(copy) == ["1,2,1,乌龙茶,3.50", "2,3,2,农夫山泉矿泉水,2.00"]


@pytest.mark.parametrize(
    ("text", "encoding", "zone"),
    [
        ("乌龙茶", "gb18030", "America/New_York"),
        ("农夫山泉饮用天然水", "gb18030", "UTC"),
        ("烏龍茶飲料", "big5", "Asia/Taipei"),
        ("ウーロン茶の飲料", "cp932", "UTC"),
        ("우롱차 음료", "cp949", "Asia/Seoul"),
        ("чай зелёный листовой", "cp1251", "Europe/Moscow"),
        ("Café crème brûlée", "cp1252", "UTC"),
    ],
)
def test_a_few_words_beyond_ascii_tell_the_encoding(
    tmp_path: Path, text: str, encoding: str, zone: str
) -> None:
    raw = f"receipt,text,amount\n1,{text},3.50\n".encode(encoding)
    copy = copied(tmp_path, raw, "receipt", "text", "amount", zone=zone)
    assert rows(copy) == [f"1,2,1,{text},3.50"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_the_columns_are_there(
    tmp_path: Path, delimiter: str
) -> None:
    lines = [delimiter.join(cells) for cells in (("receipt", "text", "amount"), ("1", "t", "2"))]
    copy = copied(tmp_path, "\n".join(lines).encode(), "receipt", "text", "amount")
    assert (copy.read_as.delimiter, rows(copy)) == (delimiter, ["1,2,1,t,2"])


def test_what_is_asked_for_is_not_guessed(tmp_path: Path) -> None:
    asked = ReadAs(encoding="GB18030", delimiter=",", decimal=",")
    copy = copied(tmp_path, LATIN.encode("gb18030"), "receipt", "text", "amount", asked=asked)
    assert copy.read_as == ReadAs(encoding="gb18030", delimiter=",", decimal=",")
    with pytest.raises(UnreadableReceipts, match="there is no encoding 'klingon'"):
        copied(tmp_path, b"a", "a", asked=ReadAs(encoding="klingon"))


@pytest.mark.parametrize(
    "header", ["receipt,text,amount", " Receipt , TEXT,Amount ", "\ufeffreceipt,ｔｅｘｔ,amount,x"]
)
def test_a_column_is_known_by_its_name_in_any_case(tmp_path: Path, header: str) -> None:
    more = ",9" if header.endswith("x") else ""
    copy = copied(tmp_path, f"{header}\n1,t,2{more}\n".encode(), "receipt", "text", "amount")
    assert rows(copy) == ["1,2,1,t,2"]


def test_lines_above_the_header_and_empty_and_repeated_ones_are_no_rows(tmp_path: Path) -> None:
    raw = "sep=;\nReport of March\n\nreceipt;text;amount\n1;t;2\n;;\n\nreceipt;text;amount\n2;u;3\n"
    copy = copied(tmp_path, raw.encode(), "receipt", "text", "amount")
    assert rows(copy) == ["1,5,1,t,2", "2,9,2,u,3"]
    assert not copy.bad


def test_a_row_with_other_cells_than_the_header_is_kept_aside_with_its_line(tmp_path: Path) -> None:
    raw = "receipt,text,amount\n1,t,2\n2,u\n3,v,4\n4,w,5,6\n5,x,6,,\n"
    copy = copied(tmp_path, raw.encode(), "receipt", "text", "amount")
    assert rows(copy) == ["1,2,1,t,2", "3,4,3,v,4", "5,6,5,x,6"]
    assert [(bad.row, bad.line) for bad in copy.bad] == [(2, 3), (4, 5)]
    assert copy.bad[0].reason == "it has 2 cells, the header has 3"


def test_a_cut_row_with_a_delimiter_in_a_text_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    raw = 'receipt,amount,text,member\n1,2,"Tea, green"\n2,3,"Tea, green",7\n3,4,5" nail,8\n'
    copy = copied(tmp_path, raw.encode(), "receipt", "amount", "text", "member")
    assert rows(copy) == ['2,3,2,3,"Tea, green",7', '3,4,3,4,"5"" nail",8']
    assert [bad.reason for bad in copy.bad] == ["it has 3 cells, the header has 4"]


def test_a_mark_that_is_never_closed_swallows_no_other_row(tmp_path: Path) -> None:
    raw = 'receipt,text,amount\n1,"t,2\n2,5" pipe,3\n3,"a ""b"", c",4\n4,"two\nlines",5\n5,x,6\n'
    copy = copied(tmp_path, raw.encode(), "receipt", "text", "amount")
    there = copy.path.read_text(encoding="utf-8")
    assert '3,"a ""b"", c",4' in there
    assert '4,"two\nlines",5' in there
    assert there.endswith("5,x,6\n") or there.endswith("5,x,6\r\n")
    assert '2,"5"" pipe",3' in there


def test_bytes_that_are_no_text_spoil_their_row_alone(tmp_path: Path) -> None:
    good = "".join(f"{n},茶叶绿茶乌龙,2\n" for n in range(20))
    raw = b"receipt,text,amount\n" + good.encode() + b"77,\xff\xfe\xff,3\n" + good.encode()
    copy = copied(tmp_path, raw, "receipt", "text", "amount")
    assert len(rows(copy)) == 40
    (bad,) = copy.bad
    assert (bad.line, "--encoding" in bad.reason) == (22, True)


def test_the_copy_is_its_users_alone(tmp_path: Path) -> None:
    copy = copied(tmp_path, b"receipt,text,amount\n1,t,2\n", "receipt", "text", "amount")
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
