"""From event to subscribers: an unsent event becomes one job per subscriber, as it is marked sent."""

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.tasks import Task

from sluis.foundation.models import OutboxEvent
from sluis.kernel import clock

type Handler = "Task[..., Any]"
_subscribers: dict[str, list[Handler]] = defaultdict(list)


def subscribe(event_type: str, handler: Handler) -> None:
    """Let the task `handler(event: dict)` run for each event of this type. Call in `AppConfig.ready`.

    The event has `id`, `type`, `subject`, `at` and `data`. Delivery is at least once and in no fixed order: a handler
    must give the same result when it runs twice.
    """
    if handler not in _subscribers[event_type]:
        _subscribers[event_type].append(handler)


def relay(limit: int = 200) -> int:
    """Hand on up to `limit` unsent events; returns how many. Safe to run in several workers at once: on PostgreSQL one
    passes over what another is handing on.
    """
    with transaction.atomic():
        waiting = OutboxEvent.objects.select_for_update(skip_locked=True).filter(sent_at=None)
        events = list(waiting.order_by("seq")[:limit])
        for event in events:
            for handler in _subscribers[event.type]:
                handler.enqueue(_shape(event))
        OutboxEvent.objects.filter(seq__in=[e.seq for e in events]).update(sent_at=clock.now())
    return len(events)


def _shape(event: OutboxEvent) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "type": event.type,
        "subject": event.subject,
        "at": event.at.isoformat(),
        "data": event.data,
    }
