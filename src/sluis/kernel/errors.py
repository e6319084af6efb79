"""One family of errors, without HTTP.

    SluisError
    ├── Invalid       the input is wrong; names file, row and column where it can
    ├── NotSignedIn   nobody is signed in
    ├── NotAllowed    you may see this, but not do it
    ├── NotFound      does not exist, or you may not know that it does
    ├── Gone          existed, withdrawn; carries the reason
    ├── Conflict      the state does not allow it (wrong step, four eyes)
    ├── Stale         somebody else changed it first
    ├── TooMany       over a rate or a quota
    └── Unavailable   try again later

`web/problem.py` alone turns these into RFC 9457 problem documents. A concrete error lives beside what raises it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sluis.kernel.text import N_

ENGLISH = "english"  # of the params: names of the places that hold words of a program, which speaks English


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input.

    `field` is a form field or column name; `row` counts from 1 as the reader of the file counts lines.
    """

    message: str
    field: str = ""
    row: int | None = None
    params: Mapping[str, Any] | None = None

    def text(self, translate: Any = str) -> str:
        return fill(self.message, self.params or {}, translate)


class SluisError(Exception):
    """Base of all expected failures.

    `message` is a Dutch source text with `{named}` places, filled from `params`. `way_out` says what the reader can do.
    `english="reason"` among the params says that the place `reason` holds what a program said, in English.
    """

    kind: ClassVar[str] = "error"
    title: ClassVar[str] = N_("Er ging iets mis")

    def __init__(
        self,
        code: str,
        message: str,
        *,
        way_out: str = "",
        faults: Sequence[Fault] = (),
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.way_out = way_out
        self.faults = tuple(faults)
        self.params = params

    def detail(self, translate: Any = str) -> str:
        """The whole message in one language; `translate` is gettext or the identity."""
        parts = [fill(self.message, self.params, translate)]
        if self.way_out:
            parts.append(fill(self.way_out, self.params, translate))
        return " ".join(parts)

    def __str__(self) -> str:
        return self.detail()


class Invalid(SluisError):
    kind = "invalid"
    title = N_("De invoer klopt niet")


class NotSignedIn(SluisError):
    kind = "not-signed-in"
    title = N_("U bent niet ingelogd")


class NotAllowed(SluisError):
    kind = "not-allowed"
    title = N_("Dit mag u niet doen")


class NotFound(SluisError):
    kind = "not-found"
    title = N_("Niet gevonden")


class Gone(SluisError):
    kind = "gone"
    title = N_("Ingetrokken")


class Conflict(SluisError):
    kind = "conflict"
    title = N_("Dit kan nu niet")


class Stale(SluisError):
    kind = "stale"
    title = N_("Iemand anders heeft dit intussen gewijzigd")


class TooMany(SluisError):
    kind = "too-many"
    title = N_("Te veel tegelijk")


class Unavailable(SluisError):
    """With `passes=False` waiting alone does not help: it is too heavy, damaged, or to be mended by somebody.

    With `nameless=True` it stands under a name that does not exist (`foundation.nameless`): that passes soon or never.
    """

    kind = "unavailable"
    title = N_("Even niet beschikbaar")

    @property
    def passes(self) -> bool:
        """Something outside is away, and comes back by itself."""
        return self.params.get("passes") is not False


KINDS: dict[str, type[SluisError]] = {
    cls.kind: cls for cls in (Invalid, NotSignedIn, NotAllowed, NotFound, Gone, Conflict, Stale, TooMany, Unavailable)
}


def to_wire(error: SluisError) -> dict[str, Any]:
    """Shape for crossing a process border (sandbox, job): kind, code, message, way_out, params, faults."""
    return {
        "kind": error.kind,
        "code": error.code,
        "message": error.message,
        "way_out": error.way_out,
        "params": dict(error.params),
        "faults": [
            {"message": f.message, "field": f.field, "row": f.row, "params": dict(f.params or {})} for f in error.faults
        ],
    }


def from_wire(wire: Mapping[str, Any]) -> SluisError:
    """Inverse of `to_wire`; an unknown kind becomes `Invalid`, never a crash."""
    cls = KINDS.get(str(wire.get("kind")), Invalid)
    faults = [
        Fault(message=f["message"], field=f.get("field", ""), row=f.get("row"), params=f.get("params"))
        for f in wire.get("faults", ())
    ]
    return cls(
        str(wire.get("code", "unknown")),
        str(wire.get("message", "")),
        way_out=str(wire.get("way_out", "")),
        faults=faults,
        **{k: v for k, v in dict(wire.get("params", {})).items() if k not in _RESERVED},
    )


_RESERVED = {"code", "message", "way_out", "faults", "self"}


_PLACE = re.compile(r"\{(\w+)\}")


def fill(message: str, params: Mapping[str, Any], translate: Any = str) -> str:
    """Translate `message`, then fill its `{name}` places by plain substitution: a text cannot reach into its values.

    A place whose name ends in `_term` holds a source text itself (`{expected_term}`): it is translated too, and filled
    from the same params.
    """

    def value(place: re.Match[str]) -> str:
        found = str(params.get(place[1], place[0]))
        if not place[1].endswith("_term"):
            return found
        others = {name: value for name, value in params.items() if name != place[1]}
        return fill(found, others, translate)

    return _PLACE.sub(value, str(translate(message)))
