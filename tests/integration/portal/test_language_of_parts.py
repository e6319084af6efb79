"""WCAG 2.2, 3.1.2 on the public pages: each text of a dataset in the other language than the page says so."""

from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from tests.integration.api import world
from tests.language_of_parts import DUTCH, ENGLISH, faults, pages

from sluis.portal.urls import urlpatterns
from sluis.release.models import PublicDataset
from sluis.release.types import Kind

DUTCH_ONLY, TWO = "alleen-nederlands", "in-twee-talen"
NAMES = [pattern.name for pattern in urlpatterns]


@pytest.fixture(scope="module")
def marked(catalogue: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One dataset that is described in Dutch only, one that is in English too, and the others that were not let out."""
    texts = ("description", "purpose", "limits", "provenance", "openness_ground")
    dutch = {name: f"{DUTCH} {name}." for name in texts} | {"title": f"{DUTCH} titel", "keywords": [DUTCH]}
    english = {f"{name}_en": f"{ENGLISH} {name}." for name in ("title", "description", "purpose", "limits")}
    with django_db_blocker.unblock():
        folder = tmp_path_factory.mktemp("marked")
        world.put_outside(DUTCH_ONLY, metadata=dutch | dict.fromkeys(english, ""), folder=folder, releases=2)
        world.put_outside(TWO, metadata=dutch | english, folder=folder, releases=2)
        for kind in (Kind.CLOSED, Kind.RESTRICTED, Kind.PLANNED, Kind.WITHDRAWN):
            world.put_outside(f"{DUTCH_ONLY}-{kind}", kind, metadata=dutch | dict.fromkeys(english, ""))
        PublicDataset.objects.filter(slug=DUTCH_ONLY).update(ground=f"{DUTCH} grond")


def addresses() -> list[str]:
    """Each page of the portal, that of a dataset for each of ours."""
    slugs = PublicDataset.objects.filter(slug__startswith=DUTCH_ONLY).values_list("slug", flat=True)
    found = []
    for name in NAMES:
        for given in ({}, *({"slug": slug} | more for slug in [TWO, *slugs] for more in ({}, {"number": 1}))):
            try:
                found.append(reverse(f"portal:{name}", kwargs=given))
            except NoReverseMatch:
                continue
    return [*found, reverse("portal:search") + f"?q={DUTCH.split()[0]}"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_text_of_a_dataset_has_its_language(marked, db, client, language):
    with override(language):
        found = dict(pages(client, addresses(), language))
    assert sum(DUTCH in page.lower() for page in found.values()) > 20
    assert language == "nl" or f"<span>{ENGLISH} title.</span>" in found[f"/en/datasets/{TWO}"]
    assert not faults(found), "\n".join(faults(found))
