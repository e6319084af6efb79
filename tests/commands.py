"""A command as somebody types it, in the process and on the database of the test: for tests that a process of its own
is not the point of. What a command tells the shell is the same."""

import io
import json
import sys
from contextlib import redirect_stdout
from typing import Any
from unittest.mock import patch

from sluis.cli.main import run
from sluis.cli.terminal import Speech, speech


def said(*words: object, stdin: str = "") -> tuple[int, Any]:
    """The exit code of `sluis WORDS --json`, and the document on its standard output."""
    out, code = io.StringIO(), 0
    line = ["sluis", *map(str, words), "--json"]
    with patch.object(sys, "argv", line), patch.object(sys, "stdin", io.StringIO(stdin)), redirect_stdout(out):
        try:
            run()
        except SystemExit as ending:
            code = int(ending.code or 0)
        finally:
            vars(speech).update(vars(Speech()))
    assert out.getvalue(), line
    return code, json.loads(out.getvalue())
