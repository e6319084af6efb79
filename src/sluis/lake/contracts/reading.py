"""From text to what was agreed: read, hold against the standard, and work out the rules."""

from dataclasses import dataclass

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.contracts import standard, yaml_text
from sluis.lake.contracts.agreed import agreed, objects_of, place_of
from sluis.lake.contracts.types import Agreed, Finding
from sluis.lake.contracts.yaml_text import Document

MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Read:
    """`notes` names what Sluis keeps and does not check."""

    document: Document
    agreed: Agreed
    notes: tuple[Finding, ...]

    @property
    def version(self) -> str:
        return str(self.document.content["version"])


def read(text: str, table: str = "") -> Read:
    """Raises Invalid with every fault and its line; see `yaml_text.read` and `place_of`."""
    document = yaml_text.read(text)
    found = standard.findings(document)
    _refuse([finding for finding in found if not finding.note])
    result = agreed(document, place_of(document, table))
    found += result.unchecked
    _refuse([finding for finding in found if not finding.note])
    return Read(document, result, tuple(sorted(found, key=lambda finding: (finding.row or 0, finding.column))))


def lint(text: str) -> tuple[Finding, ...]:
    """Every fault and note of a contract, whatever tables it describes; () when there is nothing to say.

    Raises Invalid only for what is no YAML at all.
    """
    document = yaml_text.read(text)
    found = standard.findings(document)
    if any(not finding.note for finding in found):
        return tuple(found)
    for place in range(len(objects_of(document))):
        found += [one for one in agreed(document, place).unchecked if one.code != "other-table"]
    once = {(finding.field, finding.code): finding for finding in found}
    return tuple(sorted(once.values(), key=lambda finding: (finding.row or 0, finding.column)))


def _refuse(faults: list[Finding]) -> None:
    if faults:
        raise Invalid(
            "contract.standard",
            N_("Dit contract past niet bij de standaard voor datacontracten (ODCS 3.1)."),
            way_out=N_("Verbeter de genoemde plekken."),
            faults=faults[:MOST_FAULTS],
        )
