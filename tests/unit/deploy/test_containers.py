"""Container files that name what there is, and containers that may do little."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloud_hub.core.settings import ENVIRONMENT_PREFIX, HubSettings, load_settings
from tests.stage.deploying.product import unknown_options

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "containers"
COMPOSES = sorted(FOLDER.glob("compose*.yaml"))
IMAGES = sorted(FOLDER.glob("*.Containerfile"))
USER = "10001:10001"


def read(compose: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(compose.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def services() -> Iterator[Any]:
    for compose in COMPOSES:
        for name, service in read(compose)["services"].items():
            yield pytest.param(service, id=name)


def lines_of(image: Path) -> list[tuple[str, str]]:
    """The instructions of a container file, with their arguments on one line each."""
    text = re.sub(r"\\\n", " ", image.read_text(encoding="utf-8"))
    rows = (row for row in text.splitlines() if row and not row.startswith("#"))
    return [(word, rest) for word, _, rest in (row.partition(" ") for row in rows)]


@pytest.mark.parametrize("service", list(services()))
def test_a_container_may_write_its_volumes_alone_and_is_nobody(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert "privileged" not in service
    assert "healthcheck" in service
    for volume in service.get("volumes", []):
        assert "docker.sock" not in volume


def commands_of(service: dict[str, Any]) -> Iterator[list[str]]:
    """The words after `aisle` of all that a service of ours runs."""
    test = service["healthcheck"].get("test")
    if test and test[1] == "aisle":
        yield test[2:]
    command = service.get("command")
    if command and "entrypoint" not in service and service["image"].startswith("aisleos-"):
        yield command
    if command and service.get("entrypoint") == ["sh", "-c"]:
        for part in re.split(r";|\|\||&&| do ", command[0]):
            if part.strip().startswith("aisle "):
                yield shlex.split(part)[1:]


def test_every_command_and_option_is_one_of_the_product() -> None:
    said = [words for compose in COMPOSES for words in of_services(compose)]
    for image in IMAGES:
        for word, rest in lines_of(image):
            if word in ("CMD", "HEALTHCHECK"):
                words = json.loads(rest[rest.index("[") :])
                said.append(words[1:] if words[0] == "aisle" else words)
    assert ["hub", "health"] in said
    assert ["ingest"] in said
    assert any("write" in words for words in said)
    assert [unknown_options(words) for words in said if unknown_options(words)] == []


def of_services(compose: Path) -> Iterator[list[str]]:
    for service in read(compose)["services"].values():
        yield from commands_of(service)


def test_the_settings_of_the_compose_file_are_settings_that_fit_together() -> None:
    given = read(FOLDER / "compose.yaml")["services"]["hub"]["environment"]
    told = {
        name: re.sub(r"\$\{HUB_NAME[^}]*\}", "hub.example.org", value)
        for name, value in given.items()
    }
    assert {name.removeprefix(ENVIRONMENT_PREFIX).lower() for name in told} <= set(
        HubSettings.model_fields
    )
    settings = load_settings({}, environment=told)
    assert settings.speaks_tls
    assert [str(one) for one in settings.broker_addresses] == ["hub.example.org:8883"]
    assert {"hub.example.org", "hub", "broker"} <= set(settings.server_names)
    proxy = read(FOLDER / "compose.yaml")["services"]["proxy"]["networks"]["front"]["ipv4_address"]
    assert settings.trusted_proxies == (proxy,)


def test_what_is_mounted_awaited_and_joined_is_there() -> None:
    for compose in COMPOSES:
        told = read(compose)
        for name, service in told["services"].items():
            for volume in service.get("volumes", []):
                source = volume.partition(":")[0]
                known = source in told["volumes"] or source == "./device.toml"
                assert known or (compose.parent / source).exists(), f"{name}: {volume}"
            assert set(service.get("depends_on", {})) <= set(told["services"])
            networks = service.get("networks", [])
            assert set(networks) <= set(told.get("networks", {}))
            if "build" in service:
                assert (ROOT / service["build"]["dockerfile"]).exists()


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_an_image_is_built_of_hashed_locks_and_runs_as_nobody(image: Path) -> None:
    lines = lines_of(image)
    froms = [rest for word, rest in lines if word == "FROM"]
    assert froms == ["python:3.11-slim-bookworm AS built", "python:3.11-slim-bookworm"]
    installs = [rest for word, rest in lines if word == "RUN" and "pip install" in rest]
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[1]
    for word, rest in lines:
        if word == "COPY" and "--from" not in rest and not rest.startswith("dist/"):
            assert (ROOT / rest.split()[0]).exists()
    after = [word for word, _ in lines][-1 - [w for w, _ in reversed(lines)].index("USER") :]
    assert ("USER", USER) in lines
    assert "RUN" not in after
    assert {"HEALTHCHECK", "ENTRYPOINT", "CMD", "VOLUME"} <= {word for word, _ in lines}
    assert "ADD" not in {word for word, _ in lines}
