"""Apache and nginx as ordinary processes: on a free port, with a configuration in a folder of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path
from urllib.parse import urlsplit

import pytest

STARTS_WITHIN = 10.0
_MODULES = Path("/usr/lib/apache2/modules")
_APACHE = (
    *("mpm_event", "authz_core", "dir", "mime"),  # what every Apache has
    *("deflate", "filter", "headers", "negotiation", "rewrite", "setenvif"),
)
# As root, Apache insists on working as somebody else.
_AS_NOBODY = "User #65534\nGroup #65534" if os.getuid() == 0 else ""


class Site:
    """What answers at a port, through one connection that is kept."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.connection = HTTPConnection("127.0.0.1", port, timeout=10)

    def ask(self, address: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
        """The answer to a request; `accept_language` is the header Accept-Language."""
        named = {"accept-encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            return self._ask(method, address, named)
        except RemoteDisconnected:
            # It closes a connection that nobody used for some seconds; http.client opens another.
            return self._ask(method, address, named)

    def _ask(self, method: str, address: str, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        self.connection.request(method, address, headers=headers)
        answer = self.connection.getresponse()
        return answer, answer.read()


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if found is None:
        pytest.fail(f"{name} is not installed, and this cannot be tested without; as root, run: make system")
    return found


@contextmanager
def apache(root: Path, work: Path, within: str = "") -> Iterator[Site]:
    """Apache with `root` as what it serves; `within` is said of that folder."""
    command = program("apache2")
    port = free_port()
    modules = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _APACHE)
    configuration = f"""
{modules}
{_AS_NOBODY}
ServerRoot {work}
ServerName localhost
DefaultRuntimeDir {work}
PidFile {work}/pid
ErrorLog {work}/error.log
TypesConfig /dev/null
StartServers 1
Listen 127.0.0.1:{port}
DocumentRoot {root}
<Directory {root}>
    Require all granted
    {within}
</Directory>
"""
    (work / "apache.conf").write_text(configuration, encoding="utf-8")
    with _running([command, "-f", str(work / "apache.conf"), "-DFOREGROUND"], port, work) as site:
        yield site


@contextmanager
def nginx(root: Path, work: Path, within: str = "") -> Iterator[Site]:
    """Nginx with `root` as what it serves; `within` stands in its server block."""
    port = free_port()
    server = f"server {{ listen 127.0.0.1:{port}; root {root}; {within} }}"
    with nginx_with(server, port, work) as site:
        yield site


@contextmanager
def nginx_with(http: str, port: int, work: Path) -> Iterator[Site]:
    """Nginx with `http` at the level of that name, in which something listens at `port`."""
    command = program("nginx")
    folders = "".join(
        f"{name}_temp_path {work}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = f"""
daemon off;
{"user root;" if os.getuid() == 0 else ""}
worker_processes 1;
pid {work}/pid;
error_log {work}/error.log;
events {{ }}
http {{
    access_log off;
    {folders}
    {http}
}}
"""
    (work / "nginx.conf").write_text(configuration, encoding="utf-8")
    with _running([command, "-c", str(work / "nginx.conf"), "-e", str(work / "error.log")], port, work) as site:
        yield site


SERVERS: dict[str, Callable[[Path, Path, str], AbstractContextManager[Site]]] = {"apache": apache, "nginx": nginx}


@contextmanager
def _running(command: list[str], port: int, work: Path) -> Iterator[Site]:
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            _wait(process, port, work)
            site = Site(port)
            yield site
            site.connection.close()
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _wait(process: subprocess.Popen[bytes], port: int, work: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    process.terminate()
    _, told = process.communicate(timeout=10)
    log = work / "error.log"
    pytest.fail(f"{process.args!r} does not answer: {told.decode()}{log.read_text() if log.exists() else ''}")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def path_of(address: str) -> str:
    """The path and query of an address, which is all that a request on a kept connection names."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
