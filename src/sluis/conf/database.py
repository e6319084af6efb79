"""Where everything is kept: SQLite in the data folder, or the PostgreSQL that one setting names."""

from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 30
# What is acknowledged is on disk. A statement waits for a lock no longer than SQLite would. A host that went away
# lets go within half a minute, by the server's own look at the connection, and a thread that hangs within five. The
# last of these is for a host that is cut off with an answer under way to it: the looks do not begin until that came.
_SESSION = {
    "synchronous_commit": "on",
    "lock_timeout": f"{PATIENCE_SECONDS}s",
    "idle_in_transaction_session_timeout": "300s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
    "client_connection_check_interval": "10s",
    "tcp_user_timeout": "30s",
}
# The same from our side: cut off, a thread would wait for hours for an answer that will not come.
_LOOKS = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "4", "tcp_user_timeout": "30000"}


def read(address: str) -> dict[str, str]:
    """The parts of a PostgreSQL address, as libpq names them. Raises ValueError, which does not repeat the address."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if not address.startswith(("postgresql://", "postgres://")):
        raise ValueError("no address of PostgreSQL")
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(address).items()}
    except ProgrammingError:
        raise ValueError("no address of PostgreSQL") from None
    if not parts.get("dbname"):
        raise ValueError("no name of a database")
    return parts


def configuration(address: str, data: Path, *, connections: int) -> dict[str, Any]:
    """One entry of Django's DATABASES; at most `connections` at once for this process on PostgreSQL."""
    return _postgresql(read(address), connections) if address else sqlite(data / "sluis.sqlite3")


def sqlite(file: Path) -> dict[str, Any]:
    """FULL: an acknowledged write survives a power cut. IMMEDIATE: two writers queue instead of failing halfway."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": PATIENCE_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536;",
        },
    }


def _postgresql(parts: dict[str, str], connections: int) -> dict[str, Any]:
    """A pool per process: threads of the web and of jobs come and go. What the address adds goes to libpq as it is."""
    chosen = {"connect_timeout": "10", "application_name": "sluis", **_LOOKS, **parts}
    ours = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    options = {name: chosen.pop(name) for name in set(chosen) - {"dbname", "user", "password", "host", "port"}}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": chosen["dbname"],
        "USER": chosen.get("user", ""),
        "PASSWORD": chosen.get("password", ""),
        "HOST": chosen.get("host", ""),
        "PORT": chosen.get("port", ""),
        "CONN_MAX_AGE": 0,  # back to the pool after each request and job
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options
        | {"options": f"{ours} {options.get('options', '')}".strip()}
        | {"pool": {"min_size": 1, "max_size": connections, "timeout": PATIENCE_SECONDS}},
    }
