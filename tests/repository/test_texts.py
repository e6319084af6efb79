"""Every text of the interface has its English."""

import subprocess
import sys

from tests.conftest import REPOSITORY


def test_every_text_has_its_english():
    check = subprocess.run(
        [sys.executable, "tools/messages.py", "--check"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr
