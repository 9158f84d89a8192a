"""The leak drill: whatever leaves the hub by any door is listed, with who, what scope, how much."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import cloud_hub
from aisle import build_app
from cloud_hub.access.doors.reveals import Reveal, Sought, who_saw
from cloud_hub.cli import app as hub_commands
from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.link.tables import DeadLetter
from cloud_hub.register import SCREENS
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, TENANT
from tests.stage.doors import Doors, opened_doors
from tests.talking_device import small_chain

HEAD_OFFICE, IT, BRAND = LoginRole.HEAD_OFFICE, LoginRole.IT, LoginRole.BRAND
LETTER = "s01-till/1/0/7"
PACKAGE = Path(cloud_hub.__file__).parent

OPENS_SEALED = {
    "link/letters/dead_letters.py": "gives what a letter says to the two doors below",
    "link/letters/dead_letters_offline.py": "notes it",
    "reconciliation/letters_api.py": "notes it",
    "link/ingest/sequence_conflicts.py": "compares, and hands nothing out",
    "link/letters/replay.py": "applies kept events anew, and hands nothing out",
    "sales/booking/handle_forms.py": "indexes handles anew, and hands nothing out",
}
"""Every module that opens what is sealed of shoppers, and what becomes of it."""

HANDS_OUT_FILES = {
    "boards/temperature_log/api.py": "a cooler's temperatures; not noted",
    "web/live/pages.py": "tables, noted by Console.export",
    "fleet/artifacts/api.py": "signed files for devices",
    "review/api.py": "pictures of products",
    "shelf/photos/api.py": "pictures of shelves",
}
"""Every module that answers with a file, and what is in it."""

EXPORTING = re.compile(r"export|reveal|dump|download|save")
NOTED_COMMANDS = {"master-data export", "review export"}


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    """The doors with the console's pages among them."""
    async with opened_doors(tmp_path, console=True) as opened:
        yield opened


def modules_with(pattern: str) -> set[str]:
    """The hub's modules whose source holds `pattern`, the keys' own folder left out."""
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.parent.name != "keys" and re.search(pattern, path.read_text(encoding="utf-8"))
    }


def letter(doors: Doors) -> None:
    doors.chain.add(
        DeadLetter(
            tenant_id=TENANT,
            letter_id=LETTER,
            device_id="s01-till",
            store_id="s01",
            epoch=1,
            lane=0,
            seq=7,
            raw=HandleKeys(doors.hub.secrets).sealed_letter(json.dumps({"a": 1}).encode()),
            error="no",
            received_at=NOW,
            replayed_at=None,
        )
    )
    doors.chain.flush()


def seen(doors: Doors, asked: Sought | None = None) -> list[tuple[str, str, str, str, int]]:
    with doors.hub.sessions() as session:
        return [
            (row.actor, row.action, row.subject, row.detail["scope"], row.detail["rows"])
            for row in who_saw(session, TENANT, asked or Sought())
        ]


def aisle(doors: Doors, *words: str) -> str:
    return ran(doors.hub.settings.data_dir, *words)


def ran(data: Path, *words: str) -> str:
    done = CliRunner().invoke(build_app("hub"), [*words, "--data", str(data)])
    assert done.exit_code == 0, done.output
    return done.output


