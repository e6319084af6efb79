"""Two organisations with people in every role, signed in as browsers; a real file on its way through the lock."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from tests.processes import deployed

from sluis.foundation.service import ROLES, actor_of, create_organisation, create_person, grant
from sluis.kernel.actor import SYSTEM
from sluis.lake.models import TableVersion
from sluis.register import service as register

PASSWORD = "een-lange-zin-om-mee-in-te-loggen"
CSV = "straat;aantal;datum\nDijkweg;012;03-04-2026\nKade;7;05-06-2026\nSluisplein;9;07-08-2026\n"


@pytest.fixture(autouse=True)
def _clean(data_folder: Path) -> None:
    call_command("createcachetable", verbosity=0)
    cache.clear()


@pytest.fixture
def merwede(db: None) -> Any:
    deployed()
    return create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")


@pytest.fixture
def elsewhere(db: None) -> Any:
    return create_organisation(by=SYSTEM, slug="elders", name="Provincie Elders")


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    def make(organisation: Any, *roles: str, email: str = "") -> Any:
        address = email or f"{'-'.join(roles)}@{organisation.slug}.example"
        user = create_person(by=SYSTEM, email=address, name=address.split("@")[0], password=PASSWORD)
        for role in roles:
            grant(by=SYSTEM, user_id=user.id, organisation_id=organisation.id, role=role)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return SimpleNamespace(user=user, client=client, actor=actor_of(user), organisation=organisation)

    return make


@pytest.fixture
def steward(merwede: Any, person: Any) -> Any:
    return person(merwede, "data_steward")


@pytest.fixture
def owner(merwede: Any, person: Any) -> Any:
    return person(merwede, "data_owner")


@pytest.fixture
def stranger(elsewhere: Any, person: Any) -> Any:
    """Holds every role, but in another organisation."""
    return person(elsewhere, *ROLES, email="alles@elders.example")


@pytest.fixture
def dataset(steward: Any, merwede: Any) -> Any:
    return register.create(by=steward.actor, organisation_id=merwede.id, title="Straten van Merwede")


@pytest.fixture
def queued(steward: Any, dataset: Any) -> TableVersion:
    """A table version as it stands before a worker reads it."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("straten.csv", CSV.encode())
    answer = steward.client.post(f"/desk/datasets/{dataset.id}/data/nieuw", {"file": file})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return TableVersion.objects.get(id=answer["Location"].rsplit("/", 1)[-1])


@pytest.fixture
def table(queued: TableVersion) -> TableVersion:
    """The same, read by a worker in the real sandbox."""
    from sluis.foundation.service import run_until_idle

    run_until_idle()
    queued.refresh_from_db()
    assert queued.status == "ready", queued.failure
    return queued
