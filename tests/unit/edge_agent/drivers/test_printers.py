"""Addresses of printers, and bytes that go out or do not."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from edge_agent.core.errors import PrinterUnusable
from edge_agent.drivers import printers
from edge_agent.drivers.printers import PRINTER_DRIVERS, PrinterDriver, printer_driver_of

DOCS = Path(__file__).parents[4] / "docs" / "edge.md"


def send(address: str, data: bytes) -> None:
    printer_driver_of(address).send(address.partition(":")[2], data)


@pytest.mark.parametrize("driver", PRINTER_DRIVERS.values(), ids=lambda one: one.scheme)
def test_every_driver_takes_its_own_example_and_stands_in_the_documentation(
    driver: PrinterDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printer_driver_of(driver.example) is driver
    assert driver.as_table_row() in DOCS.read_text(encoding="utf-8").splitlines()
    monkeypatch.setitem(sys.modules, "escpos", None)
    with pytest.raises(PrinterUnusable, match=r"pip install 'aisleos\[printer\]'"):
        printer_driver_of(driver.example)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "it must begin with one of: tcp:, file:, dummy:"),
        ("usb:1", "it must begin with one of"),
        ("tcp:", "is not HOST:PORT; write it such as tcp:"),
        ("tcp:h:0", "is not HOST:PORT"),
        ("file:lp0", "is no path of a device"),
    ],
)
def test_an_address_that_makes_no_sense_is_told_in_one_line(address: str, said: str) -> None:
    with pytest.raises(PrinterUnusable) as error:
        printer_driver_of(address)
    assert said in str(error.value)


def test_bytes_go_over_the_network_whole(free_port: Callable[[], int]) -> None:
    got: list[bytes] = []
    data = os.urandom(200_000)
    with socket.create_server(("127.0.0.1", port := free_port())) as server:

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                while part := connection.recv(65536):
                    got.append(part)

        thread = Thread(target=take)
        thread.start()
        send(f"tcp:127.0.0.1:{port}", data)
        thread.join()
    assert b"".join(got) == data
    with pytest.raises(PrinterUnusable, match="nothing answers there"):
        send(f"tcp:127.0.0.1:{port}", b"x")


def test_a_device_file_takes_them_one_behind_the_other(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    with pytest.raises(PrinterUnusable, match="it is not there"):
        send(f"file:{path}", b"x")
    path.touch()
    send(f"file:{path}", b"first ")
    send(f"file:{path}", b"second")
    assert path.read_bytes() == b"first second"


def test_a_device_that_takes_no_more_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printers, "SEND_S", 0.1)
    os.mkfifo(path := tmp_path / "full")
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(PrinterUnusable, match=r"printer at .*full: "):
            send(f"file:{path}", b"x" * 1_000_000)
    finally:
        os.close(reader)


def test_a_dummy_takes_anything() -> None:
    send("dummy:", b"x")
