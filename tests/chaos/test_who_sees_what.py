"""Every address, by everybody, on somebody else's things: nothing is shown, nothing changes, nothing leaks outside."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.chaos.conftest import ROLES, found
from tests.chaos.world import CANARY, Kept, World, build, plan

from sluis.api import clients
from sluis.conf import access
from sluis.foundation.models import AuditEntry
from sluis.foundation.service import PUBLIC, SIGNED_IN, blobs, roles_with
from sluis.lake.models import TableVersion
from sluis.release import service as release

pytestmark = pytest.mark.django_db(transaction=True)
# The administrator keeps all accounts and jobs of the installation: there is no foreign person or job for them.
INSTALLATION_WIDE = {"desk:person", "desk:job-retry"}
# Everybody may take along what they may see themselves of the register of processing; that is noted.
NOTED = "governance.processing.exported"


@pytest.fixture(autouse=True)
def full_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluis.api.answering.buckets", clients.Buckets(rate=1e9, burst=1e9))


@pytest.fixture(scope="module")
def kept() -> Iterator[list[Kept]]:
    built: list[Kept] = []
    yield built
    for one in built:
        one.database.close()


@pytest.fixture
def world(data_folder: Path, kept: list[Kept], tmp_path_factory: pytest.TempPathFactory) -> World:
    """Built by the first test and put back for the others: building takes longer than looking."""
    if kept:
        return kept[0].put_back(data_folder)
    elsewhere = tmp_path_factory.mktemp("kept")
    built = build(found("merwede"), elsewhere)
    kept.append(Kept.of(built, data_folder, elsewhere / "data"))
    return built


def addresses(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        elif isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name or "")), set(entry.pattern.converters)


def staff_addresses(world: World) -> Iterator[tuple[str, str, str]]:
    """Name, access row and address of every page of staff, pointing at the secret things."""
    for name, keys in sorted(dict(addresses(get_resolver())).items()):
        row = access.routes()[name]
        if row == PUBLIC or not name.startswith("desk:"):
            continue
        yield name, row, reverse(name, kwargs={key: world.things[key] for key in keys})


def changes() -> int:
    return AuditEntry.objects.exclude(action=NOTED).count()


def client_of(user: Any = None) -> Client:
    client = Client(enforce_csrf_checks=False)
    if user is not None:
        client.force_login(user)
    return client


def body_of(response: Any) -> str:
    said = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    return said.decode(errors="replace")


def test_strangers_and_visitors_get_nothing_from_any_address(world: World) -> None:
    """Routes × roles × things of somebody else, generated from the addresses themselves."""
    elsewhere = found("elders")
    attackers: dict[str, Client] = {"visitor": client_of()}
    attackers |= {role: client_of(elsewhere.user(role)) for role in (*ROLES, "nobody")}
    listed = list(staff_addresses(world))
    assert len(listed) >= 40
    entries = changes()
    wrong = []
    for name, _, url in listed:
        foreign = bool(re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", url)) and name not in INSTALLATION_WIDE
        for who, client in attackers.items():
            for method in ("get", "post"):
                response = getattr(client, method)(url)
                shown = CANARY in body_of(response) and name not in INSTALLATION_WIDE
                let_in = response.status_code < 300 and (foreign or who == "visitor")
                moved = response.status_code in (301, 302, 303) and foreign and who != "visitor"
                if shown or let_in or moved or response.status_code >= 500:
                    wrong.append((name, who, method, response.status_code, "shown" if shown else ""))
    assert wrong == []
    assert changes() == entries, "an attack changed something"


def test_colleagues_without_the_permission_get_nothing_done(world: World) -> None:
    """The same addresses by people of the organisation itself whose role does not carry the permission."""
    entries = changes()
    wrong = []
    for name, row, url in staff_addresses(world):
        if row == SIGNED_IN:
            continue
        for role in (*ROLES, "nobody"):
            if role in roles_with(row):
                continue
            client = client_of(world.province.user(role))
            for method in ("get", "post"):
                response = getattr(client, method)(url)
                if response.status_code not in (403, 404, 405) or CANARY in body_of(response):
                    wrong.append((name, role, method, response.status_code))
    assert wrong == []
    assert changes() == entries


def test_pages_of_staff_are_never_kept_by_a_cache(world: World) -> None:
    client = client_of(world.province.user("data_steward"))
    wrong = []
    for name, _, url in staff_addresses(world):
        response = client.get(url)
        body_of(response)
        kept = response.headers.get("Cache-Control", "")
        if response.status_code == 200 and not ("no-store" in kept and "public" not in kept):
            wrong.append((name, kept))
    assert wrong == []


def test_a_tag_known_from_inside_gives_a_visitor_nothing(world: World) -> None:
    """Rights are looked at before 304: who may not read learns not even that nothing changed."""
    inside, outside = client_of(world.province.user("data_steward")), client_of()
    for _, _, url in staff_addresses(world):
        seen = inside.get(url)
        tag = seen.headers.get("ETag", '"x"')
        body_of(seen)
        response = outside.get(
            url, headers={"If-None-Match": tag, "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
        )
        assert response.status_code != 304, url
    secret = TableVersion.objects.get(id=world.things["version_id"])
    for form in ("parquet", "csv"):
        response = outside.get(
            f"/api/v1/datasets/{world.draft.slug}/download/{form}", headers={"If-None-Match": f'"{secret.data_sha256}"'}
        )
        assert response.status_code == 404


def public_addresses(world: World) -> Iterator[str]:
    slugs = (world.draft.slug, world.published.slug)
    fill = {
        "form": "json",
        "extension": "ttl",
        "number": 1,
        "code": "page.unknown",
        "rowId": 1,
        "format": "csv",
        "token": "0" * 64,
        "place": "processen",
        "key": "open-data-release",
        "query_id": world.things["query_id"],
        "source_id": world.things["source_id"],
        "name": world.draft.slug,
        "table": world.draft.slug,
    }
    for name, keys in sorted(dict(addresses(get_resolver())).items()):
        if access.routes()[name] != PUBLIC or name.startswith("account_"):
            continue
        for slug in slugs if "slug" in keys else ("",):
            known = fill | {"slug": slug, "release": 1}
            missing = keys - known.keys()
            assert not missing, (name, missing)
            try:
                yield reverse(name, kwargs={key: known[key] for key in keys})
            except Exception:  # noqa: BLE001 - an address whose parts have no name
                yield reverse(name, args=["/x"])
    yield from (
        f"/datasets?q={CANARY}", f"/datasets.json?q={CANARY}", f"/api/v1/datasets?q={CANARY}", "/catalog.ttl",
        "/catalog.jsonld", "/catalog.rdf", "/sitemap-1.xml", f"/id/dataset/{world.draft.slug}",
        f"/doc/dataset/{world.draft.slug}.jsonld", f"/problemen/{CANARY[:3]}", "/en/datasets", "/en/",
        f"/api/v1/datasets/{world.draft.slug}/download/parquet", f"/api/v1/datasets/{world.draft.slug}/rows",
        f"/verzoeken/{world.asked}", f"/en/verzoeken/{world.asked}", f"/verzoeken/{world.asked}/uitleg/{'0' * 64}",
    )  # fmt: skip


def test_no_public_address_knows_the_draft(world: World) -> None:
    """A crawl by a visitor, and by a signed-in stranger: the word that only stands in the draft is nowhere."""
    secret = TableVersion.objects.get(id=world.things["version_id"])
    telling = (CANARY, secret.data_sha256, secret.source_sha256, str(world.draft.id), str(world.things["dossier_id"]))
    asked = 0
    for client in (client_of(), client_of(found("elders").user("data_owner"))):
        for url in public_addresses(world):
            response = client.get(url)
            said = body_of(response) + str(response.headers)
            asked += 1
            for word in telling:
                bare = said.replace(world.draft.slug, "")
                repeated = word == CANARY and f"q={CANARY}" in url  # what the visitor typed may be repeated
                assert repeated or word not in bare, (url, word)
                assert "concept" not in bare or not repeated, url
            if world.draft.slug in url and "?" not in url and "/id/organisation/" not in url:
                assert response.status_code in (404, 405), (url, response.status_code)
            assert response.status_code < 500, url
    assert asked > 80


def test_counts_and_facets_count_only_what_is_outside(world: World) -> None:
    found_ = client_of().get("/api/v1/datasets").json()
    assert found_["total"] == 1
    assert [one["slug"] for one in found_["datasets"]] == [world.published.slug]


def test_planned_data_cannot_be_reached_before_its_day(world: World) -> None:
    planned = plan(world, "Straks")
    client = client_of()
    for url in (
        f"/api/v1/datasets/{planned.slug}/rows",
        f"/api/v1/datasets/{planned.slug}/download/csv",
        f"/api/v1/datasets/{planned.slug}/releases/1/download/csv",
        f"/datasets/{planned.slug}/table",
        f"/datasets/{planned.slug}/table.csv",
        f"/datasets/{planned.slug}/table-excel.csv",
    ):
        assert client.get(url).status_code in (403, 404, 410), url
    shown = client.get(f"/api/v1/datasets/{planned.slug}").content.decode()
    assert planned.slug in shown
    for one in blobs.stored():
        assert one.sha256 not in shown


def test_what_is_taken_back_is_gone_at_every_address(world: World) -> None:
    client = client_of()
    before = client.get(f"/api/v1/datasets/{world.published.slug}/download/csv")
    assert before.status_code == 302
    release.withdraw(by=world.person("data_owner"), dataset_id=world.published.id, reason="Fout in de meting.")
    for path in ("download/csv", "download/parquet", "rows", "columns", "releases/1/download/csv"):
        response = client.get(
            f"/api/v1/datasets/{world.published.slug}/{path}", headers={"If-None-Match": before.headers.get("ETag", "")}
        )
        assert response.status_code == 410, path


def test_a_name_that_is_a_path_reaches_no_file(world: World) -> None:
    import itertools

    traversals = ("../../etc/passwd", "..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd", "%252e%252e%252fpasswd",
                  "....//....//etc/passwd", "..\\..\\etc\\passwd", "/etc/passwd", "%00", "secret-key")  # fmt: skip
    places = ("/static/", "/datasets/", "/api/v1/datasets/", "/id/dataset/", "/problemen/", "/catalog.", "/feedback/",
              f"/api/v1/datasets/{world.published.slug}/download/")  # fmt: skip
    for place, name in itertools.product(places, traversals):
        response = client_of().get(place + name)
        said = body_of(response)
        allowed = (301, 400, 404, 406)
        assert response.status_code in allowed, (place, name, response.status_code)
        assert "root:" not in said
        assert "/work" not in said
        assert "/tmp/" not in said


def test_extra_fields_in_a_form_change_nothing_else(world: World) -> None:
    """Whatever else is posted along with a description, it does not become published, somebody else's or open."""
    client = client_of(world.province.user("data_steward"))
    elsewhere = found("elders")
    url = reverse("desk:metadata", kwargs={"dataset_id": world.draft.id})
    before = _state(world)
    extra = {
        "publication": "published", "openness": "open", "availability": "beschikbaar", "id": str(world.published.id),
        "dataset_id": str(world.published.id), "organisation": str(elsewhere.organisation.id),
        "organisation_id": str(elsewhere.organisation.id), "slug": "gekaapt", "created_by": "ander", "is_active": "1",
        "stage": "published", "title": "Nieuwe titel",
    }  # fmt: skip
    client.post(url, extra)
    assert _state(world) == before


