"""How fetching can fail."""

from typing import Any

from sluis.kernel.errors import Invalid, Unavailable
from sluis.kernel.text import N_


class EgressRefused(Invalid):
    """The address itself is not one we go to. `code` says which rule."""

    def __init__(self, code: str, message: str, *, url: str, way_out: str = "", **params: Any) -> None:
        way_out = way_out or N_("Gebruik een openbaar webadres dat begint met https://.")
        super().__init__(code, message, way_out=way_out, url=url, **params)


class RemoteTooBig(Invalid):
    def __init__(self, *, url: str, max_bytes: int) -> None:
        super().__init__(
            "egress.too-big",
            N_("Het antwoord van {url} is groter dan {limit} MB."),
            way_out=N_("Vraag een kleiner deel op, of upload het bestand zelf."),
            url=url,
            limit=round(max_bytes / 1_000_000, 1),
        )


class RemoteTooSlow(Unavailable):
    def __init__(self, *, url: str) -> None:
        super().__init__(
            "egress.too-slow",
            N_("{url} antwoordt niet op tijd."),
            way_out=N_("Probeer het later opnieuw."),
            url=url,
        )


class RemoteFailed(Unavailable):
    def __init__(self, *, url: str) -> None:
        super().__init__(
            "egress.failed",
            N_("Het lukte niet om {url} op te halen."),
            way_out=N_("Controleer het adres en probeer het later opnieuw."),
            url=url,
        )


class RemoteNameless(Unavailable):
    def __init__(self, *, url: str, host: str) -> None:
        super().__init__(
            "egress.no-host",
            N_("De naam {host} bestaat niet op internet of in uw netwerk."),
            way_out=N_("Kijk of het adres goed is geschreven, en of het niet is verhuisd."),
            url=url,
            host=host,
            nameless=True,
        )
