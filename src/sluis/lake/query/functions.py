"""Which functions a question may use.

Of table functions only those that make rows out of nothing. Of the others everything that works on values; what reads
files, tells about the server or keeps it busy is refused by name. A test holds every function of this DuckDB against
this list, so that an upgrade cannot bring one in unseen.
"""

import re

from sluis.kernel.text import N_

TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree"})

FILES = N_("die leest bestanden van de server")
SERVER = N_("die vertelt over de server of over wie er vraagt")
OTHER_SQL = N_("die voert andere SQL uit, en die kunnen wij niet nakijken")
WAITS = N_("die houdt de server bezig zonder iets te doen")
CHANGES = N_("die verandert iets op de server")
NO_ROWS = N_("die kan hier niet als tabel worden gebruikt")

_HARMLESS = frozenset(
    {
        "current_date", "current_time", "current_timestamp", "current_localtime", "current_localtimestamp",
        "pg_typeof", "pg_size_pretty",
    }
)  # fmt: skip
_REFUSED: tuple[tuple[str, str], ...] = (
    (r"read_\w+|st_read\w*|st_drivers|shapefile_meta|parquet_\w+|\w+_scan|\w+_scan_dumb|glob|sniff_\w+", FILES),
    (r"query|query_table|json_execute_\w+|json_serialize_\w+|json_deserialize_\w+", OTHER_SQL),
    (r"pg_sleep|sleep_ms|benchmark", WAITS),
    (r"write_log|nextval|currval|set_config|checkpoint|force_checkpoint|(en|dis)able_\w+|truncate_\w+", CHANGES),
    (
        r"duckdb_\w+|pragma_\w+|pg_\w+|has_\w*privilege|inet_\w+|current_\w+|session_user|user|version"
        r"|get(env|variable|_block_size)|in_search_path|txid_current|which_secret|parse_duckdb_log_message"
        r"|(col|obj|shobj)_description|map_to_pg_oid|format_pg_type|icu_calendar_names|rtree_\w+|test_\w+|stats",
        SERVER,
    ),
)
_PATTERNS = tuple((re.compile(pattern, re.ASCII), why) for pattern, why in _REFUSED)

_EACH_TIME_ANOTHER = frozenset(
    {
        "now", "today", "random", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "get_current_time",
        "get_current_timestamp", "transaction_timestamp", "current_date", "current_time", "current_timestamp",
        "current_localtime", "current_localtimestamp", "ago", "age", "setseed", "reservoir_quantile",
    }
)  # fmt: skip


def why_not(name: str) -> str:
    """Why a function of this name is refused, as a source text; '' when it is not. `name` in lower case."""
    if name in _HARMLESS:
        return ""
    return next((why for pattern, why in _PATTERNS if pattern.fullmatch(name)), "")


def why_no_rows(name: str) -> str:
    """The same for a function that stands where a table may stand."""
    return "" if name in TABLE_FUNCTIONS else why_not(name) or NO_ROWS


def gives_another_each_time(name: str) -> bool:
    """Whether the same question may have another answer a moment later."""
    return name in _EACH_TIME_ANOTHER
