"""Every setting of an installation, with its help, in one frozen object.

Order: `sluis.toml` in the data folder < environment. All faults are reported at once. A secret may come from a file
through `<NAME>_FILE`. There are no default secrets: a first start writes its own.
"""

import os
import secrets
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from ipaddress import ip_network
from pathlib import Path
from socket import gethostname
from typing import Any
from urllib.parse import urlsplit

from sluis.conf.database import read
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_


def setting(default: Any, help_text: str, *, group: str, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_text, "group": group, "secret": secret})


@dataclass(frozen=True)
class Env:
    """Names below are written `SLUIS_<NAME>` in the environment and `<name>` in sluis.toml."""

    data: Path = setting(Path("var"), "Folder for database, files and index.", group="storage")
    storage: str = setting(
        "", "Where files are kept: s3://bucket/folder. Empty: in the data folder, which otherwise is their cache.",
        group="storage",
    )  # fmt: skip
    storage_endpoint: str = setting(
        "", "Address of that S3 service, such as https://s3.eu-west-1.amazonaws.com.", group="storage"
    )
    storage_region: str = setting("us-east-1", "Region there; a service without regions takes any.", group="storage")
    storage_key_id: str = setting("", "Access key there.", group="storage", secret=True)
    storage_secret_key: str = setting("", "Secret key there.", group="storage", secret=True)
    storage_cache_gb: int = setting(
        50, "Room on this disk for files that stand in S3, in GB; longest unused go first.", group="storage"
    )
    database: str = setting(
        "", "PostgreSQL to keep everything in: postgresql://user:password@host:5432/name?sslmode=verify-full. "
        "Empty: SQLite in the data folder.",
        group="storage", secret=True,
    )  # fmt: skip
    host: str = setting("127.0.0.1", "Address the web server listens on.", group="web")
    port: int = setting(8000, "Port the web server listens on.", group="web")
    base_url: str = setting(
        "", "Public address; identifiers in the feeds start with it. Empty: host and port.", group="web"
    )
    allowed_hosts: tuple[str, ...] = setting((), "Extra host names the site answers to, comma separated.", group="web")
    debug: bool = setting(False, "Show technical errors in the browser. Never on a public site.", group="web")
    web_workers: int = setting(1, "Web processes.", group="web")
    web_threads: int = setting(8, "Threads per web process.", group="web")
    organisation: str = setting("Provincie Merwede", "Name in the header of the portal.", group="portal")
    language: str = setting("nl", "Language of the command line: nl or en.", group="portal")
    theme: str = setting("merwede", "Theme of the pages: a file name in static/themes, without .css.", group="portal")
    contact_email: str = setting("opendata@merwede.example", "Address for questions about data.", group="portal")
    secret_key: str = setting("", "Key that signs sessions. Empty: made at first start.", group="safety", secret=True)
    sandbox: str = setting(
        "strict", "strict: refuse untrusted files without Landlock and seccomp; limited: only limits.", group="safety"
    )
    oidc_issuer: str = setting(
        "", "Issuer of the OpenID Connect provider staff signs in with, exactly as it names itself. Empty: none.",
        group="sign-in",
    )  # fmt: skip
    oidc_client_id: str = setting("", "Client id of this site at that provider.", group="sign-in")
    oidc_client_secret: str = setting("", "Client secret of this site there.", group="sign-in", secret=True)
    oidc_name: str = setting("", "Name of the provider on the sign-in page. Empty: your organisation.", group="sign-in")
    oidc_scopes: tuple[str, ...] = setting(
        ("openid", "profile", "email"), "Scopes that are asked for, comma separated.", group="sign-in"
    )
    oidc_groups_claim: str = setting(
        "groups", "Claim that lists the groups of a person; they give roles.", group="sign-in"
    )
    oidc_hosts: tuple[str, ...] = setting(
        (), "Hosts (or host:port), besides the issuer's, that the provider's addresses may have.", group="sign-in"
    )
    oidc_private_networks: tuple[str, ...] = setting(
        (), "Internal addresses or networks the provider may stand at, such as 10.1.2.0/24.", group="sign-in"
    )
    oidc_only: bool = setting(False, "Sign in through the provider only, never with a password.", group="sign-in")
    check_links: bool = setting(
        False, "Try the links of a description before it is published: Sluis then asks other servers.", group="safety"
    )
    connect_allow: tuple[str, ...] = setting(
        (), "Internal systems that sources may read: hosts, host:port, addresses or networks, comma separated.",
        group="safety",
    )  # fmt: skip
    folders: tuple[str, ...] = setting(
        (), "Folders on this server that sources may read files from, comma separated.", group="safety"
    )
    sql_at_once: int = setting(2, "SQL questions that run at the same time; visitors never take the last.", group="sql")
    sql_seconds: int = setting(60, "Longest time one SQL question of staff may take, in seconds.", group="sql")
    sql_public_seconds: int = setting(10, "The same for a visitor.", group="sql")
    sql_results_mb: int = setting(2000, "Room for answers to SQL questions, in MB; oldest go first.", group="sql")
    upload_max_gb: int = setting(20, "Largest file somebody may upload, in GB.", group="storage")
    upload_quota_gb: int = setting(100, "Room for unfinished uploads of everybody together, in GB.", group="storage")
    ingest_memory_mb: int = setting(1100, "Memory of one ingest process, in MB.", group="storage")
    engine: str = setting(
        "", "Spark Connect server that works on big tables: sc://host:port, with ;use_ssl=true;token=… after a slash "
        "where it asks for one. Empty: everything in the sandbox here.",
        group="engine", secret=True,
    )  # fmt: skip
    engine_from_mb: int = setting(500, "Files and tables of so many MB and more are worked on there.", group="engine")
    engine_minutes: int = setting(
        60, "Longest time of one round of questions, or one whole work, there.", group="engine"
    )
    query_memory_mb: int = setting(512, "Memory for table queries per web process, in MB.", group="web")
    query_seconds: int = setting(20, "Longest time one table query may take, in seconds.", group="web")
    api_rate: int = setting(
        20, "Short API questions per second for one address, ten times as many at once. 0: no limit.", group="web"
    )
    mail_host: str = setting(
        "", "Mail server for reminders. Empty: people only read them in their own list.", group="mail"
    )
    mail_port: int = setting(587, "Port of the mail server.", group="mail")
    mail_security: str = setting("starttls", "Connection to the mail server: starttls, tls or none.", group="mail")
    mail_user: str = setting("", "Account at the mail server. Empty: none needed.", group="mail")
    mail_password: str = setting("", "Password of that account.", group="mail", secret=True)
    mail_from: str = setting("", "Sender of the mails. Empty: contact_email.", group="mail")
    request_days: int = setting(
        365, "Days after the answer that name, address and own words of who asked for data are kept.", group="portal"
    )
    log_format: str = setting("text", "Lines of the log: text, or json for a program.", group="operations")
    otel_endpoint: str = setting(
        "", "OpenTelemetry collector (OTLP over HTTP) that gets traces, such as http://collector:4318. Empty: none.",
        group="operations",
    )  # fmt: skip
    metrics_from: tuple[str, ...] = setting(
        ("127.0.0.0/8", "::1"), "Addresses or networks that may read /metrics, comma separated.", group="operations"
    )
    metrics_token: str = setting(
        "", "Token (Authorization: Bearer …) that opens /metrics from anywhere. Empty: none does.",
        group="operations", secret=True,
    )  # fmt: skip
    worker_port: int = setting(
        0, "Port on which `sluis worker` answers /livez, /readyz and /metrics. 0: none.", group="operations"
    )
    jobs: int = setting(1, "Jobs that run at the same time per worker.", group="jobs")
    feed_page: int = setting(100, "Datasets per page of the DCAT feed.", group="portal")

    @property
    def url(self) -> str:
        """The public address, without a slash at the end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def counts(self) -> Path:
        """Where the processes of this machine keep their counts: by host name, because containers number alike."""
        return self.data / "metrics" / gethostname()

    @property
    def https(self) -> bool:
        return self.url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        known = {self.host, "localhost", "127.0.0.1", "[::1]", urlsplit(self.url).hostname or "", *self.allowed_hosts}
        return sorted(known - {"", "0.0.0.0"})  # noqa: S104 - removed from the list, not listened on

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> "Env":
        """Read the settings; raises Invalid with one Fault for each wrong one."""
        environ = os.environ if environ is None else environ
        data = Path(environ.get("SLUIS_DATA", "var")).expanduser().absolute()
        raw = {**_toml(data / "sluis.toml"), **_environment(environ), "data": str(data)}
        faults: list[Fault] = []
        values = {f.name: _read(f, raw[f.name], faults) for f in fields(cls) if f.name in raw}
        known = {f.name for f in fields(cls)}
        faults += [
            Fault(N_("Onbekende instelling {name}."), field=name, params={"name": name})
            for name in sorted(set(raw) - known)
        ]
        faults += _check(values)
        if faults:
            raise _wrong(faults)
        return cls(**values)

    def changed(self, **values: Any) -> "Env":
        """The same with other values. Raises Invalid as `load` does."""
        found = replace(self, **values)
        if faults := _check(vars(found)):
            raise _wrong(faults)
        return found


def _wrong(faults: list[Fault]) -> Invalid:
    return Invalid("settings.invalid", N_("De instellingen kloppen niet."), faults=faults)


def first_secret(env: Env) -> str:
    """The signing key: the setting, or the one kept (mode 0600) in the data folder, made at first start."""
    if env.secret_key:
        return env.secret_key
    path = env.data / "secret-key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        env.data.mkdir(parents=True, exist_ok=True)
        key = secrets.token_urlsafe(48)
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(fd, "w") as file:
            file.write(key)
        return key


def _toml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(
            "settings.toml",
            N_("{file} is geen geldig TOML-bestand: {reason}."),
            file=str(path),
            reason=str(error),
        ) from error


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for f in fields(Env):
        name = f"SLUIS_{f.name.upper()}"
        if name in environ:
            found[f.name] = environ[name]
        elif f.metadata["secret"] and f"{name}_FILE" in environ:
            found[f.name] = Path(environ[f"{name}_FILE"]).read_text(encoding="utf-8").strip()
    return found


_TRUTHS: dict[str, bool] = {
    "1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False, "": False,
}  # fmt: skip
_READERS: dict[type, Callable[[str], Any]] = {
    bool: lambda value: _TRUTHS[value.lower()],
    int: int,
    Path: Path,
    tuple: lambda value: tuple(part.strip() for part in value.split(",") if part.strip()),
    str: str,
}


def _read(f: "Field[Any]", value: Any, faults: list[Fault]) -> Any:
    kind = type(f.default) if f.default is not MISSING else str
    if f.name == "data":
        return Path(str(value))
    if isinstance(value, list):
        value = ",".join(str(part) for part in value)
    try:
        return value if isinstance(value, bool) and kind is bool else _READERS.get(kind, str)(str(value))
    except (ValueError, KeyError):
        faults.append(
            Fault(
                N_("Instelling {name}: '{value}' is niet te lezen als {kind}."),
                field=f.name,
                params={"name": f"SLUIS_{f.name.upper()}", "value": value, "kind": kind.__name__},
            )
        )
        return f.default


_CHOICES = {
    "language": ("nl", "en"),
    "sandbox": ("strict", "limited"),
    "mail_security": ("starttls", "tls", "none"),
    "log_format": ("text", "json"),
}


def _check(values: Mapping[str, Any]) -> list[Fault]:
    faults = [
        Fault(
            N_("Instelling {name}: kies uit {choices}."),
            field=name,
            params={"name": f"SLUIS_{name.upper()}", "choices": ", ".join(choices)},
        )
        for name, choices in _CHOICES.items()
        if name in values and values[name] not in choices
    ]
    faults += [
        Fault(
            N_("Instelling SLUIS_FOLDERS: '{folder}' is geen volledig pad."), field="folders", params={"folder": path}
        )
        for path in values.get("folders", ())
        if not Path(path).is_absolute()
    ]
    for name in ("secret_key", "metrics_token"):
        if 0 < len(values.get(name, "")) < 32:
            text = N_("Instelling {name} is te kort: gebruik 32 tekens of meer.")
            faults.append(Fault(text, field=name, params={"name": f"SLUIS_{name.upper()}"}))
    faults += [
        *_check_provider(values), *_check_networks(values), *_check_storage(values), *_check_engine(values),
        *_check_database(values),
    ]  # fmt: skip
    if values.get("base_url") and urlsplit(values["base_url"]).scheme not in ("http", "https"):
        faults.append(Fault(N_("Instelling SLUIS_BASE_URL moet met http:// of https:// beginnen."), field="base_url"))
    return faults


def _check_database(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Never says what was given: a password stands in it."""
    if given := values.get("database", ""):
        try:
            read(given)
        except ValueError:
            text = N_("Instelling SLUIS_DATABASE is geen adres als postgresql://gebruiker:wachtwoord@server:5432/naam.")
            yield Fault(text, field="database")


