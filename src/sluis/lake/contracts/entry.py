"""Entry for the sandbox: JSON in, JSON out. No Django here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sluis.kernel.text import N_
from sluis.lake.contracts.duck_check import check
from sluis.lake.contracts.duck_table import opened
from sluis.lake.contracts.types import Property, Rule
from sluis.lake.types import Column

type Progress = Callable[[float, str], None]


def check_rows(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Hold a table against a contract.

    Request: `parts` (Parquet paths in order), `columns` (as in `sluis.lake.types`), `properties` (`name`, `names`),
    `tables` (names of the table in the contract), `rules`, `personal` (column → kind), `now` and `loaded_at` (ISO);
    perhaps `far` (how to ask elsewhere).
    Result: `outcomes`, one per rule, in order.
    """
    columns = [Column.from_json({"title": "", **shape}) for shape in request["columns"]]
    properties = [Property(one["name"], tuple(one["names"])) for one in request["properties"]]
    rules = [Rule.from_json(shape) for shape in request["rules"]]
    now, loaded_at = (datetime.fromisoformat(request[name]) for name in ("now", "loaded_at"))
    parts = [Path(path) for path in request["parts"]]
    with opened(parts, columns, properties, request["tables"], request["personal"], request.get("far")) as rows:

        def outcome(numbered: tuple[int, Rule]) -> dict[str, Any]:
            progress(numbered[0] / len(rules), N_("Afspraken controleren"))
            return check(rows, numbered[1], now, loaded_at).to_json()

        return {"outcomes": rows.each(outcome, list(enumerate(rules)))}
