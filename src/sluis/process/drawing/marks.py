"""The small signs of BPMN, each around the origin: `M` paths that a `<path>` moves to its place.

Class `line` is drawn with a stroke only, `solid` is filled. Drawn for Sluis after the tables of the standard
(BPMN 2.0.2, chapter 7.3 and 10), in the size of a 36-pixel event.
"""

Sign = tuple[tuple[str, str], ...]

_CIRCLE = "M{r} 0a{r} {r} 0 1 1 -{d} 0a{r} {r} 0 1 1 {d} 0z"


def circle(radius: float) -> str:
    return _CIRCLE.format(r=f"{radius:g}", d=f"{2 * radius:g}")


_ENVELOPE = "M-8 -5.5h16v11h-16z"
_PENTAGON = "M0 -8.5L8.1 -2.6L5 6.9H-5L-8.1 -2.6z"
_BOLT = "M-7.5 7L-3 -6L2.5 2L7.5 -7L3 6.5L-2.5 -1.5z"
_ARROWHEAD = "M0 -9L6.5 8L0 1.5L-6.5 8z"
_CROSS = "M-7.5 -4.5L-4.5 -7.5L0 -3L4.5 -7.5L7.5 -4.5L3 0L7.5 4.5L4.5 7.5L0 3L-4.5 7.5L-7.5 4.5L-3 0z"
_REWIND = "M-8.5 0L0 -6V6zM0 0L8.5 -6V6z"
_LINK = "M-8.5 -3H1V-7L9 0L1 7V3H-8.5z"
_PLUS = "M-2.5 -8H2.5V-2.5H8V2.5H2.5V8H-2.5V2.5H-8V-2.5H-2.5z"
_SHEET = "M-6 -8H6V8H-6zM-3.5 -4.5H3.5M-3.5 -1.5H3.5M-3.5 1.5H3.5M-3.5 4.5H3.5"
_CLOCK = f"{circle(8.5)}M0 -5V0L4 2.5M0 -8.5V-7M0 8.5V7M8.5 0H7M-8.5 0H-7"

_EVENTS: dict[str, str] = {
    "error": _BOLT,
    "escalation": _ARROWHEAD,
    "cancel": _CROSS,
    "compensate": _REWIND,
    "link": _LINK,
    "signal": "M0 -8L8 6H-8z",
    "multiple": _PENTAGON,
    "parallel": _PLUS,
}


def event(kind: str, *, throws: bool) -> Sign:
    """Filled when the event throws, an outline when it catches."""
    if kind == "message":
        return (("solid", _ENVELOPE), ("gap", "M-8 -5.5L0 1L8 -5.5")) if throws else (
            ("line", _ENVELOPE + "L0 1L8 -5.5"),
        )  # fmt: skip
    if kind == "terminate":
        return (("solid", circle(9.5)),)
    if kind in ("timer", "conditional"):
        return (("line", _CLOCK if kind == "timer" else _SHEET),)
    return (("solid" if throws else "line", _EVENTS[kind]),) if kind in _EVENTS else ()


_GEAR = (
    circle(2.6) + "M-1.3 -7H1.3L1.8 -5L3.4 -4.2L5.3 -5.4L7 -3.3L5.3 -1.6L5.6 .2L7.4 1.3L6.2 3.7L4 3.5L2.6 4.8L2.7 7"
    "H-.6L-1.6 5L-3.4 4.4L-5.3 5.3L-7 3.1L-5.4 1.4L-5.6 -.5L-7.3 -1.8L-6 -4.1L-3.8 -3.7L-2.2 -4.9z"
)
_PERSON = "M-6.5 7.5V4.5C-6.5 1.5 -3.5 .3 -2 0A4 4 0 1 1 2 0C3.5 .3 6.5 1.5 6.5 4.5V7.5z"
_HAND = (
    "M-7 -2.5L-1 -6.5C.5 -7.3 1.5 -6 .7 -5L-1 -3H6.2C7.6 -3 7.6 -.9 6.2 -.9H2.5M6 -.9C7.2 -.9 7.2 1.2 5.8 1.2H2.5"
    "M5.3 1.2C6.5 1.2 6.4 3.2 5 3.2H2.5M4.4 3.2C5.6 3.2 5.5 5.2 4 5.2H-4L-7 4z"
)
_SCROLL = "M-3.5 -7H7C3 -4 3 -2 5 1S6 6 3.5 7H-7C-3 4 -3 2 -5 -1S-6 -6 -3.5 -7zM-3 -3H2M-2 0H3M-1 3H4"
_TABLE = "M-7.5 -5.5H7.5V5.5H-7.5zM-7.5 2H7.5M-3 -2V5.5"

TASKS: dict[str, Sign] = {
    "userTask": (("line", _PERSON),),
    "manualTask": (("line", _HAND),),
    "serviceTask": (("line", _GEAR),),
    "sendTask": (("solid", _ENVELOPE), ("gap", "M-8 -5.5L0 1L8 -5.5")),
    "receiveTask": (("line", _ENVELOPE + "L0 1L8 -5.5"),),
    "scriptTask": (
        ("line", "M-3.5 -7H7C3 -4 3 -2 5 1S6 6 3.5 7H-7C-3 4 -3 2 -5 -1S-6 -6 -3.5 -7zM-3 -3H2M-2 0H3M-1 3H4"),
    ),
    "businessRuleTask": (("line", _TABLE), ("solid", "M-7.5 -5.5H7.5V-2H-7.5z")),
}

GATEWAYS: dict[str, Sign] = {
    "exclusiveGateway": (("heavy", "M-7 -8L7 8M7 -8L-7 8"),),
    "parallelGateway": (("heavy", "M0 -11V11M-11 0H11"),),
    "inclusiveGateway": (("heavy", circle(10)),),
    "complexGateway": (("heavy", "M0 -11V11M-11 0H11M-8 -8L8 8M8 -8L-8 8"),),
}


def event_gateway(*, instantiates: bool, parallel: bool) -> Sign:
    rings = circle(13) if instantiates else circle(13) + circle(10.5)
    inside = "M-2 -7H2V-2H7V2H2V7H-2V2H-7V-2H-2z" if parallel else "M0 -6.8L6.5 -2.1L4 5.5H-4L-6.5 -2.1z"
    return (("line", rings), ("line", inside))


BELOW: dict[str, Sign] = {
    "loop": (("line", "M-2.5 5.5A6 6 0 1 1 2.5 5.5M-6.5 6.3L-2.5 5.5L-3 1.5"),),
    "instances": (("heavy", "M-4.5 -6V6M0 -6V6M4.5 -6V6"),),
    "sequential": (("heavy", "M-6 -4.5H6M-6 0H6M-6 4.5H6"),),
    "compensation": (("line", _REWIND),),
    "ad-hoc": (("heavy", "M-7 2C-5 -4 -2 -3 0 0S5 3 7 -2"),),
    "collapsed": (("line", "M-7 -7H7V7H-7zM0 -4.5V4.5M-4.5 0H4.5"),),
}