def _state(world: World) -> tuple[Any, ...]:
    from sluis.register.models import Dataset

    row = Dataset.objects.get(id=world.draft.id)
    return row.id, row.slug, row.organisation_id, row.publication, row.openness, row.availability


def test_a_decision_needs_other_eyes_also_over_http(world: World) -> None:
    """The one who prepared it gets the role of owner as well: the page refuses, the database refuses."""
    from django.db import IntegrityError, transaction

    from sluis.foundation.service import acting, grant
    from sluis.kernel.actor import SYSTEM
    from sluis.kernel.errors import NotAllowed
    from sluis.release.models import Decision, Preparer

    steward = world.province.user("data_steward")
    grant(by=SYSTEM, user_id=steward.id, organisation_id=world.province.organisation.id, role="data_owner")
    dossier = release.dossier(by=world.person("data_owner"), dossier_id=world.things["dossier_id"])
    with pytest.raises(NotAllowed):
        release.answer(
            by=acting(steward.id), dossier_id=dossier.id, element="Decide", expected=dossier.content_sha256,
            answers={"decision": "open", "motivation": "Mag."},
        )  # fmt: skip
    task = dossier.task("Decide")
    url = reverse("desk:task", kwargs={"task_id": task.id})
    words = {"version": task.version, "expected": dossier.content_sha256}
    words |= {"veld-decision": "open", "veld-motivation": "Mag best."}
    response = client_of(steward).post(url, words)
    assert not Decision.objects.filter(dossier_id=dossier.id).exists()
    assert response.status_code != 500
    decided_one = Decision.objects.filter(dataset_id=world.published.id).get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(id=decided_one.id).update(motivation="anders")
    with pytest.raises(IntegrityError), transaction.atomic():
        Preparer.objects.filter(dossier_id=decided_one.dossier_id).delete()


def test_a_data_request_is_for_its_organisation_and_who_asked_for_its_coordinator(world: World) -> None:
    from sluis.process import service as processes
    from sluis.process.types import TaskFilter

    task = processes.tasks(by=world.person("coordinator"), filters=TaskFilter(view="team", text=world.asked)).rows[0]
    pages = [reverse("desk:task", args=[task.id]), reverse("desk:process", args=[task.instance_id])]
    elsewhere = found("elders")
    for url in pages:
        for client in (client_of(), *(client_of(elsewhere.user(role)) for role in ROLES)):
            response = client.get(url)
            assert CANARY not in body_of(response)
            assert response.status_code in (302, 303, 401, 403, 404), (url, response.status_code)
        for role in ROLES:
            seen = body_of(client_of(world.province.user(role)).get(url))
            assert (f"{CANARY}@voorbeeld.example" in seen) == (role == "coordinator"), (url, role)
