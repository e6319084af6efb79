"""Who is asking, and how much at once: a token bucket per client, and a cap on long answers.

In memory per process: generous, because it has to stop a flood and not a harvester. Ready files take no tokens; they,
and streams of rows, take one of the few places for long answers, so that short questions are never kept waiting.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from sluis.foundation.service import client_address
from sluis.kernel.errors import TooMany
from sluis.kernel.text import N_

SECONDS_AT_ONCE = 10  # so many seconds' worth of questions may come together
CLIENTS = 50_000
LONG_PER_CLIENT = 3


class Buckets:
    """Token buckets by client: `rate` tokens per second (0: no limit), at most `burst`. `clock` gives seconds.

    The least recently seen client is forgotten first.
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str, tokens: float = 1.0) -> None:
        """Raises TooMany, with the seconds to wait, when the bucket is empty."""
        if not self.rate:
            return
        now = self.clock()
        with self._lock:
            left, seen = self._left.pop(client, (self.burst, now))
            left = min(self.burst, left + (now - seen) * self.rate)
            enough = left >= tokens
            self._left[client] = (left - tokens if enough else left, now)
            if len(self._left) > CLIENTS:
                self._left.popitem(last=False)
        if not enough:
            raise _too_many("api.rate", 1 + int((tokens - left) / self.rate))


class Places:
    """Places for long answers: so many in this process, so many per client."""

    def __init__(self, total: Callable[[], int], per_client: int = LONG_PER_CLIENT) -> None:
        self.total, self.per_client = total, per_client
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, client: str) -> Callable[[], None]:
        """Returns what gives the place back; doing that twice is harmless. Raises TooMany."""
        with self._lock:
            mine = self._held.get(client, 0)
            if mine >= self.per_client or sum(self._held.values()) >= self.total():
                raise _too_many("api.busy", 5)
            self._held[client] = mine + 1
        returned = threading.Event()

        def give_back() -> None:
            with self._lock:
                if returned.is_set():
                    return
                returned.set()
                self._held[client] -= 1
                if not self._held[client]:
                    del self._held[client]

        return give_back


class Held:
    """A body that gives its place back when it is read to the end, or dropped."""

    def __init__(self, parts: Iterable[bytes], give_back: Callable[[], None]) -> None:
        self.parts, self.give_back = parts, give_back

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.parts
        finally:
            self.close()

    def close(self) -> None:
        closing = getattr(self.parts, "close", None)
        try:
            if closing:
                closing()
        finally:
            self.give_back()


buckets = Buckets(settings.SLUIS.api_rate, settings.SLUIS.api_rate * SECONDS_AT_ONCE)
places = Places(lambda: max(2, settings.SLUIS.web_threads - 2))


def hold(response: StreamingHttpResponse, give_back: Callable[[], None]) -> StreamingHttpResponse:
    response.streaming_content = Held(cast("Iterator[bytes]", response.streaming_content), give_back)
    return response


def while_sent(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A response that streams holds a place of its asker until it is sent; without a place it is closed again.

    Raises TooMany.
    """
    if isinstance(response, StreamingHttpResponse):
        try:
            return hold(response, places.take(client_address(request)))
        except BaseException:
            response.close()
            raise
    return response


def _too_many(code: str, seconds: int) -> TooMany:
    return TooMany(
        code,
        N_("U vraagt te veel tegelijk. Probeer het over {retry_after} seconden opnieuw."),
        way_out=N_("Wilt u alles hebben? Download dan het hele bestand."),
        retry_after=seconds,
    )
