"""A province under attack: people in every role, a folder of its own, and the sandbox as it stands in production."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from sluis.foundation import sandbox
from sluis.foundation.models import User
from sluis.foundation.service import acting, create_organisation, create_person, grant
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.ids import new_id
from sluis.register import service as register

HERE = Path(__file__).parent
PASSWORD = "een-lang-wachtwoord-8"
ROLES = ("viewer", "data_steward", "data_owner", "privacy_officer", "coordinator", "data_manager", "administrator")

Tell = Callable[..., None]
"""`tell(promise, **counts)`: a line in what `make chaos` prints at its end."""


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    def told(promise: int, **counts: object) -> None:
        record_property("chaos", [promise, ", ".join(f"{name} {value}" for name, value in counts.items())])

    return told


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Which seeds, and how often: without those a green line says nothing."""
    reports = terminalreporter.getreports("passed")
    told = sorted(value for report in reports for name, value in report.user_properties if name == "chaos")
    if told:
        terminalreporter.section("promises kept")
    for promise, line in told:
        terminalreporter.line(f"promise {promise}: {line}")


@dataclass
class Province:
    """One organisation with a person in every role, and somebody without any."""

    organisation: Any
    people: dict[str, Actor]

    def dataset(self, title: str = "Bomen") -> UUID:
        made = register.create(by=self.people["data_steward"], organisation_id=self.organisation.id, title=title)
        return made.id

    def user(self, role: str) -> User:
        return User.objects.get(id=self.people[role].user_id)


def found(slug: str, roles: tuple[str, ...] = ROLES) -> Province:
    organisation = create_organisation(by=SYSTEM, slug=slug, name=f"Provincie {slug.title()}")
    return Province(organisation, {role: person(organisation, role) for role in (*roles, "nobody")})


def person(organisation: Any, *roles: str) -> Actor:
    email = f"{'-'.join(roles)}-{new_id().hex[-8:]}@{organisation.slug}.example"
    user = create_person(by=SYSTEM, email=email, name=email.split("@")[0], password=PASSWORD)
    for role in roles:
        if role != "nobody":
            grant(by=SYSTEM, user_id=user.id, organisation_id=organisation.id, role=role)
    return acting(user.id)


@pytest.fixture
def province(data_folder: Path) -> Province:
    return found("merwede")


@pytest.fixture
def our_entries() -> Iterator[None]:
    """The sandbox may run the entries of these tests as well."""
    sandbox.configure(code=[HERE])
    yield
    sandbox.configure()


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is not the data folder."""
    return tmp_path_factory.mktemp("elsewhere")


def left_behind() -> list[str]:
    """Everything in the data folder that is neither database, key nor anchor, as relative paths."""
    root: Path = settings.SLUIS.data
    known = ("sluis.sqlite3", "test.sqlite3", "secret-key", "audit-head.json")
    files = (file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file() or file.is_symlink())
    return sorted(name for name in files if not name.startswith(known))
