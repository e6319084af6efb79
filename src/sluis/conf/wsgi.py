"""What the web server calls."""

import multiprocessing
import os
import threading
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from sluis.conf.env import select_settings
from sluis.foundation.telemetry import tracing
from sluis.kernel.later import load_all

select_settings()
application = get_wsgi_application()


def _fence_queries() -> None:
    """Table queries read blobs and nothing else, within the memory and time of the settings."""
    from sluis.foundation.service import blobs
    from sluis.lake.query import keeping
    from sluis.lake.rows import duck

    env = settings.SLUIS
    scratch = env.data / "tmp" / "queries"
    duck.configure(
        [blobs.root(), keeping.root()], memory_mb=env.query_memory_mb, seconds=env.query_seconds, scratch=scratch
    )


def _end_with_parent() -> None:
    """When the parent is killed (`kill -9`, no memory left) nobody stops this process any more: it would keep the port,
    and go on answering with what it knows."""
    if parent := multiprocessing.parent_process():

        def wait() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=wait, name="parent", daemon=True).start()


_end_with_parent()
_fence_queries()
import_module(settings.ROOT_URLCONF)
load_all()
tracing.configure(settings.SLUIS.otel_endpoint, service=settings.SLUIS.url)
