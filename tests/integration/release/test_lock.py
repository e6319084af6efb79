"""From intake to release and back, by the operations that pages and command line use."""

import pytest

from sluis.foundation.service import audit, run_until_idle
from sluis.kernel.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, NotSignedIn, Stale
from sluis.kernel.actor import SYSTEM, VISITOR
from sluis.register import service as register
from sluis.release import public
from sluis.release import service as release
from sluis.release.models import Decision, Preparer, Release
from sluis.release.types import Kind, Outcome, SearchRequest, Stage, Verdict
from tests.integration.release.conftest import GROUND, MOTIVATION, PALEN, decided, describe, hand_in, person, publish, ready

pytestmark = pytest.mark.django_db


def test_from_file_to_public_dataset(published, palen, steward, owner):
    assert published.failure is None
    assert published.stage is Stage.PUBLISHED
    assert published.release_number == 1
    assert [check.verdict for check in published.checks if check.blocks_open] == []
    found = public.dataset(palen.slug)
    assert (found.kind, found.rows, found.columns, found.release) == (Kind.OPEN, 4, 3, 1)
    assert set(found.formats) == {"parquet", "csv", "json"}
    for name in found.formats:
        file = public.file(palen.slug, name)
        assert file.path.stat().st_size == file.size
    assert public.table(palen.slug).columns[1].name == "plaats"
    assert [hit.card.slug for hit in public.search(SearchRequest(text="laadpaal")).hits] == [palen.slug]
    assert register.get(by=steward, dataset_id=palen.id).publication == "published"
    assert found.document["decision"]["role"] == "data_owner"
    assert owner.key not in str(found.document)
    assert audit.verify().sound
