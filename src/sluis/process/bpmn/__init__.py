"""Reading a BPMN 2.0 file into a model of our own, and saying what is wrong with it. No Django, no database.

What is checked is what runs: the engine is built from this same model, so no other reader can see another process.
"""

from sluis.process.bpmn.checking import Known, check, refuse_unsound
from sluis.process.bpmn.faults import BpmnFault
from sluis.process.bpmn.model import BpmnModel
from sluis.process.bpmn.reading import read

__all__ = ["BpmnFault", "BpmnModel", "Known", "check", "read", "refuse_unsound"]
