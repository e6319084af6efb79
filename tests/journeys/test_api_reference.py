"""docs/reference/api.md: every command runs against a real server and gives what stands under it."""

import os
import re
import shutil
import subprocess

import pytest

from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")]
PAGE = (REPOSITORY / "docs/reference/api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(curl [^\n]+)\n```\n\n```(?:json|csv|text|turtle)\n(.+?)\n```", PAGE, re.DOTALL)


def test_every_command_has_its_answer():
    assert len(EXAMPLES) == len(re.findall(r"^curl ", PAGE, re.MULTILINE)) >= 10


@pytest.mark.parametrize(("command", "answer"), EXAMPLES, ids=[command[-60:] for command, _ in EXAMPLES])
def test_the_command_gives_this_answer(site, command, answer):
    run = subprocess.run(
        ["bash", "-c", command], env=os.environ | {"SLUIS": site.url}, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()
    given = run.stdout.decode()
    for line in answer.splitlines():
        for part in line.split("…"):
            assert part.strip() in given, (part, given[:600])
