"""What an operator watches and steers: who works, what rests, and what was measured."""

from django.db import models


class WorkerBeat(models.Model):
    """One worker thread that runs jobs; `name` is host:pid:thread. Gone when it stopped in order."""

    name = models.CharField(max_length=80, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class PausedWork(models.Model):
    """Recurring work that rests until somebody lets it go on; `task` is the path of its function."""

    task = models.CharField(max_length=200, primary_key=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.task


class Measure(models.Model):
    """A figure that is too dear to count each time it is asked for: the last outcome and when."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
