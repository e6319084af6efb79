"""What can be wrong with a process file: one element, one code, a message and the way out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sluis.kernel.errors import Fault, fill


class Level(StrEnum):
    """`structure`: no engine could run this, or it is not BPMN. `execution`: sound, but Sluis does not run it so."""

    STRUCTURE = "structure"
    EXECUTION = "execution"


@dataclass(frozen=True, slots=True)
class BpmnFault:
    """`element` is the id in the file, '' for the file as a whole. Texts are Dutch sources with `{named}` places."""

    element: str
    code: str
    message: str
    way_out: str = ""
    level: Level = Level.STRUCTURE
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, translate: Any = str) -> str:
        values = {"element": self.element, **self.params}
        parts = [fill(part, values, translate) for part in (self.message, self.way_out) if part]
        return " ".join(parts)

    def as_fault(self) -> Fault:
        """As the faults of other errors: the message with its way out, the element as field."""
        return Fault(self.text(), field=self.element)
