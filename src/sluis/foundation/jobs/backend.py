"""`django.tasks` on a table of our own: enqueueing is part of the caller's transaction."""

from typing import Any
from uuid import UUID

from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.tasks.base import TaskError
from django.tasks.exceptions import TaskResultDoesNotExist
from django.utils.json import normalize_json
from django.utils.module_loading import import_string

from sluis.foundation.models import Job
from sluis.kernel import clock

_STATUS = {
    Job.State.READY: TaskResultStatus.READY,
    Job.State.RUNNING: TaskResultStatus.RUNNING,
    Job.State.SUCCESSFUL: TaskResultStatus.SUCCESSFUL,
    Job.State.FAILED: TaskResultStatus.FAILED,
}


class DatabaseBackend(BaseTaskBackend):
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: "Task[..., Any]", args: Any, kwargs: Any) -> "TaskResult[..., Any]":
        self.validate_task(task)
        moment = clock.now()
        job = Job.objects.create(
            task=task.module_path,
            args=normalize_json(list(args)),
            kwargs=normalize_json(dict(kwargs)),
            queue=task.queue_name,
            priority=task.priority,
            run_after=task.run_after or moment,
            created_at=moment,
        )
        return self._result(job, task)

    def get_result(self, result_id: str) -> "TaskResult[..., Any]":
        try:
            job = Job.objects.get(id=UUID(str(result_id)))
        except (Job.DoesNotExist, ValueError) as error:
            raise TaskResultDoesNotExist(result_id) from error
        return self._result(job, import_string(job.task))

    def _result(self, job: Job, task: "Task[..., Any]") -> "TaskResult[..., Any]":
        failure = job.failure or {}
        result = TaskResult(
            task=task,
            id=str(job.id),
            status=_STATUS[Job.State(job.state)],
            enqueued_at=job.created_at,
            started_at=job.started_at,
            last_attempted_at=job.started_at,
            finished_at=job.finished_at,
            args=job.args,
            kwargs=job.kwargs,
            backend=self.alias,
            errors=[TaskError(exception_class_path=failure["class"], traceback=failure["traceback"])]
            if failure
            else [],
            worker_ids=[job.worker] * job.attempts,
        )
        object.__setattr__(result, "_return_value", job.result)
        return result
