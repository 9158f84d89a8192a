"""A machine in a folder, on which the commands of `docs/deploy.md` run as they are written: its
paths, ports and names are others, and what needs a network or systemd is played."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.stage.servers import POSTGRES_BIN, PostgresServer, mosquitto_path, open_ways_to

PROJECT = Path(__file__).parents[3]
PAGE = PROJECT / "docs" / "deploy.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OF_ROOT = re.compile(r"(?<![\w./}])/(?=(?:etc|opt|run|var|usr/local/bin|usr/sbin)/)")
PORTS = ("8443", "8883", "1883", "8701", "8711")

SYSTEMCTL = Path(__file__).with_name("systemctl.py")
NOTHING = "#!/bin/sh\nexit 0\n"
STAND_INS = {
    "apt-get": NOTHING,
    "make": NOTHING,
    "systemd-sysusers": NOTHING,
    "chgrp": NOTHING,
    "systemctl": f'#!/bin/sh\nexec {sys.executable} {SYSTEMCTL} "$@"\n',
    # Everybody is one and the same user here.
    "runuser": '#!/bin/sh\nshift 3\nexec "$@"\n',
    "install": (
        '#!/bin/sh\n[ "$3" = -g ] && { shift 4; set -- -m 640 "$@"; }\nexec /usr/bin/install "$@"\n'
    ),
    "systemd-tmpfiles": (
        "#!/bin/sh\n"
        "grep '^d ' $ROOT/etc/tmpfiles.d/*.conf | while read -r _ path mode _; do\n"
        '  mkdir -p "$path" && chmod "$mode" "$path"\ndone\n'
    ),
    # A venv with the programs of this one: what is installed from the network is not tried here.
    "python3": (
        '#!/bin/sh\n[ "$1 $2" = "-m venv" ] || exit 1\nmkdir -p "$3/bin"\n'
        f'printf \'#!/bin/sh\\nexec {sys.executable} -m aisle "$@"\\n\' > "$3/bin/aisle"\n'
        'printf \'#!/bin/sh\\nfor word; do last=$word; done\\ntest -s "$last"\\n\' > "$3/bin/pip"\n'
        'chmod 755 "$3/bin/aisle" "$3/bin/pip"\n'
    ),
}


def blocks() -> list[str]:
    """The page's blocks of commands, in their order."""
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


@dataclass(kw_only=True)
class Machine:
    """The folder is its root; it is also where the checkout lies (`root/checkout`)."""

    root: Path
    free_port: Callable[[], int]
    postgresql: PostgresServer
    ports: dict[str, int] = field(init=False)
    said: str = ""

    def __post_init__(self) -> None:
        self.ports = {port: self.free_port() for port in PORTS}
        for name in ("run", "bin", "usr/local/bin", "checkout/dist"):
            (self.root / name).mkdir(parents=True)
        for name, text in STAND_INS.items():
            self._program(self.root / "bin" / name, text)
        self._program(
            self.root / "usr/sbin/mosquitto",
            # Started as root it would be another user, whom the hub's folder lets not in.
            '#!/bin/sh\n[ "$(id -u)" != 0 ] || echo "user root" >> "$2"\n'
            f'exec {mosquitto_path()} "$@"\n',
        )
        checkout = self.root / "checkout"
        shutil.copytree(PROJECT / "deploy", checkout / "deploy")
        shutil.copytree(PROJECT / "device_profiles/examples", checkout / "device_profiles/examples")
        (checkout / "dist/aisleos-0.1.0-py3-none-any.whl").write_bytes(b"a wheel")
        for path in (*checkout.rglob("*.service"), *checkout.rglob("*.conf"), *checkout.rglob("*")):
            if path.is_file() and path.suffix in ("", ".service", ".conf", ".toml"):
                path.write_text(self.here(path.read_text(encoding="utf-8")), encoding="utf-8")
        open_ways_to(self.root)

    def _program(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)

    def here(self, text: str) -> str:
        """The text with this machine's paths, ports and names."""
        if str(self.root) in text:
            return text
        socket = f"host={self.postgresql.folder}&port={self.postgresql.port}"
        text = text.replace("///aisleos?host=/run/postgresql", f"//aisleos@/aisleos?{socket}")
        text = OF_ROOT.sub(f"{self.root}/", text)
        for port, free in self.ports.items():
            text = re.sub(rf"(?<!\d){port}(?!\d)", str(free), text)
        return text.replace("hub.example.org", "localhost").replace("0.0.0.0", "127.0.0.1")

    def type(self, block: str) -> str:
        """What a block of commands says; each must succeed."""
        code = re.findall(r"aisle1:\S+", self.said)
        if code:
            block = re.sub(r"\bCODE\b", code[-1], block)
        home = self.root / "bin"
        known = os.environ | {
            "PATH": f"{home}:{self.root}/usr/local/bin:{POSTGRES_BIN}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "ROOT": str(self.root),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.postgresql.port),
            "PGUSER": "postgres",
            "AISLE_HUB_RECONNECT_SPREAD_S": "0.1",
            "COLUMNS": "200",
        }
        ended = subprocess.run(
            ["sh", "-euc", self.here(block)],
            cwd=self.root / "checkout",
            env=known,
            capture_output=True,
            text=True,
            timeout=170,
        )
        self.said += ended.stdout
        assert ended.returncode == 0, f"{block}\n{ended.stdout}\n{ended.stderr}\n{self.logs()}"
        return ended.stdout

    def logs(self) -> str:
        """The ends of what the services said."""
        logs = sorted((self.root / "run").glob("*.log"))
        return "\n".join(f"{one.name}: {one.read_text()[-2000:]}" for one in logs)

    def end(self) -> None:
        """Ends every service, as a power cut does, and takes the database away."""
        for file in (self.root / "run").glob("*.pid"):
            with suppress(ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGKILL)
        for words in (["dropdb", "--if-exists", "--force"], ["dropuser", "--if-exists"]):
            place = ["-h", "127.0.0.1", "-p", str(self.postgresql.port), "-U", "postgres"]
            subprocess.run([POSTGRES_BIN / words[0], *words[1:], *place, "aisleos"], check=True)
