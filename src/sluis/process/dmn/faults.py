"""What can be wrong with a decision model. Each fault names the element, so that the diagram can show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sluis.kernel.errors import Fault, Invalid, fill
from sluis.kernel.text import N_


@dataclass(frozen=True)
class ModelFault:
    """`element` is the id of the element in the file, or its name where it has no id; `message` is a source text."""

    element: str
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def text(self, translate: Any = str) -> str:
        return fill(self.message, self.params, translate)


class ModelRefused(Invalid):
    """The model cannot be used; `model_faults` says why, element by element."""

    def __init__(self, faults: Sequence[ModelFault]) -> None:
        shown = [Fault(one.message, field=one.element, params=one.params) for one in faults]
        super().__init__(
            "dmn.refused",
            N_("Het beslismodel kan zo niet worden gebruikt. Aantal fouten: {count}."),
            way_out=N_("Verbeter wat hieronder staat en probeer het opnieuw."),
            faults=shown,
            count=len(faults),
        )
        self.model_faults = tuple(faults)
