"""The near side: start the child, watch it, kill it, and turn what happened into a result or an error."""

import json
import os
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sluis.foundation.sandbox import landlock, seccomp
from sluis.foundation.sandbox.limits import Limits
from sluis.foundation.sandbox.outcome import Crashed, NoSandbox, SandboxFailure
from sluis.foundation.sandbox.program import lists, program_files
from sluis.foundation.sandbox.warm import Child, fork
from sluis.foundation.sandbox.watch import Watch
from sluis.kernel.errors import SluisError

_HERE = Path(__file__).parent


@dataclass
class _Policy:
    strict: bool = True
    code: tuple[Path, ...] = ()


_policy = _Policy()


def configure(*, strict: bool = True, code: Sequence[Path] = ()) -> None:
    """Set the policy of this process.

    `strict=False` runs without Landlock or seccomp where the kernel has none: for a developer's machine, never for
    a site. `code` are folders, besides the installed packages, in which entries may live (tests).
    """
    _policy.strict, _policy.code = strict, tuple(code)


def available() -> dict[str, Any]:
    """What this kernel offers: `landlock` (ABI number, 0 is none), `seccomp` (bool), `strict`, `ok`."""
    offer = {"landlock": landlock.abi(), "seccomp": seccomp.supported(), "strict": _policy.strict}
    return offer | {"ok": bool(offer["landlock"] and offer["seccomp"])}


def run(
    entry: str,
    request: Mapping[str, Any],
    *,
    reads: Sequence[Path],
    writes: Path | None,
    limits: Limits | None = None,
    on_progress: Callable[[float, str], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Call `entry` ("package.module:function") with `request` in a throwaway process and return its result.

    The function has the signature `(request: dict, progress: Callable[[float, str], None]) -> dict`; both dicts
    must be JSON. It may read `reads` (files or folders) and write only below `writes`, which is also its working
    folder; with `writes=None` it works in a folder that disappears afterwards. `stopped` is asked many times a second
    while it runs, so it must be cheap; once it says yes the child is killed.
    Raises what the entry raised when that is a SluisError, and else a SandboxFailure.
    """
    limits = limits or Limits()
    with _counted(entry), ExitStack() as stack:
        _require_fence()
        folder = writes or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sluis-")))
        order = _order(entry, request, [path.resolve(strict=True) for path in reads], folder.resolve(strict=True))
        child, channel, errors = _start(
            stack, order | {"limits": asdict(limits), "environment": _environment(folder, limits)}
        )
        return Watch(child, channel, errors, folder, limits, on_progress, stopped).result()


def made_file(folder: Path, told: str) -> Path:
    """A file that a child says it made in its folder: nothing outside it, whatever the child says. Raises Crashed."""
    path = folder / Path(told).name
    if path.is_symlink() or not path.is_file():
        raise Crashed(f"no file {told!r}")
    return path


@contextmanager
def _counted(entry: str) -> Generator[None]:
    """Note how long the run took and how it ended."""
    from sluis.foundation.telemetry.instruments import SANDBOX, timed  # not above: the child has no use for them
    from sluis.foundation.telemetry.tracing import span

    with span("sandbox", entry=entry), timed(SANDBOX, entry) as timing:
        try:
            yield
        except SluisError as error:
            timing.outcome = error.code if isinstance(error, SandboxFailure) else "refused"
            raise


def _require_fence() -> None:
    offer = available()
    if _policy.strict and not offer["ok"]:
        raise NoSandbox("seccomp" if offer["landlock"] else "Landlock")


def _order(entry: str, request: Mapping[str, Any], reads: list[Path], folder: Path) -> dict[str, Any]:
    for path in reads:
        if path.is_relative_to(folder):
            raise ValueError(f"{path} lies in the writable folder; the child could overwrite its own input")
    return {
        "entry": entry,
        "request": request,
        "folder": str(folder),
        "strict": _policy.strict,
        "fence": str(_HERE),
        "code": [str(path) for path in _policy.code],
        "reads": [*program_files(), *map(str, _policy.code), *map(str, reads)],
        "lists": list(lists()),
        "writes": [str(folder), "/dev/null"],
    }


def _start(stack: ExitStack, order: Mapping[str, Any]) -> tuple[Child, int, int]:
    """The child, and our ends of its messages and of its traces."""
    # A file rather than a pipe: a child that dies before reading cannot block us.
    orders = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    orders.write(json.dumps(order).encode())
    orders.seek(0)
    with ExitStack() as until_born:
        channel, errors = (_pipe(stack, until_born) for _ in range(2))
        child = fork(order["entry"].partition(":")[0], orders.fileno(), channel[1], errors[1])
    stack.callback(child.end)
    return child, channel[0], errors[0]


def _pipe(ours: ExitStack, theirs: ExitStack) -> tuple[int, int]:
    """Both ends, each closed with its stack: also when there is no descriptor left for the next pipe."""
    near, far = os.pipe()
    ours.callback(os.close, near)
    theirs.callback(os.close, far)
    return near, far


def _environment(folder: Path, limits: Limits) -> dict[str, str]:
    return {
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": str(limits.threads),
    }
