"""The rota: who is on call at any minute, and what is refused in one line."""

from datetime import datetime
from pathlib import Path

import pytest

from cloud_hub.core.errors import InvalidSettings
from cloud_hub.fleet.on_call.rota import OnCall, read_on_call

ROTA = """
[smtp]
host = "mail.example.org"
sender = "hub@example.org"
[people.anna]
mail = "anna@example.org"
[people.ben]
webhook = "https://desk.example.org/hook"
secret = "0123456789abcdef"
[[rota]]
days = ["mon", "tue", "wed", "thu", "fri"]
from = "08:00"
to = "18:00"
people = ["anna", "ben"]
[[rota]]
days = ["fri"]
from = "18:00"
to = "02:00"
people = ["carl@example.org"]
[[rota]]
people = ["ben"]
"""


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "on-call.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("day", "hour", "people"),
    [
        (2, 8, ("anna", "ben")),
        (2, 18, ("ben",)),
        (6, 23, ("carl@example.org",)),
        (7, 1, ("carl@example.org",)),
        (7, 2, ("ben",)),
        (8, 1, ("ben",)),
    ],
)
def test_who_is_on_call_at_a_local_time(
    tmp_path: Path, day: int, hour: int, people: tuple[str, ...]
) -> None:
    on_call = read_on_call(written(tmp_path, ROTA))
    assert on_call.on_duty(datetime(2026, 11, day, hour)) == people  # noqa: DTZ001


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["anna", "ben"]', '["anne"]', r"no \[people.anne\]"),
        ('[[rota]]\npeople = ["ben"]', "", "nobody is on call on mon at 00:00"),
        ("https://desk", "http://desk", "in clear"),
        ("https://desk", "ftp://desk", "is no webhook"),
        ("https://desk", "https://me:secret@desk", "is no webhook"),
        ("0123456789abcdef", "short", "secret of 16 characters"),
        ('mail = "anna@example.org"', 'mail = "anna"', "is no mail address"),
        ('mail = "anna@example.org"', 'mail = "a@b.c\\nBcc: x@y.z"', "is no mail address"),
        ('["carl@example.org"]', f'["{"c" * 90}@example.org"]', "longer than 100 characters"),
        ('mail = "anna@example.org"', "", "give mail, webhook or both"),
        (
            'sender = "hub@example.org"',
            'sender = "hub@example.org"\nuser = "u"\npassword = "p"\nencryption = "none"',
            "in clear",
        ),
        ('[smtp]\nhost = "mail.example.org"\nsender = "hub@example.org"', "", r"needs \[smtp\]"),
        ('from = "08:00"', 'from = "8 in the morning"', "rota"),
        ("[smtp]", "[smtp", "is not TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in ROTA
    with pytest.raises(InvalidSettings, match=said) as refused:
        read_on_call(written(tmp_path, ROTA.replace(old, new, 1)))
    assert "\n" not in str(refused.value)


def test_secrets_that_others_could_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="chmod 600"):
        read_on_call(written(tmp_path, ROTA, 0o640))
    with pytest.raises(InvalidSettings, match="cannot read the rota"):
        read_on_call(tmp_path / "none.toml")


def test_no_secret_is_in_what_is_printed(tmp_path: Path) -> None:
    on_call: OnCall = read_on_call(written(tmp_path, ROTA))
    assert "0123456789abcdef" not in repr(on_call)