def _check_provider(values: Mapping[str, Any]) -> list[Fault]:
    """Of the OpenID Connect provider. Plain http is for a provider on this machine only: tokens travel over it."""
    faults: list[Fault] = []
    issuer = urlsplit(values.get("oidc_issuer", ""))
    if issuer.geturl() and issuer.scheme != "https" and issuer.hostname not in ("localhost", "127.0.0.1", "::1"):
        faults.append(Fault(N_("Instelling SLUIS_OIDC_ISSUER moet met https:// beginnen."), field="oidc_issuer"))
    if issuer.geturl() and not values.get("oidc_client_id"):
        faults.append(Fault(N_("Instelling SLUIS_OIDC_CLIENT_ID ontbreekt."), field="oidc_client_id"))
    if values.get("oidc_only") and not issuer.geturl():
        faults.append(Fault(N_("SLUIS_OIDC_ONLY kan niet zonder SLUIS_OIDC_ISSUER."), field="oidc_only"))
    return faults


def _check_storage(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Nothing is taken from elsewhere: an endpoint or key that is not said here is not guessed."""
    place = urlsplit(values.get("storage", ""))
    if not place.geturl():
        return
    if place.scheme != "s3" or not place.netloc or place.query or place.fragment or "@" in place.netloc:
        yield Fault(N_("Instelling SLUIS_STORAGE: schrijf s3://bucket of s3://bucket/map."), field="storage")
    if urlsplit(values.get("storage_endpoint", "")).scheme not in ("http", "https"):
        text = N_("Instelling SLUIS_STORAGE_ENDPOINT moet met http:// of https:// beginnen.")
        yield Fault(text, field="storage_endpoint")
    for name in ("storage_key_id", "storage_secret_key"):
        if not values.get(name):
            text = N_("SLUIS_STORAGE kan niet zonder {name}.")
            yield Fault(text, field=name, params={"name": f"SLUIS_{name.upper()}"})


def _check_engine(values: Mapping[str, Any]) -> Iterator[Fault]:
    """The value itself is not told: there may be a token in it."""
    if not (address := values.get("engine", "")):
        return
    try:
        parts = urlsplit(address)
        sound = parts.scheme == "sc" and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        sound = False
    if not sound:
        yield Fault(N_("Instelling SLUIS_ENGINE is geen adres als sc://rekenserver:15002."), field="engine")


def _check_networks(values: Mapping[str, Any]) -> Iterator[Fault]:
    # In connect_allow stand names too; what has a slash is meant as a network.
    meant = [entry for entry in values.get("connect_allow", ()) if "/" in entry]
    lists = {name: values.get(name, ()) for name in ("oidc_private_networks", "metrics_from")}
    for name, networks in {**lists, "connect_allow": meant}.items():
        for network in networks:
            try:
                ip_network(network)
            except ValueError:
                yield Fault(
                    N_("Instelling {name}: '{network}' is geen adres of netwerk."),
                    field=name,
                    params={"name": f"SLUIS_{name.upper()}", "network": network},
                )


def select_settings() -> None:
    """Point Django at our settings unless the environment already names others (tests do)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sluis.conf.settings")


def put_flags(**values: object) -> None:
    """Flags of the command line go before the environment; None means: not given. Child processes see them too."""
    for name, value in values.items():
        if value is not None:
            os.environ[f"SLUIS_{name.upper()}"] = str(value)


def surroundings(**values: object) -> dict[str, str]:
    """The environment of this process with these settings put in, for a process that is given another."""
    return {**os.environ, **{f"SLUIS_{name.upper()}": str(value) for name, value in values.items()}}
