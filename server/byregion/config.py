"""The settings of a running byregion, read in one place."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from byregion.assets import build, folder
from byregion.errors import ConfigError
from byregion.iri import is_absolute
from byregion.namespaces import BASE

PREFIX = "BYREGION_"
LANGUAGES = ("nb", "nn", "en")
_CONTACT = re.compile(r"[^\s@:/?]+@[^\s@:/?]+|https?://\S+")

# What stands in a policy may hold no space, comma or semicolon.
_TILES = re.compile(r"https?://[\w.-]+(:\d+)?/")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; each field is the environment variable BYREGION_<FIELD> too.

    What is said about the data (title, licence, publisher) is data, not a setting.
    """

    base: str = BASE
    """Base IRI of the entities; the ontology's never changes."""
    public_url: str = ""
    """Address at which clients reach the server, with a slash at the end; empty: http://host:port/."""
    contact: str = ""
    """E-mail or http(s) address of who runs the server, at the foot of every page; empty: there is none."""
    tiles: str = ""
    """Address of the pictures below the map, with {z}, {x} and {y} in it; empty: the map has its own coast only."""
    tiles_credit: str = ""
    """Whose pictures they are, shown on the map."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8080
    """TCP port to listen on."""
    data: Path = field(default_factory=lambda: folder("data"))
    """Folder with the datasets to publish."""
    check_cache: str = field(default_factory=lambda: build("check"))
    """Folder in which `byregion check` keeps what it found, to check nothing twice; empty: it keeps nothing."""
    store: str = "memory"
    """Where the dataset is asked: `memory`, the http(s) address of a SPARQL 1.1 endpoint that holds it, or a folder."""
    store_graphs: str = ""
    """Address of that store's Graph Store Protocol, for `byregion load`; empty: it is loaded by other means."""
    store_auth_file: str = ""
    """File with one line that lets byregion into that store: user:password, or Bearer and a token; empty: none."""
    empty: bool = False
    """Whether to start with nothing, as a blank endpoint to write to; then `data` is not published."""
    shapes: str = ""
    """What writes are validated against: empty for the shapes of the project, a folder with others, `none`: nothing."""
    token_file: str = ""
    """File of the tokens that let somebody write, which `byregion token` makes; empty: nobody writes."""
    volatile: bool = False
    """Whether writes may be lost when the server ends; `empty` says so too."""
    max_write_bytes: int = 16_000_000
    """Bytes that a graph may hold that is sent to be written."""
    max_triples: int = 5_000_000
    """Triples that writes may bring all graphs together to, without what follows from them."""
    service: str = ""
    """Addresses of the SPARQL endpoints that a query may ask with SERVICE, separated by spaces; empty: none."""
    service_seconds: float = 5.0
    """Time limit, in seconds, of what one query asks of them, within its own."""
    service_bytes: int = 5_000_000
    """Bytes that the answer of one of them may hold."""
    service_calls: int = 4
    """SERVICE clauses that a query may hold."""
    archive: str = ""
    """Folder that earlier revisions are kept in, to be asked later; empty: only the current one is known."""
    query_seconds: float = 10.0
    """Time limit of a query, in seconds."""
    query_workers: int = 8
    """Queries that are evaluated at once, each by a process of its own, while they take less than 0.1 s."""
    heavy_queries: int = 4
    """Queries that are evaluated at once besides, with the time that others leave, when they take longer."""
    waiting_queries: int = 64
    """Queries that may wait for one of those processes."""
    query_memory_mb: int = 1024
    """Working memory that a query worker may add to the loaded dataset, in MiB."""
    max_rows: int = 1_000_000
    """Bindings or triples that an answer may hold."""
    max_bytes: int = 256_000_000
    """Bytes that an answer may hold."""
    max_query_length: int = 100_000
    """Characters that a query may hold."""
    max_query_depth: int = 200
    """Brackets that may be open at once in a query."""
    http_threads: int = 16
    """Pages and documents that are made at once."""
    workers: int = 1
    """HTTP processes; they share one template of the engine."""
    client_requests: int = 32
    """Requests of one client that are worked on at once."""
    client_header: str = ""
    """Header in which a proxy in front tells the client's address; empty: that of the connection counts."""
    cache_mb: int = 64
    """Memory for answers that are given again, in MiB, for each HTTP process."""
    access_log: str = ""
    """File that a line of JSON is added to for each request; - is standard error, empty none."""
    log_clients: bool = False
    """Whether those lines name the client's address."""

    def __post_init__(self) -> None:
        """Refuse values that cannot work; raises ConfigError naming the setting."""
        if not self.base.startswith(("http://", "https://")) or not self.base.endswith("/"):
            raise ConfigError(f"base is {self.base!r}: it must be an http(s) IRI that ends in a slash")
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise ConfigError(f"public_url is {self.public_url!r}: it must be an http(s) address")
        if self.contact and not _CONTACT.fullmatch(self.contact):
            raise ConfigError(f"contact is {self.contact!r}: it must be an e-mail address or an http(s) address")
        if self.tiles and not (_TILES.match(self.tiles) and all(part in self.tiles for part in ("{z}", "{x}", "{y}"))):
            raise ConfigError(
                f"tiles is {self.tiles!r}: it must be an http(s) address with {{z}}, {{x}} and {{y}} in it"
            )
        if self.is_remote:
            _check_address("store", self.store, "'memory', a folder or ")
        if self.store_graphs:
            _check_address("store_graphs", self.store_graphs)
        if self.store_folder and "/" not in self.store and not self.store_folder.is_dir():
            # A misspelt word would make a folder.
            raise ConfigError(f"store is {self.store!r}: 'memory', an address or a folder; a new one is ./{self.store}")
        if not 0 <= self.port <= 65535:
            raise ConfigError(f"port is {self.port}: it must be from 0 to 65535")
        for limit in (item.name for item in dataclasses.fields(self) if item.type in ("int", "float")):
            if limit != "port" and getattr(self, limit) <= 0:
                raise ConfigError(f"{limit} is {getattr(self, limit)}: it must be above 0")
        if not self.data.is_dir():
            raise ConfigError(f"data is {self.data}: there is no such folder")
        for endpoint in self.services:
            _check_address("service", endpoint)
            if not endpoint.isascii() or not is_absolute(endpoint):
                raise ConfigError(f"service is {endpoint!r}: it must be an address as it is sent, in ASCII")
        if self.service and self.store != "memory":
            raise ConfigError("a store of another make asks other endpoints itself; service needs store 'memory'")
        self._check_writes()

    def _check_writes(self) -> None:
        if self.shapes not in ("", "none") and not any(Path(self.shapes).glob("*.ttl")):
            known = "empty, for those of the project, 'none', or a folder with Turtle files"
            raise ConfigError(f"shapes is {self.shapes!r}: it must be {known}")
        if self.token_file and self.store == "memory" and not (self.empty or self.volatile):
            raise ConfigError("writes to store 'memory' are lost when the server ends; volatile says that they may be")
        if self.token_file and self.is_remote:
            raise ConfigError("a store of another make is written to by other means; token_file needs a store of ours")
        if self.store_folder and self.archive:
            raise ConfigError("a store on disk keeps every revision itself; archive must be empty beside it")
        if not self.empty:
            return
        if self.is_remote or self.archive:
            what = "an endpoint that begins empty is in memory or on disk"
            raise ConfigError(f"{what}: store must be 'memory' or a folder, and archive empty")
        if not self.shapes:
            what = "an endpoint that begins empty has no ontology, which the shapes of the project need"
            raise ConfigError(f"{what}; say shapes 'none', or name a folder with your own")
        if not self.token_file and not self.store_folder:
            raise ConfigError("nobody could write to an endpoint that begins empty; it needs a token_file")

    @property
    def services(self) -> tuple[str, ...]:
        """The endpoints that a query may ask."""
        return tuple(self.service.split())

    @property
    def is_remote(self) -> bool:
        """Whether the store is somebody else's, at an address."""
        return "://" in self.store

    @property
    def store_folder(self) -> Path | None:
        """The folder of a store on disk, None where the store is none."""
        return None if self.is_remote or self.store == "memory" else Path(self.store)

    @property
    def takes_writes(self) -> bool:
        """Whether somebody may write."""
        return bool(self.token_file)

    @property
    def url(self) -> str:
        """The address at which clients reach the server, with a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/") + "/"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Return the settings that `environ` states, defaults elsewhere.

        Raises ConfigError for a BYREGION_ variable that is no setting (a typo must not pass in silence) and for a
        value of another kind.
        """
        fields = {item.name: item for item in dataclasses.fields(cls)}
        values: dict[str, object] = {}
        for variable in sorted(name for name in environ if name.startswith(PREFIX)):
            name = variable.removeprefix(PREFIX).lower()
            if name not in fields:
                known = ", ".join(PREFIX + item.upper() for item in fields)
                raise ConfigError(f"{variable} is not a setting; there are {known}")
            values[name] = _read(variable, environ[variable], str(fields[name].type))
        return cls(**values)  # type: ignore[arg-type]

    def to_env(self) -> dict[str, str]:
        """Return the settings as environment variables, so that a child process reads the same ones."""
        return {PREFIX + item.name.upper(): str(getattr(self, item.name)) for item in dataclasses.fields(self)}


def _check_address(name: str, address: str, otherwise: str = "") -> None:
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.fragment
    except ValueError as error:
        raise ConfigError(f"{name} is {address!r}: {error}") from error
    if parts.username is not None or parts.password is not None:
        remedy = "put them in store_auth_file" if name.startswith("store") else "other endpoints are told none"
        raise ConfigError(f"{name} holds a user or a password, which would be shown; {remedy}")
    if not is_address:
        raise ConfigError(f"{name} is {address!r}: it must be {otherwise}an http(s) address")


def _truth(text: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _read(variable: str, text: str, kind: str) -> object:
    readers: dict[str, Callable[[str], object]] = {"bool": _truth, "int": int, "float": float, "str": str, "Path": Path}
    try:
        return readers[kind](text)
    except ValueError as error:
        raise ConfigError(f"{variable} is {text!r}: it must be a number") from error
