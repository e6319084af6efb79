"""Data made from data about people is looked at as such, whatever the intake says."""

from pathlib import Path
from typing import Any

import pytest
from tests.integration.release.conftest import describe, hand_in, ready

from sluis.foundation.service import run_until_idle
from sluis.kernel.actor import SYSTEM, Actor
from sluis.lake import service as lake
from sluis.release.types import Verdict

pytestmark = pytest.mark.django_db(transaction=True)
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


def made(steward: Actor, merwede: Any, title: str, sql: str, steps: list[dict[str, Any]]) -> Any:
    """A dataset whose table a transformation made."""
    record = describe(steward, merwede, title)
    saved = lake.save_transformation(
        by=SYSTEM, dataset_id=record.id, sql=sql, steps=steps, tests=[], layer="gold", start="hand", schedule={}
    )
    lake.run_transformation(by=SYSTEM, transformation_id=saved)
    run_until_idle()
    return record
