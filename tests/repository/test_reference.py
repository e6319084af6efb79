"""Pages that follow from the code are in step with it, and every setting is in them."""

from dataclasses import fields

import pytest
from tests.conftest import REPOSITORY

from sluis.cli.reference import PAGES
from sluis.conf.env import Env


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_in_step(name: str) -> None:
    assert (REPOSITORY / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_every_setting_is_explained() -> None:
    page = (REPOSITORY / "docs/reference/settings.md").read_text(encoding="utf-8")
    for setting in fields(Env):
        assert f"`SLUIS_{setting.name.upper()}`" in page
        assert setting.metadata["help"] in page
