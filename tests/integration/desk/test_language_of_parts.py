"""WCAG 2.2, 3.1.2 on the desk: what people wrote says its language on each page in the other one."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from tests.integration.desk.test_access import DESK, POSTS, address
from tests.language_of_parts import DUTCH, ENGLISH, faults, pages

from sluis.foundation.service import ROLES, run_until_idle
from sluis.process import service as process
from sluis.process.types import TaskFilter
from sluis.register import service as register
from sluis.release import service as release

pytestmark = pytest.mark.django_db


def told(where: str) -> str:
    """A text of the dataset that names its place, so that a failure does."""
    return f"{DUTCH} {where}."


def last_of(answer: Any) -> str:
    """The id at the end of the address where a form leads."""
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return str(answer["Location"].rsplit("/", 1)[-1])


@pytest.fixture
def everybody(merwede: Any, person: Any) -> Any:
    return person(merwede, *ROLES, email="alles@merwede.example")


@pytest.fixture
def things(everybody: Any, merwede: Any) -> dict[str, Any]:
    """A dataset whose every text is marked, with a table, a source, a contract, a question and a dossier."""
    actor, client = everybody.actor, everybody.client
    made = register.create(by=actor, organisation_id=merwede.id, title=told("titel"))
    file = SimpleUploadedFile("straten.csv", f"{DUTCH};aantal\nKade;1\nDijk;2\n".encode())
    answer = client.post(reverse("desk:upload-form", args=[made.id]), {"file": file})
    version = last_of(answer)
    contact = register.add_contact(by=actor, organisation_id=merwede.id, name="Loket", email="loket@merwede.example")
    texts = ("description", "purpose", "limits", "provenance", "spatial_label", "legal_basis", "rights")
    changes = {name: told(name) for name in texts}
    changes |= {
        "openness": "open", "licence": "CC0", "themes": ["TRAN"], "contact": str(contact.id), "keywords": DUTCH,
        "description_en": f"{ENGLISH} description.",
    }  # fmt: skip
    register.change(by=actor, dataset_id=made.id, changes=changes, expected_version=made.version)
    run_until_idle()
    home = reverse("desk:dataset", args=[made.id])
    shapes = {"title": told("bron"), "station": "Kade", "days": "2", "mode": "replace", "every": "day", "at": "06:30"}
    source = client.post(f"{home}/bronnen/nieuw/demo", shapes | {"attempts": "5", "action": "save"})
    asked = {"title": told("vraag"), "description": told("uitleg"), "sql": "SELECT 1 AS een", "shared": "organisation"}
    question = client.post(reverse("desk:sql-new"), asked)
    client.post(f"{home}/afspraken", {"action": "propose"})
    dossier = release.open_dossier(by=actor, dataset_id=made.id)
    task = process.tasks(by=actor, filters=TaskFilter(text=DUTCH)).rows[0]
    return {
        "dataset_id": made.id, "version_id": version, "source_id": last_of(source), "dossier_id": dossier.id,
        "query_id": last_of(question), "task_id": task.id, "instance_id": task.instance_id, "connector": "demo",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_stored_text_on_the_desk_has_its_language(everybody, things, language):
    with override(language):
        addresses = [address(name, things) for name in DESK if name not in POSTS]
        found = dict(pages(everybody.client, addresses, language))
    assert sum(DUTCH in page.lower() for page in found.values()) > 25
    assert not faults(found), "\n".join(faults(found))
    other = {"nl": '<span lang="en">English</span>', "en": '<span lang="nl">Nederlands</span>'}[language]
    assert other in next(page for url, page in found.items() if url.endswith("/desk/berichten"))
