"""The hub's key for handles that devices seal."""

from dataclasses import replace
from pathlib import Path

from cloud_hub.core.keys.device_seal import device_key, key_for_devices
from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from sync.core.sealed_handles import open_sealed, seal


def test_every_process_of_a_hub_has_the_same_key_and_another_hub_another(tmp_path: Path) -> None:
    here, again, there = (load_secrets(tmp_path / name) for name in ("a", "a", "b"))
    assert key_for_devices(here) == key_for_devices(again) != key_for_devices(there)


def test_the_key_follows_from_what_a_backup_holds(tmp_path: Path) -> None:
    here = load_secrets(tmp_path)
    sealed = seal("80012345", key_for_devices(here))
    restored = replace(here, broker_password="another")
    assert open_sealed(sealed, device_key(restored)) == "80012345"


def test_the_hub_reads_what_was_sealed_for_it_and_what_never_was(tmp_path: Path) -> None:
    keys, strange = (HandleKeys(load_secrets(tmp_path / name)) for name in ("a", "b"))
    sealed = seal("80012345", key_for_devices(load_secrets(tmp_path / "a")))
    assert (keys.plain(sealed), strange.plain(sealed)) == ("80012345", None)
    assert keys.plain("80012345") == "80012345"
