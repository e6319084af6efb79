"""Runs a checked model on SpiffWorkflow. No Django, no database, no clock of its own.

SpiffWorkflow walks the graph; everything that it would ask Python is ours: conditions are FEEL, decisions are DMN, time
is handed in, variables lie in one place. `docs/explanation/process-engine.md` says which of its parts we replaced.
"""

from sluis.process.engine.program import Program, program_of
from sluis.process.engine.running import Decided, Passed, Pending, Running, Timer, Waiting

__all__ = ["Decided", "Passed", "Pending", "Program", "Running", "Timer", "Waiting", "program_of"]
