"""Traces for OpenTelemetry, only where the operator asked for them: otherwise nothing of it is imported.

A span has names and numbers of ours, never an address, a query or the text of SQL.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sluis.foundation.telemetry import following
from sluis.kernel.errors import SluisError, Unavailable
from sluis.kernel.text import N_

_tracer: Any = None
_queries: ContextVar[list[int] | None] = ContextVar("number of queries of this request or job", default=None)


class Span:
    """What a block may say of itself; without traces nobody listens."""

    def __init__(self, inner: Any = None) -> None:
        self._inner = inner

    def note(self, **attributes: str | int | float) -> None:
        """Put facts on the span, as `sluis.<name>`."""
        if self._inner is not None:
            self._inner.set_attributes({f"sluis.{name}": value for name, value in attributes.items()})


_NOBODY = Span()


def configure(endpoint: str, *, service: str) -> None:
    """Send the spans of this process to an OTLP/HTTP endpoint such as http://collector:4318; '' sends none.

    Call once, when serving. Raises Unavailable when the packages are not installed.
    """
    global _tracer
    if not endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Unavailable(
            "traces.missing",
            N_("SLUIS_OTEL_ENDPOINT is ingesteld, maar OpenTelemetry is niet geïnstalleerd."),
            way_out=N_("Installeer het met: pip install 'sluis[otel]'."),
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "sluis", "service.namespace": service}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = provider.get_tracer("sluis")


def on() -> bool:
    """Whether anybody listens."""
    return _tracer is not None


@contextmanager
def span(name: str, **attributes: str | int | float) -> Generator[Span]:
    """One piece of work with its duration. An error is noted by its code or class, never by its text."""
    if _tracer is None:
        yield _NOBODY
        return
    with _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as inner:
        made = Span(inner)
        made.note(**attributes)
        try:
            yield made
        except BaseException as error:
            _fail(inner, error)
            raise


@contextmanager
def root(name: str, traceparent: str = "", **attributes: str | int | float) -> Generator[Span]:
    """The span of a whole request or job, under the trace of the caller; counts the queries made meanwhile."""
    if _tracer is None:
        yield _NOBODY
        return
    from django.db import connection
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract({"traceparent": traceparent}, context.Context())
    token, counted = context.attach(parent), [0]
    queries = _queries.set(counted)
    try:
        with span(name, id=following.current(), **attributes) as made, connection.execute_wrapper(_count):
            yield made
            made.note(queries=counted[0])
    finally:
        _queries.reset(queries)
        context.detach(token)


def _count(execute: Callable[..., Any], sql: str, params: Any, many: bool, about: dict[str, Any]) -> Any:
    counted = _queries.get()
    if counted is not None:
        counted[0] += 1
    return execute(sql, params, many, about)


def _fail(inner: Any, error: BaseException) -> None:
    from opentelemetry.trace import Status, StatusCode

    what = error.code if isinstance(error, SluisError) else type(error).__qualname__
    inner.set_status(Status(StatusCode.ERROR, what))
    inner.set_attribute("error.type", what)