async def test_one_of_each_door_and_the_list_has_them_all_and_nothing_else(doors: Doors) -> None:
    letter(doors)
    office = doors.signed_in("office", HEAD_OFFICE)
    brand = doors.signed_in("brand", BRAND, OWN)
    token = doors.token(IT, may_write=True)
    # What is refused, not there or only looked at shows nothing.
    for path in ("/stores", "/stores?export=tea"):
        await doors.http.get(path, headers=office)
    assert (await doors.http.get("/stores?export=stores", headers=brand)).status_code == 403
    path = f"/api/v1/dead-letters/{LETTER}"
    assert (await doors.http.get(path, headers=office)).status_code == 403
    assert (await doors.http.get(f"{path}9", headers=token)).status_code == 404
    assert (await doors.http.get("/stores?export=stores")).status_code == 303
    assert seen(doors) == []

    assert (await doors.http.get("/stores?export=stores", headers=office)).status_code == 200
    through = {"Cookie": f"{office['Cookie']}; aisle_see_as=it"}
    assert (await doors.http.get("/devices?export=devices", headers=through)).status_code == 200
    assert (await doors.http.get(path, headers=token)).json()["said"] == {"a": 1}
    aisle(doors, "dead-letters", "show", LETTER)
    rows = seen(doors)
    assert [one[:4] for one in rows] == [
        ("office", "table-saved", "stores of /stores?export=stores", "head-office: all stores"),
        ("office", "table-saved", "devices of /devices?export=devices", "it: all stores"),
        ("token:test", "dead-letter-shown", LETTER, "it: all stores"),
        ("command line", "dead-letter-shown", LETTER, TENANT),
    ]
    assert all(one[4] > 0 for one in rows)

    assert [one[1] for one in seen(doors, Sought(login="token:test"))] == ["dead-letter-shown"]
    assert len(seen(doors, Sought(subject=LETTER))) == 2
    assert seen(doors, Sought(subject="%")) == []
    assert len(seen(doors, Sought(since=NOW + timedelta(seconds=1)))) == 1
    told = aisle(doors, "log", "who-saw", "--login", "office").splitlines()
    assert len(told) == 2
    assert "office  table-saved  stores of /stores" in told[0]
    assert aisle(doors, "log", "who-saw", "--since", "2199-01-01") == ""
    listed = await doors.http.get("/api/v1/who-saw?subject=till", headers=token)
    assert [one["who"] for one in listed.json()] == ["token:test", "command line"]
    refused = await doors.http.get("/api/v1/who-saw", headers=office)
    assert refused.status_code == 403
    assert "all genuine" in aisle(doors, "log", "verify")
    page = await doors.http.get("/logins", headers=doors.signed_in("it", IT))
    assert "dead-letter-shown" in page.text
    assert "dead-letter-shown" not in (await doors.http.get("/logins", headers=office)).text


def test_what_the_command_line_exports_is_listed(tmp_path: Path) -> None:
    chain = tmp_path / "chain.json"
    chain.write_text(small_chain().model_dump_json())
    data, gallery = tmp_path / "hub", tmp_path / "gallery"
    gallery.mkdir()
    ran(data, "master-data", "load", str(chain))
    ran(data, "master-data", "load", str(chain), "--dry-run")
    assert ran(data, "log", "who-saw") == ""
    ran(data, "master-data", "export")
    ran(data, "review", "export", "--gallery", str(gallery))
    exported, answers = ran(data, "log", "who-saw", "--login", "command line").splitlines()
    assert "master-data-exported  master data  {" in exported
    assert '"scope": "linguang"' in exported
    assert 'answers-exported  gallery  {"scope": "linguang", "rows": 0}' in answers


async def test_every_table_of_every_page_is_noted_when_it_is_saved(doors: Doors) -> None:
    whole = [one.path for one in SCREENS if one.tables is not None and "{" not in one.path]
    it = doors.signed_in("it", IT)
    saved = 0
    for path in whole:
        page = await doors.http.get(path, headers=it)
        for name in sorted(set(re.findall(r'href="[^"]*export=([a-z-]+)"', page.text))):
            answer = await doors.http.get(f"{path}?export={name}", headers=it)
            assert answer.status_code == 200, f"{name} of {path}"
            saved += 1
            assert len(seen(doors)) == saved, f"{name} of {path} was saved and not noted"
    assert saved >= 3


def test_no_module_opens_what_is_sealed_or_hands_out_files_unless_it_is_known() -> None:
    opening = r"opened_letter\(|\.decrypt\(kept|\.decrypt\(\w+\.value|\.opened\(event|said_by\("
    factor = {"web/second/ticket.py"}
    assert modules_with(opening) - factor == set(OPENS_SEALED)
    assert modules_with(r"FileResponse\(|Content-Disposition|text/csv") == set(HANDS_OUT_FILES)
    noting = {name for name, why in OPENS_SEALED.items() if why == "notes it"}
    assert noting <= modules_with(r"record_reveal\(")


def test_no_command_exports_unless_it_is_known() -> None:
    group = typer.main.get_command(hub_commands)
    found = set()

    def walk(command: object, words: tuple[str, ...]) -> None:
        for name, below in getattr(command, "commands", {}).items():
            if EXPORTING.search(name):
                found.add(" ".join((*words, name)))
            walk(below, (*words, name))

    walk(group, ())
    assert found == NOTED_COMMANDS
    assert len(modules_with(r"note_reveal\(Reveal\.")) == len(NOTED_COMMANDS)
    assert {one.value for one in Reveal} == {
        "table-saved",
        "dead-letter-shown",
        "master-data-exported",
        "answers-exported",
    }
