"""Frozen shapes of contracts. No Django: the sandboxed child and the command without an installation use these too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sluis.kernel.errors import Fault, fill
from sluis.kernel.text import N_


class ContractStatus(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    RETIRED = "retired"


class Change(StrEnum):
    """What a version of a contract means for who uses the data, beside the version before."""

    NONE = "none"
    COMPATIBLE = "compatible"
    BREAKING = "breaking"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Status(StrEnum):
    """`error`: the rule could not be worked out. That is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


class Verdict(StrEnum):
    """`attention`: only rules that are warnings were broken."""

    PASSED = "passed"
    ATTENTION = "attention"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding(Fault):
    """A remark on a contract as text: `field` is the path in the document, `row` the line, both counted from 1.

    A `note` is not wrong: Sluis keeps that part and does not check it.
    """

    code: str = ""
    column: int = 0
    note: bool = False

    def text(self, translate: Any = str) -> str:
        said = Fault.text(self, translate)  # not super(): a dataclass with slots is made anew, which breaks it
        if not self.row:
            return said
        at = {"line": self.row, "column": self.column, "path": self.field}
        place = N_("Regel {line}, kolom {column}, bij {path}:") if self.field else N_("Regel {line}, kolom {column}:")
        return f"{fill(place, at, translate)} {said}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be looked at in the rows.

    `kind` says how (see `wording.RULES`), `column` is the name in the contract ('' for the table as a whole), `given`
    are its values as plain JSON, `told` the words of the author.
    """

    id: str
    kind: str
    column: str = ""
    severity: Severity = Severity.ERROR
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    told: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "kind": self.kind, "column": self.column, "severity": self.severity.value,
            "given": dict(self.given), "told": self.told,
        }  # fmt: skip

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "Rule":
        return cls(
            shape["id"], shape["kind"], shape["column"], Severity(shape["severity"]), shape["given"], shape["told"]
        )


@dataclass(frozen=True, slots=True)
class Property:
    """One column as the contract has it; `names` are what the table may call it, the best first."""

    name: str
    names: tuple[str, ...]
    title: str = ""
    description: str = ""
    logical_type: str = ""
    required: bool = False
    unique: bool = False
    key: int = 0


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a contract says of one table: its columns, the rules that Sluis checks, and the parts that it does not."""

    table: str
    tables: tuple[str, ...]
    properties: tuple[Property, ...]
    rules: tuple[Rule, ...]
    unchecked: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A row that breaks a rule; `row` counts from 1 in the table, `value` is masked in a column with personal data."""

    row: int
    value: str


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """`found` is what was measured, as text; `fault` names why it could not be measured."""

    rule: Rule
    status: Status
    found: str = ""
    examples: tuple[Example, ...] = ()
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule.to_json(), "status": self.status.value, "found": self.found, "fault": self.fault,
            "examples": [{"row": example.row, "value": example.value} for example in self.examples],
        }  # fmt: skip

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "RuleOutcome":
        examples = tuple(Example(example["row"], example["value"]) for example in shape["examples"])
        return cls(Rule.from_json(shape["rule"]), Status(shape["status"]), shape["found"], examples, shape["fault"])


def verdict_of(outcomes: Iterable[RuleOutcome]) -> Verdict:
    """A broken rule fails; one that could not be worked out counts the same; a warning asks for attention."""
    wrong = [outcome for outcome in outcomes if outcome.status is not Status.PASSED]
    serious = [outcome for outcome in wrong if outcome.rule.severity is Severity.ERROR]
    if any(outcome.status is Status.FAILED for outcome in serious):
        return Verdict.FAILED
    if serious:
        return Verdict.ERROR
    return Verdict.ATTENTION if wrong else Verdict.PASSED
