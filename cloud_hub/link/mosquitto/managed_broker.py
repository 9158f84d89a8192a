"""The hub's own mosquitto: started, watched, and told at once who may connect."""

import asyncio
import logging
import os
import pwd
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.core.errors import HubError, InvalidSettings, UnusableData
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.embedded import require_free
from cloud_hub.link.mosquitto.allowed_devices import allowed_devices
from cloud_hub.link.mosquitto.broker_files import (
    Credentials,
    broker_files,
    names_of,
    put_files,
    read_part,
    void_serials,
)
from cloud_hub.link.mosquitto.broker_plan import (
    CERTIFICATE,
    CONFIGURATION,
    HUB_NAME,
    VOID,
    BrokerPlan,
    is_loopback,
)
from cloud_hub.link.mosquitto.broker_process import BrokerProcess, mosquitto_program
from cloud_hub.link.mosquitto.broker_writing import require_name
from device_profiles.names import certificate_name
from sync.core.errors import LinkRefused, NotConnected
from sync.core.private import private_folder
from sync.link.mqtt import BrokerAddress, MqttLink, MqttLogin

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often it looks who may connect."""
START_TIMEOUT_S = 5.0
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
STEADY_S = 60.0
"""A run of so long begins the count of waits anew."""
MOST_KICKS = 500
"""Beyond so many it is quicker to have everybody come again."""


@dataclass(slots=True, kw_only=True)
class ManagedBroker:
    """Keeps one mosquitto running, and its files true."""

    hub: Hub
    plan: BrokerPlan
    credentials: Credentials
    process: BrokerProcess
    _names: frozenset[str] = frozenset()
    _is_to_start_anew: bool = False

    def prepare(self) -> None:
        """Makes its folder and files. Raises UnusableData and its kinds."""
        try:
            private_folder(self.plan.folder, is_ours=True)
            self.write()
        except OSError as error:
            raise UnusableData(f"cannot write {self.plan.folder}: {error.strerror}") from error

    def write(self) -> tuple[frozenset[str], frozenset[str]]:
        """Writes what changed: the names of the files, and of those who may connect no more. Raises
        UnusableData, OSError and SQLAlchemyError."""
        with self.hub.sessions() as session:
            devices = allowed_devices(session)
        files = broker_files(self.plan, self.credentials, devices)
        changed = put_files(self.plan.folder, files)
        names = frozenset(_name(device) for device in devices)
        gone, self._names = self._names - names, names
        return changed, gone

    async def wait_up(self) -> None:
        """Waits until it listens; at most for a few seconds: the hub's doors open without it, too,
        and `/readyz` says why it is not there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_TIMEOUT_S):
                while True:
                    with suppress(OSError):
                        where = self.plan.hub
                        _, writer = await asyncio.open_connection(where.host, where.port)
                        writer.close()
                        return
                    await asyncio.sleep(0.05)

    async def keep_running(self) -> None:
        """Starts it again whenever it ends, until cancelled."""
        wait_s = FIRST_WAIT_S
        while True:
            began_s = time.monotonic()
            self.hub.link.trouble = None
            status = await self.process.run()
            if self._is_to_start_anew:
                self._is_to_start_anew = False
                continue
            why = self.process.last_error or f"exit status {status}"
            self.hub.link.trouble = f"mosquitto ended: {why}"
            log.error("mosquitto ended: %s", why, extra={"action": "broker-ended"})
            self.process.last_error = ""
            if time.monotonic() - began_s > STEADY_S:
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def keep_true(self) -> None:
        """Has it know at once who may connect and what is void, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except (HubError, OSError, SQLAlchemyError, ValueError) as error:
                log.error(
                    "the broker's files were not written: %s",
                    error,
                    extra={"action": "broker-files-failed"},
                )

    async def look(self) -> None:
        """Writes what changed, and has mosquitto act on it."""
        void = await asyncio.to_thread(self._void)
        changed, gone = await asyncio.to_thread(self.write)
        if not changed:
            return
        told = ", ".join(sorted(changed))
        log.info("the broker's files are new: %s", told, extra={"action": "broker-files"})
        newly_void = VOID in changed and bool(await asyncio.to_thread(self._void) - void)
        if CONFIGURATION in changed or newly_void or len(gone) > MOST_KICKS:
            # mosquitto asks about a certificate when a connection begins: who is inside with one
            # that is void since goes only with everybody. Devices come back by themselves.
            self._is_to_start_anew = self.process.pid is not None
            self.process.stop()
            return
        self.process.reload()
        await self._end_connections(gone)

    def _void(self) -> frozenset[int]:
        try:
            return void_serials((self.plan.folder / VOID).read_text(encoding="ascii"))
        except OSError:
            return frozenset()

    async def _end_connections(self, names: Iterable[str]) -> None:
        """Ends the connections of those who may connect no more. They are without a topic by now;
        mosquitto has no command for it, but a session that is taken over ends."""
        address = BrokerAddress(host=self.plan.hub.host, port=self.plan.hub.port)
        for name in sorted(names):
            login = MqttLogin(
                client_id=name, user_name=HUB_NAME, password=self.credentials.hub_password
            )
            with suppress(NotConnected, LinkRefused):
                link = await MqttLink.connect(address, login, lambda _: None)
                await link.close()
            log.info("%s may connect no more", name, extra={"action": "broker-ended-device"})


def require_manageable(settings: HubSettings) -> None:
    """Nothing. Raises a HubError, before anything is touched, where no mosquitto can be run so."""
    if not is_loopback(settings.mqtt.host):
        raise InvalidSettings(
            f"--mqtt {settings.mqtt} is the hub's own way into its broker and stays on 127.0.0.1;"
            " devices come to --broker-listen"
        )
    mosquitto_program()
    require_free(settings.mqtt, "--mqtt")
    require_free(settings.broker_listen, "--broker-listen")


def require_own_name(settings: HubSettings) -> None:
    """Nothing. Raises a HubError where the hub's authority made no certificate for the name by
    which devices know the broker."""
    certificate = settings.authority_dir / CERTIFICATE
    (address,) = settings.broker_addresses
    require_name("--broker-name", address.host, certificate, names_of(read_part(certificate)))


@asynccontextmanager
async def managed_broker(hub: Hub) -> AsyncIterator[ManagedBroker]:
    """The hub's mosquitto, for as long as the context lasts. Raises UnusableData."""
    broker = broker_of(hub)
    await asyncio.to_thread(broker.prepare)
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(broker.keep_running(), name="broker"),
            tasks.create_task(broker.keep_true(), name="broker files"),
        ]
        try:
            await broker.wait_up()
            yield broker
        finally:
            for task in running:
                task.cancel()


def broker_of(hub: Hub) -> ManagedBroker:
    """The hub's mosquitto; nothing runs yet."""
    settings = hub.settings
    folder = settings.broker_dir.absolute()
    plan = BrokerPlan(
        devices=settings.broker_listen,
        hub=settings.mqtt,
        folder=folder,
        # Else root's would become another user's, whom the hub's folder lets not in.
        run_as=pwd.getpwuid(0).pw_name if os.geteuid() == 0 else None,
        is_child=True,
    )
    return ManagedBroker(
        hub=hub,
        plan=plan,
        credentials=Credentials.of_hub(settings.authority_dir, hub.secrets.broker_password),
        process=BrokerProcess(configuration=folder / CONFIGURATION, monotonic_s=time.monotonic),
    )


def _name(device: DeviceIdentity) -> str:
    return certificate_name(device.tenant_id, device.device_id)
