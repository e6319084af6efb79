"""Promises in words."""

import pytest

from sluis.lake.contracts import reading, wording

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: active\n"
TABLE = "schema: [{name: t, properties: [{name: dag}]}]\n"


@pytest.mark.parametrize(
    ("age", "said"),
    [
        ("value: 1, unit: mo", "De data is hoogstens 1 maand geleden ingelezen."),
        ("value: 3, unit: mo", "De data is hoogstens 3 maanden geleden ingelezen."),
        ("value: 1, unit: d, element: t.dag", "De nieuwste waarde is hoogstens 1 dag oud."),
        ("value: 1.5, unit: h, element: t.dag", "De nieuwste waarde is hoogstens 1.5 uur oud."),
    ],
)
def test_one_is_not_several(age: str, said: str) -> None:
    found = reading.read(f"{HEAD}{TABLE}slaProperties: [{{property: latency, {age}}}]\n", "t")
    assert said in [wording.rule_text(rule) for rule in found.agreed.rules]


def test_promises_name_their_column() -> None:
    found = reading.read(f"{HEAD}schema: [{{name: t, properties: [{{name: dag, required: true}}]}}]\n", "t")
    assert "dag: Elke rij heeft een waarde." in wording.promises(found.agreed.rules)
