"""TOML and JSON files as people hand them in."""

from pathlib import Path

import pytest

from device_profiles.files import (
    UnreadableFile,
    read_gallery_list,
    read_json,
    read_text,
    read_toml,
    shown,
)
from tests.stage.odd.odd_files import BOM, NO_JSON, NO_TOML, not_to_be_read


def line_of(error: UnreadableFile) -> str:
    said = str(error)
    assert "\n" not in said
    assert len(said) < 1000
    said.encode()
    return said


@pytest.mark.parametrize("content", NO_TOML.values(), ids=NO_TOML)
def test_a_file_that_is_no_toml_is_one_line_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        read_toml(path, "profile")
    assert line_of(caught.value).startswith(f"profile {path}")


@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_a_file_that_is_no_json_is_one_line_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        read_json(path, "body")
    assert line_of(caught.value).startswith(f"body {path} is not JSON: ")


def test_a_path_that_gives_no_bytes_is_told_with_why(tmp_path: Path) -> None:
    for path in not_to_be_read(tmp_path, "a.toml"):
        for read in (read_toml, read_json):
            with pytest.raises(UnreadableFile, match="cannot read profile") as caught:
                read(path, "profile")
            assert str(path) in line_of(caught.value)
            assert not caught.value.is_there


@pytest.mark.parametrize("name", ["a\nb", "a\udcff", "x" * 300, "a\0b", "\N{SNOWMAN}"], ids=ascii)
def test_any_name_of_a_file_is_told_in_a_line_that_can_be_printed(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_toml(tmp_path / name, "profile")
    line_of(caught.value)
    assert shown(Path("a/till.toml")) == "a/till.toml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = 1\nb = " + b"9" * 5000, "line 2 holds a number of 5000 digits"),
        (b"a = 1\nb = '\0'", "line 2 holds a NUL"),
        (b"a = 1\n\nb = '\xe9'", "line 3 is not UTF-8; save it as UTF-8"),
        ("a = 1".encode("utf-16"), "it is UTF-16; save it as UTF-8"),
        (b"a = 1\nb = \nc = 1", "line 2"),
        (b"[[x]]\ny = [1, 18446744073709551616]", "x.0.y.1: a whole number in it has more than 63"),
        (b"x = " + b"[" * 5000, "nested too deeply"),
        (b'x = 1\n[y]\nfile = "a\\u0000b"', "y.file: a text in it holds a NUL"),
    ],
)
def test_the_place_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        read_toml(path, "profile")
    assert said in line_of(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(BOM + b"a = 1")
    assert read_text(path, "profile", "TOML") == "a = 1"
    assert read_toml(path, "profile") == {"a": 1}
    path.write_bytes(BOM + b'{"a": 1}')
    assert read_json(path, "body") == {"a": 1}


def test_a_character_in_two_escapes_is_read_in_a_gallery_alone(tmp_path: Path) -> None:
    path = tmp_path / "gallery.toml"
    path.write_text('origin = "\\ud83c\\udf4f"', encoding="utf-8")
    assert read_gallery_list(tmp_path) == {"origin": "\N{GREEN APPLE}"}
    with pytest.raises(UnreadableFile, match="is not TOML"):
        read_toml(path, "profile")
