"""Data made from data about people is looked at as such, whatever the intake says."""

from pathlib import Path
from typing import Any

import pytest
from tests.integration.release.conftest import PLAIN, decided, describe, hand_in, ready
from tests.integration.release.test_contracts import deliver

from sluis.foundation.service import run_until_idle
from sluis.kernel.actor import SYSTEM, Actor
from sluis.lake import service as lake
from sluis.release import public
from sluis.release import service as release
from sluis.release.types import DossierFilter, Verdict

pytestmark = pytest.mark.django_db(transaction=True)
REFUTED = {
    "containsPersonalData": "no",
    "personalOrigin": "yes",
    "doubtsRefuted": "yes",
    "reidentification": "passed",
    "privacyMotivation": "In een wijk wonen duizenden mensen.",
}
PEOPLE = {
    "klant": [f"K{n:03}" for n in range(40)],
    "email": [f"naam{n}@voorbeeld.nl" for n in range(40)],
    "wijk": ["Noord", "Zuid"] * 20,
}


@pytest.mark.parametrize(
    ("sql", "steps", "seen"),
    [
        ("SELECT klant, wijk FROM benches", [{"do": "pseudonymise", "columns": ["klant"]}], True),
        ("SELECT klant, wijk FROM mensen", [], True),
        ("SELECT wijk, count(*) AS bezoeken FROM tussen GROUP BY wijk", [], True),
        ("SELECT klant, wijk FROM benches", [], False),
    ],
    ids=["a step hides people", "what was read holds people", "two tables back", "nobody"],
)
def test_who_says_that_nobody_is_behind_it_is_not_believed_when_sluis_saw_people(
    sql: str, steps: list[dict[str, Any]], seen: bool, merwede: Any, steward: Actor, tmp_path: Path
) -> None:
    hand_in(steward, describe(steward, merwede, "Mensen"), PEOPLE, tmp_path)
    benches = {name: values for name, values in PEOPLE.items() if name != "email"}
    hand_in(steward, describe(steward, merwede, "Benches"), benches, tmp_path)
    made(steward, merwede, "Tussen", "SELECT klant, wijk FROM mensen", [])
    record = made(steward, merwede, "Open", sql, steps)
    lying = ready(steward, record)
    checks = {check.name: check for check in lying.checks}
    assert ("anonymity.origin" in [found.code for found in checks["k-anonymity"].findings]) is seen
    assert (checks["small-cells"].verdict is not Verdict.NOT_APPLICABLE) is seen
    assert [task.element for task in lying.tasks] == (["PrivacyJudge"] if seen else ["Decide"])


def test_doubts_that_were_refuted_about_other_rows_are_judged_again(
    merwede: Any, steward: Actor, owner: Actor, officer: Actor, tmp_path: Path
) -> None:
    record = describe(steward, merwede, "Klanten per wijk")
    hand_in(steward, record, rows_in(6), tmp_path)
    lying = ready(steward, record, personalOrigin="yes", quasiIdentifiers=["wijk"])
    assert [task.element for task in lying.tasks] == ["PrivacyJudge"]
    release.answer(by=officer, dossier_id=lying.id, element="PrivacyJudge", answers=REFUTED)
    run_until_idle()
    decided(owner, release.dossier(by=owner, dossier_id=lying.id))
    run_until_idle()
    assert public.dataset(record.slug).rows == 12
    deliver(record, steward, rows_in(7), tmp_path)
    rows = release.dossiers(by=steward, filters=DossierFilter(dataset_id=record.id)).rows
    (again,) = [row for row in rows if row.id != lying.id]
    found = release.dossier(by=steward, dossier_id=again.id)
    assert [task.element for task in found.tasks] == ["PrivacyJudge"]
    assert public.dataset(record.slug).rows == 12


def test_in_the_same_dossier_too(merwede: Any, steward: Actor, owner: Actor, officer: Actor, tmp_path: Path) -> None:
    record = describe(steward, merwede, "Klanten per wijk")
    hand_in(steward, record, rows_in(6), tmp_path)
    people = {"personalOrigin": "yes", "quasiIdentifiers": ["wijk"]}
    lying = ready(steward, record, **people)
    release.answer(by=officer, dossier_id=lying.id, element="PrivacyJudge", answers=REFUTED)
    run_until_idle()
    hand_in(steward, record, rows_in(7), tmp_path)
    now = release.dossier(by=owner, dossier_id=lying.id)
    back = {"decision": "return", "returnTo": "intake", "returnReason": "Andere data.", "motivation": "Andere data."}
    release.answer(by=owner, dossier_id=now.id, element="Decide", answers=back, expected=now.content_sha256)
    run_until_idle()
    release.answer(by=steward, dossier_id=now.id, element="Intake", answers=PLAIN | people)
    run_until_idle()
    assert [task.element for task in release.dossier(by=steward, dossier_id=now.id).tasks] == ["PrivacyJudge"]


@pytest.mark.parametrize(
    ("origin", "chosen", "codes"),
    [
        ("yes", ["wijk"], ["anonymity.others"]),
        ("yes", ["wijk", "geslacht"], ["anonymity.small"]),
        ("no", ["wijk"], []),
    ],
)
def test_a_column_that_the_intake_leaves_out_is_counted_as_well(
    origin: str, chosen: list[str], codes: list[str], merwede: Any, steward: Actor, tmp_path: Path
) -> None:
    record = describe(steward, merwede, "Klanten per wijk en geslacht")
    rows = rows_in(20)
    rows["geslacht"] = ["v" if n % 20 < 3 else "m" for n in range(40)]
    hand_in(steward, record, rows, tmp_path)
    lying = ready(steward, record, personalOrigin=origin, quasiIdentifiers=chosen)
    check = next(check for check in lying.checks if check.name == "k-anonymity")
    assert [found.code for found in check.findings] == codes
    assert [task.element for task in lying.tasks] == (["PrivacyJudge"] if codes else ["Decide"])


def rows_in(size: int) -> dict[str, list[Any]]:
    return {"wijk": ["Noord"] * size + ["Zuid"] * size, "bezoek": [f"soort {n % 3}" for n in range(2 * size)]}


def made(steward: Actor, merwede: Any, title: str, sql: str, steps: list[dict[str, Any]]) -> Any:
    """A dataset whose table a transformation made."""
    record = describe(steward, merwede, title)
    saved = lake.save_transformation(
        by=SYSTEM, dataset_id=record.id, sql=sql, steps=steps, tests=[], layer="gold", start="hand", schedule={}
    )
    lake.run_transformation(by=SYSTEM, transformation_id=saved)
    run_until_idle()
    return record
