"""What the sandbox tests run inside the child: ordinary work and real attacks."""

from collections.abc import Callable
from typing import Any

Progress = Callable[[float, str], None]


def echo(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    progress(0.5, "halverwege")
    return {"echo": request}
