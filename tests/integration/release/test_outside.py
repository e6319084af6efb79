"""What the outside can and cannot see: no draft, no half release, and a projection that can be made again."""

import json
from contextlib import suppress
from dataclasses import asdict, is_dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from pyoxigraph import RdfFormat, parse
from tests.integration.release.conftest import PALEN, decided, describe, documents, hand_in, publish, ready

from sluis.foundation.models import Job
from sluis.foundation.service import blobs, run_until_idle
from sluis.kernel.errors import Conflict, Invalid, NotFound, TooMany, Unavailable
from sluis.register import service as register
from sluis.register.dcat import head_triples
from sluis.register.dcat import ready as ready_texts
from sluis.release import public
from sluis.release import service as release
from sluis.release.models import (
    Decision,
    Feedback,
    PublicDataset,
    PublicFeedPart,
    PublicFile,
    PublicGround,
    PublicReleaseRow,
    PublicTable,
    PublicTheme,
    Release,
)
from sluis.release.types import SearchRequest, Stage

pytestmark = pytest.mark.django_db
CANARY = "kanariepietje"


def _everything_public() -> str:
    """Every public query there is, as text."""
    answers: list[Any] = [
        public.search(SearchRequest()),
        public.search(SearchRequest(text=CANARY)).hits,
        public.not_open(),
        public.planned(),
        public.withdrawn(),
        public.latest(100),
        public.theme_counts(),
        public.counts(),
        documents(),
        _feed(),
        public.catalogue(),
        public.sitemap_page(),
    ]
    for slug in PublicDataset.objects.values_list("slug", flat=True):
        answers += [
            public.dataset(slug),
            public.releases(slug),
            public.table(slug),
            public.public_feedback_of(slug=slug),
        ]
    return json.dumps([asdict(a) if is_dataclass(a) else repr(a) for a in answers], default=repr)


def _feed() -> str:
    page = public.feed_page(public.feed_state(1, 500), "text/turtle")
    head = head_triples(public.catalogue(), page.members)
    return ready_texts.page(head, page.texts, "text/turtle", settings.SLUIS.url).decode()


@pytest.mark.parametrize("stage", ["draft", "ready", "decided", "returned", "edited"])
def test_a_draft_is_never_seen_outside(published, merwede, steward, owner, tmp_path, stage, palen):
    if stage == "edited":
        now = register.get(by=steward, dataset_id=palen.id)
        changes = {"purpose": f"Een {CANARY}.", "keywords": [CANARY]}
        register.change(by=steward, dataset_id=palen.id, changes=changes, expected_version=now.version)
        hand_in(steward, palen, {CANARY: [1]}, tmp_path)
    else:
        draft = describe(steward, merwede, f"Een {CANARY}")
        hand_in(steward, draft, {CANARY: [1]}, tmp_path)
        with pytest.raises(NotFound):
            public.dataset(draft.slug)
    if stage in ("ready", "decided", "returned"):
        lying = ready(steward, draft)
        if stage == "decided":
            decided(owner, lying)
        if stage == "returned":
            answers = {"decision": "return", "motivation": CANARY, "returnTo": "intake", "returnReason": CANARY}
            release.answer(by=owner, dossier_id=lying.id, element="Decide", answers=answers)
    assert CANARY not in _everything_public()
    assert "laadpalen" in _everything_public()


class _Killed(BaseException):
    """As if the process was killed here."""


@pytest.mark.parametrize(
    "where",
    [
        "sluis.release.publishing.files_of",
        "sluis.release.publishing.release",
        "sluis.release.outside.mark",
        "sluis.release.projection.project",
        "sluis.release.outside._told",
    ],
)
def test_a_crash_leaves_nothing_half_and_a_second_try_finishes(palen, steward, owner, monkeypatch, where):
    lying = ready(steward, palen)
    decided(owner, lying)

    def killed(*_: object, **__: object) -> None:
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(where, killed)
        with suppress(_Killed), transaction.atomic():
            run_until_idle()
    assert register.get(by=steward, dataset_id=palen.id).publication == "draft"
    assert release.dossier(by=steward, dossier_id=lying.id).stage is Stage.DECIDED
    assert Release.objects.count() == PublicDataset.objects.count()
    Job.objects.filter(state="running").update(state="ready", lease_until=None)
    run_until_idle()
    assert Release.objects.count() == 1
    assert public.dataset(palen.slug).rows == 4


def test_the_projection_can_be_made_again(published, palen, steward, owner, manager, merwede, tmp_path):
    hand_in(steward, palen, {"paal": [7]}, tmp_path)
    publish(steward, owner, palen)
    other = describe(steward, merwede, "Fietstellingen")
    hand_in(steward, other, PALEN, tmp_path)
    publish(steward, owner, other)
    release.withdraw(by=manager, dataset_id=other.id, reason="Fout in de telling.")
    before = _dump()
    PublicDataset.objects.update(title="stuk")
    PublicTheme.objects.all().delete()
    assert release.rebuild_projection() == 2
    assert _dump() == before


def _dump() -> dict[str, list[Any]]:
    """All public rows without their own numbers and the mark for the index."""
    found: dict[str, list[Any]] = {}
    for model in (PublicDataset, PublicTheme, PublicGround, PublicReleaseRow, PublicFile, PublicTable, PublicFeedPart):
        rows = []
        for row in model.objects.all():
            slug = row.slug if isinstance(row, PublicDataset) else row.dataset.slug
            named = [f.name for f in model._meta.concrete_fields if f.name not in ("id", "dataset", "revision")]
            rows.append((slug, *(repr(getattr(row, name)) for name in named)))
        found[model.__name__] = sorted(rows)
    return found


