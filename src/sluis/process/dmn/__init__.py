"""DMN: decision models are read, checked and evaluated; nothing in them runs but FEEL.

    model = read(xml)                                    raises ModelRefused, with every fault
    model.evaluate("Openness", {"public task": "yes"})   → Evaluated(value, matched rules, faults)
    check(xml)                                           → everything that is wrong, also gaps and overlaps

A missing input is null, and null matches only the dash or a cell that itself says null.
"""

from sluis.process.dmn.checking import check
from sluis.process.dmn.faults import ModelFault, ModelRefused
from sluis.process.dmn.model import Evaluated, Model, read

__all__ = ["Evaluated", "Model", "ModelFault", "ModelRefused", "check", "read"]
