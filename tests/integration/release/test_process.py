"""A dossier goes through the real process: who has to do something, what goes out, and what comes back."""

from typing import Any

import pytest
from tests.integration.release.conftest import decided, ready

from sluis.foundation.service import run_until_idle
from sluis.release import public
from sluis.release import service as release
from sluis.release.types import Stage

pytestmark = pytest.mark.django_db


def test_plain_data_goes_out_with_two_people(steward: Any, owner: Any, palen: Any) -> None:
    lying = ready(steward, palen)
    assert (lying.stage, [task.element for task in lying.tasks], lying.blockers) == (
        Stage.READY_TO_DECIDE,
        ["Decide"],
        (),
    ), (lying.checks, lying.exhibits)
    decided(owner, lying)
    run_until_idle()
    done = release.dossier(by=steward, dossier_id=lying.id)
    assert (done.stage, done.failure, done.release_number) == (Stage.PUBLISHED, None, 1)
    assert public.dataset(palen.slug).kind == "open"
