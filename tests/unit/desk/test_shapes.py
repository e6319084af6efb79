"""What the desk decides without a database: names, layouts and texts."""

import pytest

from sluis.desk.access import ROUTES
from sluis.desk.forms.metadata import every_field_has_a_place
from sluis.desk.process_view import place_of
from sluis.desk.receiving import title_of
from sluis.desk.tables import compared, shown_value
from sluis.desk.words import COLUMN_TYPES, PERSONAL, STAGES, VERDICTS
from sluis.foundation.service import PERMISSIONS, PUBLIC, SIGNED_IN
from sluis.lake.profile.rules import Kind
from sluis.lake.types import Column, ColumnType, IngestReport
from sluis.process.drawing import OrderedStep
from sluis.process.types import StepState
from sluis.release.types import Stage, Verdict


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("laadpalen_2026.csv", "Laadpalen 2026"),
        ("C:\\map\\lege-panden.xlsx", "Lege panden"),
        ("../../etc/passwd", "Passwd"),
        (".csv", ".csv"),
    ],
)
def test_a_title_comes_from_the_name_of_the_file(filename, title):
    assert title_of(filename) == title


def test_every_field_of_the_register_has_a_place_on_the_form():
    assert every_field_has_a_place() == set()


def test_every_state_has_words():
    assert set(STAGES) == set(Stage)
    assert set(VERDICTS) == set(Verdict)
    assert set(COLUMN_TYPES) == set(ColumnType)
    assert set(PERSONAL) == {kind.value for kind in Kind}


def test_every_row_of_access_is_known():
    assert set(ROUTES.values()) <= {PUBLIC, SIGNED_IN, *PERMISSIONS}


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("integer", 1200, "1.200"), ("decimal", "11.0", "11,0"), ("number", 2.492416035, "2,4924"),
        ("date", "2026-03-01", "01-03-2026"),
    ],
)  # fmt: skip
def test_measures_are_written_as_people_write_them(kind, value, shown):
    assert shown_value({"type": kind}, value) == shown


def test_two_versions_are_compared_by_column_and_rows():
    class Version:
        def __init__(self, rows, **types):
            self.rows_loaded = self.rows_total = rows
            columns = tuple(Column(n, n.title(), ColumnType(t)) for n, t in types.items())
            self.change = {}
            self.report = IngestReport("csv", rows, rows, 0, columns).to_json()

    found = compared(Version(12, a="text", b="integer"), Version(10, a="date", c="text"))
    assert found["lines"] == ["Verdwenen kolom: C.", "A was datum en is nu tekst.", "Nieuwe kolom: B."]
    assert (found["rows"], found["fewer"], found["breaking"]) == (2, -2, True)


def test_how_far_a_step_is():
    def steps(*told: tuple[str, str]) -> list[OrderedStep]:
        return [OrderedStep(name, "userTask", name, StepState.AHEAD, role, None, 0, 0) for name, role in told]

    numbered = steps(("1 Vraag", "viewer"), ("1 Zoek", ""), ("2–3 Toets", ""), ("12 Klaar", "viewer"), ("Los", ""))
    assert place_of(numbered, "12 Klaar") == (12, 12)
    assert place_of(numbered, "2–3 Toets") == (2, 12)
    assert place_of(numbered, "Los") == (0, 0), "Sluis does it, and it has no number"
    plain = steps(("Schrijf", "viewer"), ("Mail", ""), ("Lees", "viewer"))
    assert place_of(plain, "Lees") == (2, 2)
