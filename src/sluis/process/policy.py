"""Who may see and do what in a process: by role, in the organisation or team that the instance belongs to."""

from dataclasses import replace
from uuid import UUID

from django.db.models import Q, QuerySet

from sluis.foundation.service import within
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, NotAllowed, NotFound
from sluis.kernel.text import N_
from sluis.process.models import FourEyes, Instance, Task
from sluis.process.types import TaskState

VIEW, WORK, MANAGE, DEPLOY = "process.view", "process.work", "process.manage", "process.deploy"

CLOSED = N_("Deze taak is al gedaan of niet meer aan de orde.")
CLAIMED = N_("Een collega heeft deze taak opgepakt.")
NO_ROLE = N_("U hebt hier niet de rol die deze taak vraagt.")
FOUR_EYES = N_("U deed al een andere stap van dit proces; vier ogen vraagt dat een ander deze doet.")
NO_PERSON = N_("Alleen een mens doet een taak.")


def instances_seen(actor: Actor) -> QuerySet[Instance]:
    return Instance.objects.filter(within(actor, VIEW))


def tasks_seen(actor: Actor) -> QuerySet[Task]:
    return Task.objects.filter(within(actor, VIEW))


def instance_seen(actor: Actor, instance_id: UUID) -> Instance:
    row = instances_seen(actor).filter(id=instance_id).first()
    if row is None:
        raise NotFound("process.unknown", N_("Dit proces bestaat niet."))
    return row


def task_seen(actor: Actor, task_id: UUID) -> Task:
    row = tasks_seen(actor).select_related("instance").filter(id=task_id).first()
    if row is None:
        raise NotFound("process.task.unknown", N_("Deze taak bestaat niet."))
    return row


def in_my_roles(actor: Actor) -> Q:
    """Tasks whose role the actor holds where they belong."""
    whole: dict[UUID, set[str]] = {}
    teams: dict[UUID, set[str]] = {}
    for held in actor.grants:
        place, key = (whole, held.organisation_id) if held.team_id is None else (teams, held.team_id)
        place.setdefault(key, set()).add(held.role)
    found = Q(pk__in=[])
    for key, roles in whole.items():
        found |= Q(organisation_id=key, role__in=sorted(roles))
    for key, roles in teams.items():
        found |= Q(team_id=key, role__in=sorted(roles))
    return found


def in_role(actor: Actor, role: str, organisation_id: UUID, team_id: UUID | None) -> Actor | None:
    """The actor as they act in this role there: in their own right if they can, else for who lent it; or None."""
    usable = [held.giver for held in actor.held(organisation_id, team_id) if held.role == role]
    return replace(actor, stands_for=min(usable)) if usable else None


def doer(actor: Actor, task: Task) -> Actor:
    """The actor as they may complete this task. Raises NotAllowed or Conflict with the reason."""
    if actor.user_id is None:
        raise NotAllowed("process.task.person", NO_PERSON)
    if task.state != TaskState.OPEN:
        raise Conflict("process.task.closed", CLOSED)
    acting = in_role(actor, task.role, task.organisation_id, task.team_id)
    if acting is None:
        raise NotAllowed("process.task.role", NO_ROLE, way_out=N_("Nodig: {role}."), role=task.role)
    if task.claimed_by not in ("", actor.key):
        raise Conflict("process.task.claimed", CLAIMED, way_out=N_("Vraag die collega haar terug te leggen."))
    if hindered_by_four_eyes(acting, [task]):
        raise NotAllowed("process.task.four-eyes", FOUR_EYES, way_out=N_("Vraag een collega met dezelfde rol."))
    return acting


def hindered_by_four_eyes(actor: Actor, tasks: list[Task]) -> set[UUID]:
    """Those of these tasks (at most a page) that this actor may not complete. Looks both ways; three queries."""
    instances = {task.instance_id for task in tasks}
    mine = Q(completed_by__in=actor.keys) | Q(completed_for__in=actor.keys)
    done = list(
        Task.objects.filter(mine, instance_id__in=instances, state=TaskState.DONE).values_list(
            "id", "instance_id", "element"
        )
    )
    if not done:
        return set()
    pairs = FourEyes.objects.filter(task_id__in=[task.id for task in tasks] + [row[0] for row in done])
    partners: dict[UUID, set[str]] = {}
    for pair in pairs:
        partners.setdefault(pair.task_id, set()).add(pair.element)
    return {
        task.id
        for task in tasks
        for done_id, instance_id, element in done
        if instance_id == task.instance_id
        and done_id != task.id
        and (element in partners.get(task.id, ()) or task.element in partners.get(done_id, ()))
    }


def hindrance(actor: Actor, task: Task, hindered: set[UUID]) -> str:
    """Why the actor could not complete this task now, as a source text; '' when they could."""
    if actor.user_id is None:
        return NO_PERSON
    if task.state != TaskState.OPEN:
        return CLOSED
    if in_role(actor, task.role, task.organisation_id, task.team_id) is None:
        return NO_ROLE
    if task.claimed_by not in ("", actor.key):
        return CLAIMED
    return FOUR_EYES if task.id in hindered else ""
