"""Moving a running instance to another version of its process: looked at first, and only by an explicit operation."""

from dataclasses import dataclass
from uuid import UUID

from sluis.foundation.service import require
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, fill
from sluis.kernel.text import N_
from sluis.process import definitions, policy
from sluis.process.engine import Program
from sluis.process.models import Instance, Task
from sluis.process.moving import load, moving
from sluis.process.records import instance_record
from sluis.process.types import InstanceRecord, Kind, TaskState

_NOT_THERE = N_("stap {element} bestaat daar niet")


@dataclass(frozen=True, slots=True)
class MigrationPreview:
    """What moving an instance to another version of its process would do. Possible only without `hindrances`.

    `missing`: elements where the instance stands now and that the other version does not have.
    """

    from_sha256: str
    to_sha256: str
    kept: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    hindrances: tuple[str, ...]


def migration_preview(*, by: Actor, instance_id: UUID, to_sha256: str) -> MigrationPreview:
    """What would happen. Raises Conflict when the hash is not another version of the same process."""
    row = policy.instance_seen(by, instance_id)
    require(by, policy.MANAGE, row.organisation_id, row.team_id)
    return _preview(row, _target(row, to_sha256))


def migrate(*, by: Actor, instance_id: UUID, to_sha256: str) -> InstanceRecord:
    """Let the instance go on by the other version, with the current versions of the policies that it uses.

    Open tasks stay open, as the other version describes them. Raises Conflict with every hindrance.
    """
    seen = policy.instance_seen(by, instance_id)
    by = require(by, policy.MANAGE, seen.organisation_id, seen.team_id)
    target = _target(seen, to_sha256)
    with moving(by=by, action="process.migrated", instance_id=instance_id) as move:
        preview = _preview(move.row, target)
        if preview.hindrances:
            raise Conflict(
                "process.migration",
                N_("Dit proces kan zo niet naar die versie: {reasons}"),
                way_out=N_("Wacht tot de genoemde stappen gedaan zijn, of kies een andere versie."),
                reasons=", ".join(preview.hindrances),
            )
        move.row.definition_id, move.row.policies = to_sha256, definitions.pinned(target.policies)
        move.running = load(move.row, target)
        move.running.replan()
        _retitle(move.row, target)
        move.write.note(before=preview.from_sha256, to=to_sha256)
        move.tell("migrated")
        move.settle()
    return instance_record(move.row)


def _target(row: Instance, sha256: str) -> Program:
    record = definitions.definition(sha256)
    if (record.kind, record.key) != (Kind.PROCESS, row.key) or sha256 == row.definition_id:
        raise Conflict("process.migration.other", N_("Dit is geen andere versie van hetzelfde proces."))
    return definitions.program(sha256)


def _preview(row: Instance, target: Program) -> MigrationPreview:
    running = load(row)
    old, new = running.program.model.nodes, target.model.nodes
    missing = running.not_in(target)
    return MigrationPreview(
        from_sha256=row.definition_id,
        to_sha256=target.sha256,
        kept=tuple(sorted(key for key in running.live() if key not in missing)),
        missing=missing,
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        hindrances=tuple(fill(_NOT_THERE, {"element": key}) for key in missing),
    )


def _retitle(row: Instance, target: Program) -> None:
    for task in Task.objects.filter(instance_id=row.id, state=TaskState.OPEN):
        node = target.model.nodes[task.element]
        task.title, task.title_en, task.role = (node.name or node.id)[:300], node.name_en[:300], node.roles[0]
        task.version += 1
        task.save(update_fields=["title", "title_en", "role", "version"])
