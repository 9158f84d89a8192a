"""What a test signs and checks an audit log with."""

from pathlib import Path

from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.keys.key_store import load_secrets


def seal_in(folder: Path) -> AuditSeal:
    """The seal of the hub whose keys are in `folder`; they are made where there are none."""
    return AuditSeal(load_secrets(folder), folder)
