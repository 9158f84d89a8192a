"""The hub's own broker."""

import socket
from collections.abc import Callable

import pytest

from cloud_hub.core.errors import PortInUse
from cloud_hub.core.settings import Address
from cloud_hub.link.broker.embedded import require_free


def test_a_port_in_use_is_named(free_port: Callable[[], int]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port}: .*another --mqtt"):
            require_free(Address(host="127.0.0.1", port=port), "--mqtt")
