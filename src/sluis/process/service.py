"""The door of the process room.

Files:     deploy, make_current, current, all_current, history, definition, source, model, keys,
           settle_shipped, evaluate
Rules:     propose, decide; proposals, proposal, proposal_of, compare_rule, compare_proposal; for everybody: in_force,
           all_in_force, changes_between, rule_cases, sheets, sheets_of
Instances: start, send_message, cancel, retry, rename, migration_preview, migrate;
           instance, instances, progress, public_steps, waiting_steps
Tasks:     claim, unclaim, reassign, complete, return_task; task, tasks, ahead, candidates
History:   trail, answered
Notices:   notices, unread, mark_read, wish, set_wish, titles, tell
Hand in:   later: handler, completion, on_transition, asked; letter (see `registry`)

Every write is one transaction with its audit entry and events: process.started, process.task.opened,
process.task.completed, process.message.thrown, process.signal.thrown, process.stuck, process.cancelled, process.ended,
process.definition.current, process.rule.decided.
"""

from typing import TYPE_CHECKING

from sluis.kernel.later import door

if TYPE_CHECKING:
    from sluis.process.definitions import (
        all_current,
        current,
        definition,
        deploy,
        history,
        keys,
        make_current,
        model,
        source,
    )
    from sluis.process.migration import migrate, migration_preview
    from sluis.process.notices import mark_read, notices, set_wish, tell, titles, unread, wish
    from sluis.process.operations import cancel, rename, retry, send_message, start
    from sluis.process.policies import evaluate
    from sluis.process.queries import instance, instances, progress, public_steps, task, tasks, waiting_steps
    from sluis.process.registry import asked, completion, handler, later, letter, on_transition
    from sluis.process.rules.comparing import changes_between, compare_proposal, compare_rule
    from sluis.process.rules.proposing import decide, propose
    from sluis.process.rules.reading import all_in_force, in_force, proposal, proposal_of, proposals, sheets_of
    from sluis.process.rules.reading import cases as rule_cases
    from sluis.process.rules.sheets import sheets
    from sluis.process.settling import settle_shipped
    from sluis.process.tasks import claim, complete, reassign, return_task, unclaim
    from sluis.process.trail import ahead, answered, candidates, trail
else:
    __getattr__ = door(__name__)

__all__ = [
    "ahead",
    "all_current",
    "all_in_force",
    "answered",
    "asked",
    "cancel",
    "candidates",
    "changes_between",
    "claim",
    "compare_proposal",
    "compare_rule",
    "complete",
    "completion",
    "current",
    "decide",
    "definition",
    "deploy",
    "evaluate",
    "handler",
    "history",
    "in_force",
    "instance",
    "instances",
    "keys",
    "later",
    "letter",
    "make_current",
    "mark_read",
    "migrate",
    "migration_preview",
    "model",
    "notices",
    "on_transition",
    "progress",
    "proposal",
    "proposal_of",
    "proposals",
    "propose",
    "public_steps",
    "reassign",
    "rename",
    "retry",
    "return_task",
    "rule_cases",
    "send_message",
    "set_wish",
    "settle_shipped",
    "sheets",
    "sheets_of",
    "source",
    "start",
    "task",
    "tasks",
    "tell",
    "titles",
    "trail",
    "unclaim",
    "unread",
    "waiting_steps",
    "wish",
]
