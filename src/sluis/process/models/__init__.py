"""Tables of the process room."""

from sluis.process.models.definition import CurrentDefinition, Definition
from sluis.process.models.instance import Instance, Passage, Run, Wait
from sluis.process.models.task import FourEyes, Task

__all__ = ["CurrentDefinition", "Definition", "FourEyes", "Instance", "Passage", "Run", "Task", "Wait"]
