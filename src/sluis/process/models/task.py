"""What people have to do."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.process.models.instance import Instance
from sluis.process.types import TaskState

_OPEN = models.Q(state="open")


class Task(models.Model):
    """One visit to a step for a person in `role` of the organisation.

    The database itself refuses: completing past the one who claimed it, completing against four eyes, and changing what
    is done (migration 0002).
    """

    instance_id: UUID
    organisation_id: UUID
    team_id: UUID | None

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="tasks")
    organisation = models.ForeignKey("foundation.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("foundation.Team", on_delete=models.PROTECT, null=True, related_name="+")
    token = models.CharField(max_length=36)
    element = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    role = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in TaskState], default="open")
    round = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=40, blank=True)
    completed_by = models.CharField(max_length=40, blank=True)
    completed_for = models.CharField(max_length=40, blank=True)  # the colleague who lent the role
    completed_at = models.DateTimeField(null=True)
    answers = models.JSONField(default=dict)
    return_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "token"], name="process_task_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in TaskState]), name="process_task_known_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", completed_at__isnull=False) & ~models.Q(completed_by="")
                | ~models.Q(state="done") & models.Q(completed_at__isnull=True, completed_by=""),
                name="process_task_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(  # an inbox is chosen, counted and sorted on this index alone
                fields=["organisation", "team", "role", "claimed_by", "due_at", "id"],
                name="process_task_open",
                condition=_OPEN,
            ),
            models.Index(fields=["instance", "element"], name="process_task_element"),
        ]

    def __str__(self) -> str:
        return f"{self.element} {self.state}"


class FourEyes(models.Model):
    """Who completed `element` may not complete the task, and the other way round."""

    task_id: UUID

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="four_eyes")
    element = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "element"], name="process_four_eyes_once")]

    def __str__(self) -> str:
        return self.element
