"""Step 7: leave columns out of the newest table, as a new version with its own profile, and say what was done."""

from typing import Any

from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Invalid, SluisError, Stale, Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.process.types import Work
from sluis.release.dossiers import require_id
from sluis.release.models import Dossier
from sluis.release.source import TableNow, table_now
from sluis.release.types import Verdict


def transform(work: Work) -> dict[str, Any]:
    """Before, after and what was done. Without columns to leave out, the steward has put the new data in already."""
    dataset_id = Dossier.objects.values_list("dataset_id", flat=True).get(id=require_id(work))
    before = table_now(dataset_id)
    dropped: list[str] = list(work.variables.get("dropColumns") or ())
    rounds = int((work.variables.get("transformed") or {}).get("rounds") or 0) + 1
    lineage = {"dropped": dropped, "rules": work.variables.get("transformRules") or "", "rounds": rounds}
    try:
        after = _without(before, dropped, work.run_id) if dropped else before
    except (Stale, Unavailable):
        raise
    except SluisError as error:
        return {"verdict": Verdict.ERROR.value, "failure": to_wire(error), **lineage}
    return {
        "verdict": (Verdict.PASSED if after and after != before else Verdict.ATTENTION).value,
        "before": before.sha256 if before else None,
        "after": after.sha256 if after else None,
        **lineage,
    }


def _without(before: TableNow | None, dropped: list[str], run_id: str) -> TableNow | None:
    if before is None:
        raise Invalid("transform.no-table", N_("Er is geen tabel om te bewerken."))
    present = [name for name in dropped if name in before.column_names]
    if not present:  # a step that is tried again finds its work done
        return before
    lake.derive(by=SYSTEM, table_version_id=before.id, without=present)
    return table_now(_dataset_of(before))


def _dataset_of(table: TableNow) -> Any:
    return lake.table_version(by=SYSTEM, table_version_id=table.id).dataset_id
