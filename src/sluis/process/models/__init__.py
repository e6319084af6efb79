"""Tables of the process room."""

from sluis.process.models.definition import CurrentDefinition, Definition
from sluis.process.models.instance import Instance, Passage, Run, Wait
from sluis.process.models.notice import Notice, NoticeWish
from sluis.process.models.proposal import Enactment, Proposal
from sluis.process.models.task import FourEyes, Task

__all__ = [
    "CurrentDefinition",
    "Definition",
    "Enactment",
    "FourEyes",
    "Instance",
    "Notice",
    "NoticeWish",
    "Passage",
    "Proposal",
    "Run",
    "Task",
    "Wait",
]
