"""Spark Connect as an engine. What goes over is a plan that we made: numbers of slices, and the name of our own code.

Imports the client, so only `orders.connected` may import this: only who names an engine loads it.
"""

import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from urllib.parse import urlsplit

import grpc
from pyspark.errors import PySparkException
from pyspark.errors.exceptions.connect import SparkConnectGrpcException
from pyspark.sql.connect.client.core import DefaultChannelBuilder
from pyspark.sql.connect.client.retries import DefaultPolicy
from pyspark.sql.connect.session import SparkSession

from sluis.foundation.nameless import is_nameless
from sluis.foundation.telemetry.redaction import redacted
from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_
from sluis.lake.engines import task
from sluis.lake.engines.shapes import Answer, Order, Piece, unpacked
from sluis.lake.engines.slices import Slice, buckets

_log = logging.getLogger("sluis.engine")
_REACH_SECONDS = 5
_TRIES = 3
_SPREAD = 64
_REFUSALS = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)
_MEND = N_("Vraag de beheerder SLUIS_ENGINE na te kijken, en `sluis doctor` te draaien.")


class Spark:
    """One session at the server of `address` (`sc://host:port/;…`). Raises Unavailable when it is not there."""

    def __init__(self, address: str) -> None:
        self._where = shown(address)
        try:
            with socket.create_connection(_place(address), timeout=_REACH_SECONDS):
                pass
            # Not through a proxy of the environment: traffic goes to the server that was named, and nowhere else.
            builder = DefaultChannelBuilder(address, [("grpc.enable_http_proxy", 0)])
            self._session = SparkSession(builder, userId="sluis")
            # Its threads that release what was answered are waited for wherever Python happens to collect an old
            # session, also in the middle of another answer: that stood still for ever. A job tries again by itself.
            self._session.client.disable_reattachable_execute()
            self._session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES, max_backoff=2000)])
        except (OSError, PySparkException, grpc.RpcError) as fault:
            raise self._failure(fault) from fault

    def version(self) -> str:
        try:
            return self._session.version
        except Exception as fault:
            raise self._failure(fault) from fault

    def ask(self, order: Order, places: Sequence[Slice], group: Order | None) -> Iterator[Answer]:
        """The answers to an order about each slice; with `group` what slices say of groups of rows meets there."""
        try:
            rows = self._session.range(0, len(places), 1, max(1, len(places)))
            table = rows.mapInArrow(partial(task.slices, order, [asdict(place) for place in places]), task.SCHEMA)
            if group is not None:
                table = table.repartition(buckets(places), "group").mapInArrow(partial(task.groups, group), task.SCHEMA)
            answers = table.toArrow().cast(task.ANSWERS)
        except Exception as fault:
            raise self._failure(fault) from fault
        for batch in answers.to_batches():
            for row in batch.to_pylist():
                yield Answer(**row)

    def make(self, order: Order, places: Sequence[Slice] = ()) -> Iterator[Piece]:
        """Carry out an order that makes files, about each slice, or about everything when there are none.

        What was made comes in pieces, in no order, and is not held here.
        """
        try:
            few = max(1, len(places))
            work = partial(task.makes, order, [asdict(place) for place in places])
            made = self._session.range(0, few, 1, few).mapInArrow(work, task.PIECES_SCHEMA)
            # Spark keeps what one task gives as one: it may not be large.
            for row in made.repartition(_SPREAD, "slice", "name", "offset").toLocalIterator():
                yield Piece(row["slice"], row["name"], row["offset"], unpacked(bytes(row["data"])))
        except Exception as fault:
            raise self._failure(fault) from fault

    def close(self) -> None:
        """Stop what is asked, and hang up; a server that does not answer is not waited for."""
        goodbye = threading.Thread(target=self._goodbye, daemon=True)
        goodbye.start()
        goodbye.join(_REACH_SECONDS)
        self._session.client._channel.close()

    def _goodbye(self) -> None:
        with suppress(Exception):  # it may be gone
            self._session.interruptAll()
            self._session.client.release_session()

    def _failure(self, fault: BaseException) -> Unavailable:
        _log.warning("engine %s: %s: %s", self._where, type(fault).__name__, redacted(str(fault))[:2000])
        if is_nameless(fault):
            text = N_("De naam van de rekenserver {where} bestaat niet.")
            return Unavailable("engine.no-host", text, way_out=_MEND, where=self._where, nameless=True)
        if _status(fault) in _REFUSALS:
            text = N_("De rekenserver {where} laat Sluis niet toe.")
            return Unavailable("engine.refused", text, way_out=_MEND, where=self._where, passes=False)
        return Unavailable(
            "engine.failed",
            N_("De rekenserver {where} doet het niet ({reason})."),
            way_out=N_("Het wordt later opnieuw geprobeerd. Vraag de beheerder om `sluis doctor` te draaien."),
            where=self._where,
            reason=type(fault).__name__,
        )


def _status(fault: BaseException) -> grpc.StatusCode | None:
    if isinstance(fault, SparkConnectGrpcException):
        return fault.getGrpcStatusCode()
    return fault.code() if isinstance(fault, grpc.RpcError) else None


def shown(address: str) -> str:
    """Where the server is, without what opens it."""
    host, port = _place(address)
    return f"{host}:{port}"


def _place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or 15002
