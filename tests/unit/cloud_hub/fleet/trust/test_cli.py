"""`aisle hub ca` and `aisle hub device`, as commands beside a hub."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from aisle import build_app
from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.keys.authority import open_authority
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from cloud_hub.fleet.trust.certificates import issue
from cloud_hub.link.broker.device_identity import DeviceIdentity
from device_profiles.claim_code import decode
from sync.core.clock import SystemClock
from tests.certificate_requests import new_csr
from tests.talking_device import small_chain

TILL = DeviceIdentity(tenant_id="linguang", store_id="s01", device_id="s01-till")
URL = "https://hub.example.org"


def aisle(*words: object) -> Result:
    return CliRunner().invoke(build_app("hub"), [str(word) for word in words])


def done(*words: object) -> str:
    result = aisle(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def data(tmp_path: Path) -> Path:
    chain = tmp_path / "chain.json"
    chain.write_text(small_chain().model_dump_json())
    done("master-data", "load", chain, "--data", tmp_path)
    done("hub", "ca", "init", "--data", tmp_path)
    return tmp_path


def certify(data: Path) -> None:
    settings = HubSettings(data_dir=data)
    database = open_database(settings.database_url)
    with database.writing() as session:
        issue(session, open_authority(settings), TILL, new_csr(), SystemClock().now())
    database.close()


def acts(data: Path) -> list[str]:
    database = open_database(HubSettings(data_dir=data).database_url)
    with database.sessions() as session:
        found = list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.at)))
    database.close()
    return found


def test_the_authority_is_made_once_and_shown(data: Path) -> None:
    known = open_authority(HubSettings(data_dir=data)).known_by
    assert known in done("hub", "ca", "init", "--data", data)
    certify(data)
    (line,) = done("hub", "ca", "show", "--data", data).splitlines()
    assert f"SHA-256 {known}" in line
    assert "issued 1  revoked 0" in line


def test_a_device_is_disabled_and_enabled_beside_the_hub(data: Path) -> None:
    certify(data)
    done("hub", "device", "disable", "s01-till", "--data", data)
    shown = done("hub", "ca", "show", "--data", data)
    assert "issued 1  revoked 1" in shown
    assert "revoked: " in shown
    refused = aisle("hub", "device", "claim-code", "s01-till", "--url", URL, "--data", data)
    assert refused.exit_code == 1
    assert "was disabled at the hub" in refused.stderr
    done("hub", "device", "enable", "s01-till", "--data", data)
    code = decode(done("hub", "device", "claim-code", "s01-till", "--url", URL, "--data", data))
    assert (code.hub_url, code.device) == (URL, "s01-till")
    told = acts(data)
    for action in ("device-disabled", "device-enabled", "claim-code-made"):
        assert action in told


def test_a_device_that_is_not_there_is_said(data: Path) -> None:
    refused = aisle("hub", "device", "disable", "s09-till", "--data", data)
    assert refused.exit_code == 1
    assert "no device s09-till" in refused.stderr


def test_a_rotation_is_finished_when_nobody_hangs_on_the_former_root(data: Path) -> None:
    before = open_authority(HubSettings(data_dir=data)).known_by
    certify(data)
    assert "2 roots" in done("hub", "ca", "rotate", "--data", data)
    refused = aisle("hub", "ca", "rotate", "--finish", "--data", data)
    assert refused.exit_code == 1
    assert "linguang/s01-till" in refused.stderr
    certify(data)
    after = done("hub", "ca", "rotate", "--finish", "--data", data)
    assert before not in after
    assert "authority-rotated" in acts(data)


def test_where_there_is_no_hub_nothing_is_made(tmp_path: Path) -> None:
    for words in (("ca", "show"), ("ca", "rotate"), ("device", "disable", "s01-till")):
        refused = aisle("hub", *words, "--data", tmp_path / "gone")
        assert refused.exit_code == 1
    assert not (tmp_path / "gone").exists()


def test_a_device_is_made_claimed_changed_and_taken_out(data: Path) -> None:
    place = ("--data", data)
    words = ("hub", "device", "set", "s01-new", "--store", "s01", "--kind", "till", "--name", "Bar")
    assert "is made" in done(*words, *place)
    assert "is so already" in done(*words, *place)
    code = done("hub", "device", "claim-code", "s01-new", "--url", URL, *place).strip()
    assert decode(code).device == "s01-new"
    assert "is changed" in done(*words[:-1], "Counter", *place)
    code = done("hub", "device", "replace", "s01-new", "--url", URL, *place).strip()
    assert decode(code).device == "s01-new"
    assert "out of the chain" in done("hub", "device", "retire", "s01-new", *place)
    assert acts(data)[-5:] == [
        "device-made",
        "claim-code-made",
        "device-changed",
        "device-replaced",
        "device-retired",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "S01", "--store", "s01", "--kind", "till", "--name", "x"), "is no id"),
        (("set", "s01-b", "--store", "s99", "--kind", "till", "--name", "x"), "no store 's99'"),
        (
            ("set", "s01-b", "--store", "s01", "--kind", "till", "--name", "x", "--fixture", "f"),
            "no fixture 'f'",
        ),
        (("retire", "s01-none"), "no device s01-none"),
    ],
)
def test_what_cannot_be_set_up_is_one_line(data: Path, words: tuple[str, ...], said: str) -> None:
    result = aisle("hub", "device", *words, "--data", data)
    assert result.exit_code == 1
    assert said in result.output