def test_the_sweep_keeps_what_is_public_and_lets_go_of_what_was_withdrawn(published, palen, manager):
    csv = public.file(palen.slug, "csv").sha256
    blobs.sweep(older_than_seconds=-5)
    assert blobs.path(csv).exists()
    release.withdraw(by=manager, dataset_id=palen.id, reason="Weg ermee.")
    blobs.sweep(older_than_seconds=-5)
    with pytest.raises(NotFound):
        blobs.path(csv)


def test_the_feed_fits_the_register_s_own_shapes(published):
    from sluis.register import shapes

    assert shapes.validate([quad.triple for quad in parse(_feed(), format=RdfFormat.TURTLE)]) == []
    with pytest.raises(NotFound):
        public.feed_state(2, 500)


def test_feedback_is_public_without_the_visitor(published, palen, steward, stranger):
    given = release.give_feedback(
        slug=palen.slug, text="Paal 3 staat verkeerd.", email="jan@voorbeeld.nl", ip="1.2.3.4"
    )
    assert release.public_feedback(number=given.number).status == "received"
    lying = release.feedback_for(by=steward)[0]
    assert (lying.text, lying.email) == ("Paal 3 staat verkeerd.", "jan@voorbeeld.nl")
    assert release.feedback_for(by=stranger) == ()
    with pytest.raises(NotFound):
        release.answer_feedback(by=stranger, feedback_id=lying.id, text="Nee.")
    release.answer_feedback(by=steward, feedback_id=lying.id, text="Dank, we verplaatsen hem.")
    seen = release.public_feedback(number=given.number.lower())
    assert (seen.status, seen.answer) == ("answered", "Dank, we verplaatsen hem.")
    assert "jan@" not in repr(seen)
    with pytest.raises(Conflict):
        release.answer_feedback(by=steward, feedback_id=lying.id, text="Nog eens.")


def test_feedback_is_limited_per_address_and_a_trap_keeps_nothing(published, palen):
    cache.clear()
    trapped = release.give_feedback(slug=palen.slug, text="Koop nu", trap="x", ip="9.9.9.9")
    assert trapped.status == "received"
    assert not Feedback.objects.exists()
    for host in range(5):
        release.give_feedback(slug=palen.slug, text="Hallo", ip=f"2001:db8:1:2::{host}")
    with pytest.raises(TooMany):
        release.give_feedback(slug=palen.slug, text="Hallo", ip="2001:db8:1:2::99")
    release.give_feedback(slug=palen.slug, text="Hallo", ip="2001:db8:1:3::1")


@pytest.mark.parametrize(("text", "email"), [(" ", ""), ("x" * 4001, ""), ("hoi", "geen adres")])
def test_feedback_that_cannot_be_is_refused(published, palen, text, email):
    with pytest.raises(Invalid):
        release.give_feedback(slug=palen.slug, text=text, email=email, ip="1.1.1.1")
    with pytest.raises(NotFound):
        release.give_feedback(slug="bestaat-niet", text="hoi")


def test_everything_outside_follows_the_address_of_the_installation(published, palen, settings):
    decided = Decision.objects.values_list("sha256", flat=True).get()
    for base in ("https://data.merwede.example", "http://10.0.0.1:9000"):
        settings.SLUIS = replace(settings.SLUIS, base_url=base)
        found = public.dataset(palen.slug)
        assert found.uri == found.document["uri"] == f"{base}/id/dataset/{palen.slug}"
        feed = _feed()
        assert f"{base}/api/v1/datasets/{palen.slug}/releases/1/download/csv" in feed
        assert "testserver" not in feed
        assert public.release(palen.slug, 1).decision["uri"].startswith(base)
    assert decided == Decision.objects.values_list("sha256", flat=True).get() == public.release(palen.slug, 1).sha256


def test_counts_are_walked_once_per_change_and_follow_every_change(published, owner, django_assert_num_queries):
    before = public.counts()
    public.theme_counts()
    with django_assert_num_queries(2):  # only whether anything changed
        assert public.counts() == before
        public.theme_counts()
    release.withdraw(by=owner, dataset_id=published.dataset_id, reason="De plaatsen kloppen niet.")
    after = public.counts()
    assert (after["open"], after["withdrawn"]) == (before["open"] - 1, before["withdrawn"] + 1)
    assert after["rows"] != before["rows"]


@pytest.mark.parametrize("code", ["storage.away", "storage.damaged"])
def test_only_what_is_wrong_takes_a_release_back_and_not_that_nobody_can_look(
    monkeypatch, fixed_clock, steward, owner, palen, code
):
    is_whole, asked = blobs.is_whole, []

    def looked(sha256: str) -> bool:
        asked.append(sha256)
        if len(asked) == 1:
            raise Unavailable(code, "")
        return is_whole(sha256)

    decided(owner, ready(steward, palen))
    monkeypatch.setattr(blobs, "is_whole", looked)
    run_until_idle()
    standing = Release.objects.filter(status=Release.Status.CURRENT)
    assert standing.exists() is (code == "storage.away")
    fixed_clock.advance(timedelta(minutes=10))
    run_until_idle()
    assert standing.exists() is (code == "storage.away")
    if code == "storage.away":
        assert len(asked) > 1
        assert public.dataset(palen.slug)
