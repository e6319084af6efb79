"""A checked process, ready to run: built once per file and kept by its hash."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sluis.process.bpmn import BpmnModel, refuse_unsound
from sluis.process.bpmn.model import NodeKind
from sluis.process.engine.building import build, spec_name


@dataclass(frozen=True, eq=False)
class Program:
    """`specs` are shared by all instances and never changed by running one."""

    sha256: str
    model: BpmnModel
    main: Any
    specs: dict[str, Any]

    @property
    def policies(self) -> frozenset[str]:
        """Keys of the policies that its decision steps use."""
        rules = (node for node in self.model.nodes.values() if node.kind is NodeKind.RULE)
        return frozenset(node.given["policy"] for node in rules)

    def has(self, name: str) -> bool:
        return any(name in spec.task_specs for spec in self.specs.values())


def program_of(sha256: str, load: Callable[[], bytes]) -> Program:
    """The program with this hash; `load` is called for its bytes when it is not in memory."""
    found = _kept(sha256)
    if not found:
        model = refuse_unsound(load())
        main, specs = build(model)
        found.append(Program(sha256, model, main, specs))
    return found[0]


@lru_cache(maxsize=128)
def _kept(sha256: str) -> list[Program]:
    return []


__all__ = ["Program", "program_of", "spec_name"]
