"""Printer drivers: a table of rows by the scheme of the address. Bytes go out within seconds, or it
is said why not."""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from select import select

from device_profiles.failures import in_words
from edge_agent.core.errors import PrinterUnusable, SensorUnusable
from edge_agent.drivers.readings import host_and_port

PORT = 9100
SEND_S = 10.0
EXTRA, MODULE = "printer", "escpos"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterDriver:
    """One way to a printer. `check` raises PrinterUnusable with what is wrong with an address
    (without its scheme), `send` what kept the bytes from going out."""

    scheme: str
    reaches: str
    example: str
    check: Callable[[str], None]
    send: Callable[[str, bytes], None]
    problems: str

    def as_table_row(self) -> str:
        """Its line in docs/edge.md."""
        cells = (f"`{self.scheme}:`", self.reaches, f"`{self.example}`", self.problems)
        return f"| {' | '.join(cells)} |"


def _check_tcp(place: str) -> None:
    try:
        host_and_port(place, PORT)
    except SensorUnusable as error:
        raise PrinterUnusable(str(error)) from error


def _send_tcp(place: str, data: bytes) -> None:
    try:
        with socket.create_connection(host_and_port(place, PORT), timeout=SEND_S) as connection:
            connection.sendall(data)
    except OSError as error:
        raise PrinterUnusable(f"printer at {place}: {in_words(error)}") from error


def _check_file(place: str) -> None:
    if not place.startswith("/"):
        raise PrinterUnusable(f"{place!r} is no path of a device, such as /dev/usb/lp0")


def _send_file(place: str, data: bytes) -> None:
    try:
        # A printer without paper takes nothing: it must not hold the agent.
        device = os.open(place, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_APPEND)
        try:
            _write_all(device, data)
        finally:
            os.close(device)
    except OSError as error:
        raise PrinterUnusable(f"printer at {place}: {in_words(error)}") from error


def _write_all(device: int, data: bytes) -> None:
    """Raises OSError, or TimeoutError where the device takes no more for `SEND_S`."""
    ends_s = time.monotonic() + SEND_S
    while data:
        _, writable, _ = select([], [device], [], max(0.0, ends_s - time.monotonic()))
        if not writable:
            raise TimeoutError("it takes no more; is there paper?")
        data = data[os.write(device, data) :]


PRINTER_DRIVERS: dict[str, PrinterDriver] = {
    row.scheme: row
    for row in (
        PrinterDriver(
            scheme="tcp",
            reaches="a printer in the network (port 9100 where none is given)",
            example="tcp:192.168.1.50:9100",
            check=_check_tcp,
            send=_send_tcp,
            problems="no connection, nothing taken for 10 s",
        ),
        PrinterDriver(
            scheme="file",
            reaches="a printer at USB or a serial line, by its device file",
            example="file:/dev/usb/lp0",
            check=_check_file,
            send=_send_file,
            problems="no such file, no rights, nothing taken for 10 s",
        ),
        PrinterDriver(
            scheme="dummy",
            reaches="nothing: to try a till without a printer",
            example="dummy:",
            check=lambda _: None,
            send=lambda _place, _data: None,
            problems="none",
        ),
    )
}
"""Drivers by the scheme of the address."""


def printer_driver_of(address: str) -> PrinterDriver:
    """The driver for a printer's address.

    Raises PrinterUnusable with one line where there is none, the extra is not installed, or the
    address makes no sense.
    """
    scheme, _, place = address.partition(":")
    driver = PRINTER_DRIVERS.get(scheme)
    if driver is None:
        raise PrinterUnusable(
            f"the printer has the address {address!r};"
            f" it must begin with one of: {', '.join(f'{name}:' for name in PRINTER_DRIVERS)}"
        )
    if find_spec(MODULE) is None:
        raise PrinterUnusable(
            f"a printer needs what is not installed here; run: pip install 'aisleos[{EXTRA}]'"
        )
    try:
        driver.check(place)
    except PrinterUnusable as error:
        raise PrinterUnusable(
            f"the printer has the address {address!r}: {error}; write it such as {driver.example}"
        ) from error
    return driver
