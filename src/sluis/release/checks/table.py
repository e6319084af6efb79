"""Is the table all there, and are its bytes what we think they are?"""

from sluis.foundation.service import blobs
from sluis.kernel.text import N_
from sluis.lake.names import GEOMETRY_BOX
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject, judged
from sluis.release.types import Finding, Verdict


def whole(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """The ledger adds up, and the bytes are still what was read."""
    verdict, findings = ledger(subject)
    return (verdict, findings) if verdict is not Verdict.PASSED else _with(findings, fetch_back(subject))


def _with(told: list[Finding], found: tuple[Verdict, list[Finding]]) -> tuple[Verdict, list[Finding]]:
    return found[0], [*told, *found[1]]


def ledger(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """Rows read = rows loaded + rows rejected, a profile is there, and it counted the same rows."""
    table = subject.table
    if table is None:
        return _without_table(subject)
    read, loaded, rejected = (int(table.report[f"rows_{name}"]) for name in ("read", "loaded", "rejected"))
    findings: list[Finding] = []
    if read != loaded + rejected:
        text = N_("Van {read} gelezen rijen zijn er {loaded} geladen en {rejected} geweigerd: dat telt niet op.")
        findings.append(Finding("table.ledger", text, {"read": read, "loaded": loaded, "rejected": rejected}))
    if rejected:
        text = N_("{rejected} van {read} rijen zijn geweigerd. Bekijk ze voordat u verder gaat.")
        findings.append(Finding("table.rejected", text, {"rejected": rejected, "read": read}, blocks=False))
    if table.rows == 0:
        findings.append(Finding("table.empty", N_("De tabel heeft geen rijen.")))
    if table.profile is None:
        findings.append(
            Finding("table.no-profile", N_("Er is geen profiel van deze tabel. Lees het bestand opnieuw in."))
        )
    elif int(table.profile["rows"]) != table.rows:
        text = N_("Het profiel telt {profiled} rijen, de tabel {loaded}.")
        findings.append(Finding("table.profile", text, {"profiled": table.profile["rows"], "loaded": table.rows}))
    return judged(findings)


def _without_table(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """No table is fine when the data is a file or stands elsewhere; a promised table must be there."""
    if any(item.kind == "table" for item in subject.record.distributions):
        return Verdict.FAILED, [Finding("table.missing", N_("Er is nog geen tabel die helemaal is ingelezen."))]
    return NOTHING_TO_LOOK_AT


def fetch_back(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """Read every byte again, compare the SHA-256, and count the rows and columns in the file itself."""
    table = subject.table
    if table is None:
        return NOTHING_TO_LOOK_AT
    import pyarrow.parquet as pq  # loads for long, and hardly any process looks into a file

    if not blobs.is_whole(table.sha256):
        return Verdict.FAILED, [Finding("fetch.changed", N_("Het bestand in de opslag is niet meer wat is ingelezen."))]
    metadata = pq.read_metadata(blobs.path(table.sha256))
    columns = [name for name in metadata.schema.to_arrow_schema().names if name != GEOMETRY_BOX]
    if sorted(columns) != sorted(table.column_names):  # the file itself comes out: nothing may hide in it
        return Verdict.FAILED, [
            Finding("fetch.columns", N_("Het bestand heeft andere kolommen dan het inleesverslag."))
        ]
    rows = metadata.num_rows
    if rows != table.rows:
        text = N_("Het bestand heeft {found} rijen, het inleesverslag noemt er {loaded}.")
        return Verdict.FAILED, [Finding("fetch.rows", text, {"found": rows, "loaded": table.rows})]
    return Verdict.PASSED, []
