"""All that the rows of a made table follow from, as one small file: the source of its version, as an upload would be.

The same file means the same rows. So a run whose file is that of the version that stands there makes no version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from sluis.kernel.canonical import canonical
from sluis.lake.models import TransformationDefinition
from sluis.lake.transforming.inputs import Input

FORMAT = "transformation"
"""What the report of such a version says that its rows were read from."""
_STEPS = 1
"""Raised when a step gives other rows for the same input than it did before."""


@dataclass(frozen=True, slots=True)
class Provenance:
    text: bytes
    filename: str


def provenance(definition: TransformationDefinition, inputs: Sequence[Input], key_number: int) -> Provenance:
    """`key_number` of the pseudonyms, 0 when there are none."""
    held = {
        "transformation": str(definition.transformation_id),
        "definition": definition.number,
        "sql": definition.sql,
        "steps": definition.steps,
        "inputs": sorted((one.to_json() for one in inputs), key=lambda one: one["table"]),
        "pseudonym_key": key_number,
        "engine": {"duckdb": version("duckdb"), "steps": _STEPS},
    }
    return Provenance(canonical(held), f"transformatie-{definition.number}.json")
