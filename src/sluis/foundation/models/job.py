"""Background work with a lease, a fence and a number of attempts."""

from django.db import models

from sluis.kernel import ids


class Job(models.Model):
    """`fence` grows each time a worker takes the job: a worker that was thought dead cannot write any more.

    States: ready → running → successful | failed; running → ready when a lease runs out or an attempt fails.
    """

    class State(models.TextChoices):
        READY = "ready"
        RUNNING = "running"
        SUCCESSFUL = "successful"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    task = models.CharField(max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(max_length=40, default="default")
    priority = models.SmallIntegerField(default=0)
    unique_key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 - NULL: not unique
    state = models.CharField(max_length=12, choices=State, default=State.READY)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=80, blank=True)
    progress = models.FloatField(default=0)
    progress_text = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    failure = models.JSONField(null=True)
    log = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["ready", "running", "successful", "failed"]), name="job_known_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False), name="job_running_has_lease"
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "-priority", "run_after"], name="job_ready", condition=models.Q(state="ready")
            ),
            models.Index(fields=["lease_until"], name="job_leases", condition=models.Q(state="running")),
            models.Index(fields=["state", "task"], name="job_by_state"),  # counts without reading the jobs
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.state}"
