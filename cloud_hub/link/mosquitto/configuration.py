"""mosquitto's configuration, for version 2.0.11 and later."""

from typing import Final

from cloud_hub.link.mosquitto.broker_plan import (
    CERTIFICATE,
    DEVICE_ROWS,
    HUB_PASSWORD,
    HUB_ROWS,
    KEY,
    ROOTS,
    VOID,
    BrokerPlan,
)

MOST_PACKET_BYTES: Final = 131_072
"""Twice the largest batch."""
LONGEST_KEEPALIVE_S: Final = 120
MOST_DEVICES: Final = 20_000
MOST_HUBS: Final = 64

_HEAD = """\
# Written by `aisle hub broker write` or by a running hub; write it anew instead of editing it.
# The truth is in the devices' outboxes and the hub's database: the broker keeps nothing.
per_listener_settings true
persistence false
retain_available false
sys_interval 0
# The hub acknowledges after a group commit: 20 at a time would throttle it.
max_inflight_messages 1000
max_queued_messages 10000
max_packet_size {packet}
max_keepalive {keepalive}
# Whoever asks for a kept session has it for an hour.
persistent_client_expiration 1h
set_tcp_nodelay true
"""
_CHILD = """\
log_dest stderr
log_timestamp false
log_type error
log_type warning
log_type notice
"""
_HUB_ON_LOOPBACK = """
# The hub, on this machine. Its name is known here alone.
listener {port} {host}
max_connections {most}
allow_anonymous false
password_file {folder}/{passwords}
acl_file {folder}/{rows}
"""
_HUB_BY_TLS = """
# The hub, by its certificate. Its name opens its topics here alone.
listener {port} {host}
max_connections {most}
{tls}acl_file {folder}/{rows}
"""
_DEVICES = """
# Devices. Each is who its certificate says, and has its own topics alone; its session is called
# like its certificate, so that nobody ends another's.
listener {port} {host}
max_connections {most}
max_qos 1
use_username_as_clientid true
{tls}acl_file {folder}/{rows}
"""
_TLS = """\
tls_version tlsv1.2
cafile {folder}/{roots}
crlfile {folder}/{void}
certfile {folder}/{certificate}
keyfile {folder}/{key}
require_certificate true
use_identity_as_username true
allow_anonymous false
"""


def configuration(plan: BrokerPlan) -> str:
    """The text of `mosquitto.conf`."""
    folder = plan.folder.as_posix()
    tls = _TLS.format(folder=folder, roots=ROOTS, void=VOID, certificate=CERTIFICATE, key=KEY)
    by = _HUB_ON_LOOPBACK if plan.hub_by_password else _HUB_BY_TLS
    parts = (
        f"user {plan.run_as}\n" if plan.run_as else "",
        _HEAD.format(packet=MOST_PACKET_BYTES, keepalive=LONGEST_KEEPALIVE_S),
        _CHILD if plan.is_child else "",
        by.format(
            port=plan.hub.port,
            host=plan.hub.host,
            most=MOST_HUBS,
            passwords=HUB_PASSWORD,
            rows=HUB_ROWS,
            folder=folder,
            tls=tls,
        ),
        _DEVICES.format(
            port=plan.devices.port,
            host=plan.devices.host,
            most=MOST_DEVICES,
            rows=DEVICE_ROWS,
            folder=folder,
            tls=tls,
        ),
    )
    return "".join(parts)
