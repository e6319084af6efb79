"""Puts what was said on the command line, or in a TOML file, into the record of a dataset."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sluis.kernel.actor import Actor
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.register.types import DatasetRecord


def from_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """`name=value` words as fields. Raises Invalid for a word without `=`."""
    fields = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise Invalid("cli.set", N_("Schrijf '{pair}' als naam=waarde."), pair=pair)
        fields[name.strip()] = value.strip()
    return fields


def from_file(path: Path) -> dict[str, Any]:
    """Fields from a TOML file: a table [dataset], and [columns.<name>] with what each column means."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(
            "cli.metadata", N_("{file} is geen leesbaar TOML-bestand: {reason}."), file=str(path), reason=str(error)
        ) from error


def describe(by: Actor, dataset: DatasetRecord, fields: Mapping[str, Any], columns: Mapping[str, Any]) -> DatasetRecord:
    """Change the record; nothing is written when nothing is said."""
    if fields:
        changes = dict(fields)
        if isinstance(changes.get("contact"), str):
            changes["contact"] = contact(by, dataset.organisation.id, changes["contact"])
        dataset = register.change(by=by, dataset_id=dataset.id, changes=changes, expected_version=dataset.version)
    if columns:
        known = {column.name: column for column in dataset.columns}
        meanings = [
            {"name": name, "title": known[name].title if name in known else "", **said}
            for name, said in columns.items()
        ]
        dataset = register.document_columns(by=by, dataset_id=dataset.id, columns=meanings)
    return dataset


def contact(by: Actor, organisation_id: UUID, email: str) -> str:
    """Id of the contact with this e-mail address in the organisation; made when there is none."""
    for known in register.contacts(by=by, organisation_id=organisation_id):
        if known.email == email:
            return str(known.id)
    return str(register.add_contact(by=by, organisation_id=organisation_id, name=email, email=email).id)
