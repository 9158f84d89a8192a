"""What signs the audit log, and the head that it keeps beside the keys."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.audit_seal import HEAD_FILE, AuditSeal, Head
from cloud_hub.core.keys.key_store import load_secrets


def head(entry: int) -> Head:
    return Head(entry=entry, hash=f"{entry:064x}")


@pytest.fixture
def seal(tmp_path: Path) -> AuditSeal:
    return AuditSeal(load_secrets(tmp_path), tmp_path)


def test_before_the_first_act_there_is_no_head(seal: AuditSeal) -> None:
    assert seal.heads() == {}


def test_heads_go_forward_only_and_each_chain_has_its_own(seal: AuditSeal) -> None:
    seal.remember({"a": head(2), "b": head(1)})
    seal.remember({"a": head(1)})
    seal.remember({"b": head(5)})
    assert seal.heads() == {"a": head(2), "b": head(5)}


def test_processes_side_by_side_lose_no_head(tmp_path: Path) -> None:
    secrets = load_secrets(tmp_path)

    def write(chain: str) -> None:
        own = AuditSeal(secrets, tmp_path)
        for entry in range(1, 11):
            own.remember({chain: head(entry)})

    threads = [threading.Thread(target=write, args=(chain,)) for chain in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditSeal(secrets, tmp_path).heads() == dict.fromkeys("abc", head(10))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"heads": {}}', '{"heads": 3, "signature": ""}', "\x00"]
)
def test_a_damaged_head_is_told_in_one_line(seal: AuditSeal, tmp_path: Path, text: str) -> None:
    (tmp_path / HEAD_FILE).write_text(text)
    with pytest.raises(UnusableData, match="is damaged, or was signed with other keys"):
        seal.heads()


def test_a_head_of_other_keys_is_refused(seal: AuditSeal, tmp_path: Path) -> None:
    seal.remember({"a": head(2)})
    other = replace(load_secrets(tmp_path), blind_index_key="00" * 32)
    with pytest.raises(UnusableData, match="other keys"):
        AuditSeal(other, tmp_path).heads()
    assert AuditSeal(other, tmp_path).sign(b"x") != seal.sign(b"x")
