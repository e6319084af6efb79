"""What rooms above hand in: what a service task does, what goes with completing a task, who wants to know of a move.

Filled when somebody looks for the first time, by what `AppConfig.ready` gave to `later`; a name can be taken once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sluis.kernel.later import Later, once
from sluis.process.types import NoticeRecord, Transition, Work

if TYPE_CHECKING:
    from sluis.process.dmn.compare import Recorded

type Handler = Callable[[Work], Mapping[str, Any] | None]
type Completion = Callable[[Work, Mapping[str, Any], str], Mapping[str, Any] | None]
type Listener = Callable[[Transition], None]
type Asked = Callable[[str, int], Iterable[Recorded]]
type Letter = Callable[[NoticeRecord, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Handling:
    """`atomic`: runs inside the transaction that also moves the instance, so its effects and the step are one."""

    run: Handler
    atomic: bool


_handlers: dict[str, Handling] = {}
_completions: dict[str, Completion] = {}
_listeners: list[Listener] = []
_letters: list[Letter] = []
_asked: list[Asked] = []
_later = Later()


def later(hand_in: Callable[[], None]) -> None:
    """Let the function hand in what its room has, when somebody looks: what does the work loads much. Call in
    `AppConfig.ready`."""
    _later.add(hand_in)


def handler(name: str, *, atomic: bool = False) -> Callable[[Handler], Handler]:
    """Let the function do the service tasks with `sluis:handler="name"`.

    It gets `Work` and returns what the variable of `sluis:result` gets (a mapping of plain JSON values, or None).
    It may run more than once for one `run_id` (a worker died) unless it is atomic. A `SluisError` fails the step for
    good; `Unavailable` and anything else is tried again.
    """

    def register(function: Handler) -> Handler:
        once(name, function, _handlers[name].run if name in _handlers else None)
        _handlers[name] = Handling(function, atomic)
        return function

    return register


def completion(name: str) -> Callable[[Completion], Completion]:
    """Let the function run inside the transaction that completes a task with `sluis:completion="name"`.

    It gets `Work` (with `by` the person), the answers and the opaque `expected` of the caller; returns variables to
    merge. What it raises undoes everything and reaches the caller.
    """

    def register(function: Completion) -> Completion:
        once(name, function, _completions.get(name))
        _completions[name] = function
        return function

    return register


def on_transition(function: Listener) -> Listener:
    """Call the function inside the transaction of each move of an instance. What it raises undoes the move."""
    if function not in _listeners:
        _listeners.append(function)
    return function


def asked(function: Asked) -> Asked:
    """Let the function tell what a room asked a policy outside the business rules of a process, in a handler say.

    It gets the key of a policy and how many are wanted at most, and gives the newest; `id` is that of the instance.
    """
    if function not in _asked:
        _asked.append(function)
    return function


def askers() -> tuple[Asked, ...]:
    _later.done()
    return tuple(_asked)


def letter(function: Letter) -> Letter:
    """Let the function write the mail of a notice: (notice, language) → (subject, text). The last one counts."""
    _letters[:] = [function]
    return function


def letter_writer() -> Letter | None:
    return _letters[0] if _letters else None


def handling(name: str) -> Handling | None:
    _later.done()
    return _handlers.get(name)


def completing(name: str) -> Completion | None:
    _later.done()
    return _completions.get(name)


def listeners() -> tuple[Listener, ...]:
    _later.done()
    return tuple(_listeners)


def handler_names() -> frozenset[str]:
    _later.done()
    return frozenset(_handlers)


def completion_names() -> frozenset[str]:
    _later.done()
    return frozenset(_completions)
