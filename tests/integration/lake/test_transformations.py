"""Tables made from other tables: through the real sandbox, jobs and database."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from tests.integration.lake.growing import Desk

from sluis.cli.doctor.content import check_transformations
from sluis.conf.env import Env
from sluis.foundation.service import (
    acting,
    blobs,
    create_organisation,
    create_person,
    create_team,
    grant,
    revoke,
    run_until_idle,
)
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from sluis.lake import jobs, service
from sluis.lake.models import PseudonymKey, TableVersion, Transformation, TransformationRun
from sluis.lake.transforming.keys import key_of
from sluis.lake.transforming.running import settle_abandoned
from sluis.lake.transforming.starting import anything_due, claim_due
from sluis.register.models import Dataset
from sluis.register.service import create, get

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = "naam;leeftijd;postcode;bedrag\n" + "".join(
    f"Persoon{n};{20 + n % 40};{3400 + n % 3} AB;{n}\n" for n in range(60)
)


class Chain(Desk):
    """`people` comes in; more datasets are made of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.home = get(by=self.by, dataset_id=self.dataset).organisation.id
        self.people = create(by=self.by, organisation_id=self.home, title="Mensen").id

    def another(self, title: str) -> UUID:
        return create(by=self.by, organisation_id=self.home, title=title).id

    def bring(self, text: str = PEOPLE, dataset: UUID | None = None) -> UUID:
        path = self.folder / "mensen.csv"
        path.write_text(text)
        made = service.ingest_now(by=self.by, dataset_id=dataset or self.people, path=path)
        run_until_idle()
        return made

    def made(self, dataset: UUID, sql: str, **more: Any) -> UUID:
        return service.save_transformation(by=self.by, dataset_id=dataset, sql=sql, **more)

    def numbers(self, dataset: UUID) -> list[int]:
        rows = TableVersion.objects.filter(dataset_id=dataset, status="ready")
        return list(rows.order_by("number").values_list("number", flat=True))

    def table(self, dataset: UUID) -> list[dict[str, Any]]:
        newest = service.latest_ready(by=self.by, dataset_id=dataset)
        assert newest is not None
        files = service.data_files(by=self.by, table_version_id=newest.id)
        return [row for path in files.paths for row in pq.read_table(path).to_pylist()]

    def runs(self, transformation: UUID) -> list[str]:
        rows = TransformationRun.objects.filter(transformation_id=transformation).order_by("created_at")
        return list(rows.values_list("state", flat=True))


@pytest.fixture
def chain(data_folder: Path, tmp_path: Path) -> Chain:
    return Chain(tmp_path)


def test_a_table_is_made_with_its_provenance_and_comes_anew_with_its_input(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Jongeren")
    made = chain.made(target, "SELECT naam, leeftijd FROM mensen WHERE leeftijd < 30", layer="gold")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    assert {row["leeftijd"] for row in chain.table(target)} == set(range(20, 30))
    [run], _ = service.transformation_runs(by=chain.by, transformation_id=made)
    version = service.table_version(by=chain.by, table_version_id=run.table_version_id)  # type: ignore[arg-type]
    assert (run.state, run.rows, version.rows_total, version.source_sha256) == ("made", 20, 20, run.source_sha256)
    assert b'"definition":1' in blobs.path(run.source_sha256).read_bytes()
    assert run.lineage == {"naam": [["mensen", "naam"]], "leeftijd": [["mensen", "leeftijd"]]}
    assert run.source_sha256 in blobs.wanted()
    chain.bring(PEOPLE + "Nieuw;21;3400 AB;1\n")
    assert chain.numbers(target) == [1, 2]
    assert len(chain.table(target)) == 21


def test_the_same_inputs_and_definition_make_no_version(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Kopie")
    made = chain.made(target, "SELECT * FROM mensen")
    for _again in range(2):
        service.run_transformation(by=chain.by, transformation_id=made)
        run_until_idle()
    assert chain.runs(made) == ["made", "unchanged"]
    chain.made(target, "SELECT * FROM mensen", expected=1)
    assert Transformation.objects.get(id=made).number == 1
    chain.made(target, "SELECT naam FROM mensen", expected=1)
    with pytest.raises(Stale):
        chain.made(target, "SELECT bedrag FROM mensen", expected=1)
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    assert chain.numbers(target) == [1, 2]


def test_a_chain_runs_in_order_and_each_once(chain: Chain) -> None:
    """people → silver one, silver two → gold, and people → gold at once: gold waits for both."""
    chain.bring()
    one, two, gold = (chain.another(title) for title in ("Een", "Twee", "Goud"))
    first = chain.made(one, "SELECT postcode, count(*) AS n FROM mensen GROUP BY postcode")
    second = chain.made(two, "SELECT max(leeftijd) AS oudste FROM mensen")
    for each in (first, second):
        service.run_transformation(by=chain.by, transformation_id=each)
    run_until_idle()
    every = "SELECT count(*) FROM mensen"
    third = chain.made(gold, f"SELECT e.postcode, e.n, t.oudste, ({every}) AS alle FROM een e, twee t")
    service.run_transformation(by=chain.by, transformation_id=third)
    run_until_idle()
    assert [chain.runs(each) for each in (first, second, third)] == [["made"], ["made"], ["made"]]
    chain.bring(PEOPLE + "Oud;99;3400 AB;1\n")
    assert [chain.runs(each) for each in (first, second, third)] == [["made"] * 2] * 3
    assert {(row["oudste"], row["alle"]) for row in chain.table(gold)} == {(99, 61)}


def test_a_circle_is_refused_and_named(chain: Chain) -> None:
    chain.bring()
    one, two = chain.another("Een"), chain.another("Twee")
    chain.made(one, "SELECT * FROM mensen")
    chain.bring(dataset=one)
    chain.made(two, "SELECT * FROM een")
    chain.bring(dataset=two)
    with pytest.raises(Invalid) as refused:
        chain.made(one, "SELECT * FROM twee")
    assert refused.value.code == "transformation.circle"
    assert refused.value.params["circle"] == "een ← twee ← een"
    with pytest.raises(Invalid) as itself:
        chain.made(one, "SELECT * FROM een")
    assert itself.value.params["circle"] == "een ← een"


def test_a_test_that_gives_rows_leaves_the_last_good_version(chain: Chain) -> None:
    env = Env.load({})
    chain.bring()
    target = chain.another("Getoetst")
    test = {"name": "niemand boven de 80", "sql": "SELECT * FROM getoetst WHERE leeftijd > 80"}
    made = chain.made(target, "SELECT * FROM mensen", tests=[test])
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    chain.bring(PEOPLE + "Oud;99;3400 AB;1\n")
    assert (chain.numbers(target), chain.runs(made)) == ([1], ["made", "failed"])
    found = service.transformation(by=chain.by, transformation_id=made)
    assert (found.standing, found.failures) == ("failed", 1)
    assert [one.state for one in check_transformations(env, False)] == ["warning"]
    assert found.last
    assert found.last.failure
    assert found.last.failure["faults"][0]["params"] == {"name": "niemand boven de 80", "rows": 1}
    chain.bring(PEOPLE + "Jong;9;3400 AB;1\n")
    assert (chain.numbers(target), chain.runs(made)[-1]) == ([1, 2], "made")
    assert service.transformation(by=chain.by, transformation_id=made).failures == 0
    assert [one.state for one in check_transformations(env, False)] == ["good"]


def test_a_broken_contract_holds_the_new_version(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Beloofd")
    made = chain.made(target, "SELECT naam, leeftijd FROM mensen")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    _promise(chain, target)
    chain.bring("naam;leeftijd;postcode;bedrag\nA;kind;3400 AB;1\nB;;3400 AB;2\n")
    assert (chain.numbers(target), chain.runs(made)) == ([1], ["made", "failed"])
    last = service.transformation(by=chain.by, transformation_id=made).last
    assert last
    assert last.failure
    assert last.failure["code"] == "transformation.breach"
    assert last.failure["faults"]


def test_an_input_that_broke_its_contract_is_not_read(chain: Chain) -> None:
    chain.bring()
    _promise(chain, chain.people)
    target = chain.another("Kopie")
    made = chain.made(target, "SELECT * FROM mensen")
    service.run_transformation(by=chain.by, transformation_id=made)
    chain.bring("naam;leeftijd;postcode;bedrag\nA;kind;3400 AB;1\n")
    assert (chain.numbers(chain.people), chain.numbers(target)) == ([1, 2], [1])
    assert chain.runs(made)[-1] == "unchanged"


def _promise(chain: Chain, dataset: UUID) -> None:
    owner = create_person(by=SYSTEM, email=f"o{dataset}@merwede.example", name="O", password="een-lang-wachtwoord-9")
    grant(by=SYSTEM, user_id=owner.id, organisation_id=chain.home, role="data_owner")
    text = service.propose_contract(by=chain.by, dataset_id=dataset)
    held = service.save_contract(by=chain.by, dataset_id=dataset, text=text)
    service.put_in_force(by=acting(owner.id), contract_id=held.id, sha256=held.sha256)
    run_until_idle()


def test_a_run_reads_only_what_its_maker_may_read_now(chain: Chain) -> None:
    chain.bring()
    other = create_organisation(by=SYSTEM, slug="elders", name="Elders")
    grant(by=SYSTEM, user_id=chain.by.user_id, organisation_id=other.id, role="data_steward")  # type: ignore[arg-type]
    chain.by = acting(chain.by.user_id)  # type: ignore[arg-type]
    target = create(by=chain.by, organisation_id=other.id, title="Elders").id
    made = chain.made(target, "SELECT * FROM mensen")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    assert chain.numbers(target) == [1]
    colleague = create_person(by=SYSTEM, email="e@elders.example", name="E", password="een-lang-wachtwoord-7")
    grant(by=SYSTEM, user_id=colleague.id, organisation_id=other.id, role="data_steward")
    theirs = service.transformation(by=acting(colleague.id), transformation_id=made)
    assert (theirs.shown, theirs.sql, theirs.inputs[0].title) == (False, "", "")
    way = service.lineage(by=acting(colleague.id), dataset_id=target)
    assert [(place.kind, place.columns) for place in way.places][1:] == [("hidden", ())]
    assert {(line.column, line.place) for line in way.lines} == {("", way.places[1].key)}
    assert "ensen" not in str(way)
    [run], _ = service.transformation_runs(by=acting(colleague.id), transformation_id=made)
    assert "mensen" not in str((run, theirs, service.transformation_run(by=acting(colleague.id), run_id=run.id)))
    assert "mensen" in str(service.transformation_runs(by=chain.by, transformation_id=made))
    with pytest.raises(Invalid) as unknown:
        service.save_transformation(by=acting(colleague.id), dataset_id=target, sql="SELECT * FROM mensen")
    assert unknown.value.code == "sql.table"
    _take_away(chain)
    service.run_transformation(by=acting(colleague.id), transformation_id=made)
    run_until_idle()
    last = service.transformation(by=acting(colleague.id), transformation_id=made).last
    assert last
    assert last.failure
    assert last.failure["code"] == "transformation.input-hidden"
    assert "mensen" not in str(last)
    assert chain.numbers(target) == [1]


def _take_away(chain: Chain) -> None:
    revoke(by=SYSTEM, user_id=chain.by.user_id, organisation_id=chain.home, role="data_steward")  # type: ignore[arg-type]


def test_who_may_do_what(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Dicht")
    made = chain.made(target, "SELECT * FROM mensen")
    reader = create_person(by=SYSTEM, email="l@merwede.example", name="L", password="een-lang-wachtwoord-6")
    grant(by=SYSTEM, user_id=reader.id, organisation_id=chain.home, role="viewer")
    viewer = acting(reader.id)
    assert service.transformation(by=viewer, transformation_id=made).sql
    for deed in (service.run_transformation, service.pause_transformation, service.remove_transformation):
        with pytest.raises(NotAllowed):
            deed(by=viewer, transformation_id=made)
    with pytest.raises(NotAllowed):
        service.rotate_pseudonyms(by=viewer, dataset_id=target)
    stranger = create_person(by=SYSTEM, email="v@elders.example", name="V", password="een-lang-wachtwoord-5")
    with pytest.raises(NotFound):
        service.transformation(by=acting(stranger.id), transformation_id=made)


def test_pseudonyms_last_until_the_key_rotates_and_the_key_is_nowhere_in_clear(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Versluierd")
    made = chain.made(target, "SELECT naam, bedrag FROM mensen", steps=[{"do": "pseudonymise", "columns": ["naam"]}])
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    before = {row["bedrag"]: row["naam"] for row in chain.table(target)}
    assert len(set(before.values())) == 60
    chain.bring(PEOPLE + "Nieuw;21;3400 AB;61\n")
    after = {row["bedrag"]: row["naam"] for row in chain.table(target)}
    assert {key: after[key] for key in before} == before
    number, key = key_of(target)
    run = TransformationRun.objects.filter(transformation_id=made).last()
    said = "".join(map(str, (run.log, run.inputs, run.lineage, run.figures, PseudonymKey.objects.get().sealed)))  # type: ignore[union-attr]
    assert key not in said
    assert key.encode() not in blobs.path(run.source_sha256).read_bytes()
    assert service.rotate_pseudonyms(by=chain.by, dataset_id=target) == number + 1
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    assert not set(before.values()) & {row["naam"] for row in chain.table(target)}
    assert key_of(target)[1] != key


def test_a_preview_shows_rows_and_figures_and_keeps_nothing(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Proef")
    step = {"do": "k_anonymise", "columns": ["leeftijd", "postcode"], "k": 5}
    tried = service.try_transformation(by=chain.by, dataset_id=target, sql="SELECT * FROM mensen", steps=[step])
    assert tried.figures
    assert tried.figures["before"]["rows"] == 60
    assert tried.figures["left_out"] == 60 - tried.rows
    assert (chain.numbers(target), Transformation.objects.count()) == ([], 0)
    with pytest.raises(Invalid) as wrong:
        service.try_transformation(by=chain.by, dataset_id=target, sql="SELECT naaam FROM mensen")
    assert wrong.value.code == "sql.column"


def test_a_made_version_is_not_read_in_again_and_a_removed_transformation_leaves_its_versions(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Kopie")
    made = chain.made(target, "SELECT * FROM mensen")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    version = service.latest_ready(by=chain.by, dataset_id=target)
    assert version is not None
    with pytest.raises(Conflict):
        service.rerun(by=chain.by, table_version_id=version.id)
    service.remove_transformation(by=chain.by, transformation_id=made)
    assert chain.numbers(target) == [1]


def test_the_way_back_goes_over_every_table_to_the_file(chain: Chain) -> None:
    chain.bring()
    one, gold = chain.another("Een"), chain.another("Goud")
    first = chain.made(one, "SELECT naam AS wie, bedrag, postcode FROM mensen")
    service.run_transformation(by=chain.by, transformation_id=first)
    run_until_idle()
    steps = [{"do": "aggregate", "by": ["postcode"], "measures": [{"name": "som", "of": "sum", "column": "bedrag"}]}]
    second = chain.made(gold, "SELECT * FROM een", steps=steps)
    service.run_transformation(by=chain.by, transformation_id=second)
    run_until_idle()
    found = service.lineage(by=chain.by, dataset_id=gold)
    assert [(place.kind, place.title, place.depth) for place in found.places] == [
        ("table", "Goud", 0), ("table", "Een", 1), ("table", "Mensen", 2), ("file", "mensen.csv", 3)
    ]  # fmt: skip
    lines = {(line.column, line.to_column, line.place.partition(":")[0]) for line in found.lines}
    assert {("bedrag", "som", "table"), ("bedrag", "bedrag", "table"), ("bedrag", "bedrag", "file")} <= lines
    assert "wie" not in dict(next(place for place in found.places if place.title == "Een").columns)


def test_the_provenance_of_a_made_table_names_its_inputs_to_who_may_see_them(chain: Chain) -> None:
    came = chain.bring()
    target = chain.another("Jongeren")
    made = chain.made(target, "SELECT naam FROM mensen", start="hand")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    newest = service.latest_ready(by=chain.by, dataset_id=target)
    assert newest is not None
    found = service.provenance(by=chain.by, table_version_id=newest.id)["derived_from"]
    assert (found["kind"], found["definition"]) == ("tables", 1)
    assert [(one["table"], one["version"]) for one in found["inputs"]] == [("mensen", str(came))]
    team = create_team(by=SYSTEM, organisation_id=chain.home, name="Later", slug="later")
    Dataset.objects.filter(id=target).update(team_id=team.id)
    guest = create_person(by=SYSTEM, email="g@merwede.example", name="G", password="een-lang-wachtwoord-9")
    grant(by=SYSTEM, user_id=guest.id, organisation_id=chain.home, team_id=team.id, role="viewer")
    hidden = service.provenance(by=acting(guest.id), table_version_id=newest.id)["derived_from"]
    assert hidden["inputs"] == [{"hidden": True}]


def test_what_a_transformation_reads_is_not_cleared_away(chain: Chain) -> None:
    chain.bring()
    made = chain.made(chain.another("Jongeren"), "SELECT naam FROM mensen", start="hand")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    chain.bring(PEOPLE + "Persoon60;60;3400 AB;60\n")
    chain.bring(PEOPLE + "Persoon61;61;3400 AB;61\n")
    service.set_rule(by=SYSTEM, dataset_id=chain.people, rule=service.Rule(last=1))
    why = {fate.number: fate.why for fate in service.fates(by=SYSTEM, dataset_id=chain.people)}
    assert why[1] == (service.Why.TRANSFORMATION,)
    assert [fate.number for fate in service.expire(by=SYSTEM, dataset_id=chain.people)] == [2]


def test_a_run_that_was_killed_starts_over_and_one_without_a_job_is_told_of(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Kopie")
    made = chain.made(target, "SELECT * FROM mensen")
    run = service.run_transformation(by=chain.by, transformation_id=made)
    TransformationRun.objects.filter(id=run).update(state="running")
    run_until_idle()
    again = service.transformation_run(by=chain.by, run_id=run)
    assert again.state == "made"
    assert "begint opnieuw" in again.log[0]["text"]
    lost = TransformationRun.objects.create(transformation_id=made, trigger="hand", created_at=clock.now())
    assert settle_abandoned() == 1
    told = service.transformation_run(by=chain.by, run_id=lost.id)
    assert (told.state, (told.failure or {})["code"]) == ("failed", "transformation.abandoned")
    assert settle_abandoned() == 0


def test_by_a_schedule_it_runs_when_it_is_due_and_not_while_paused(chain: Chain) -> None:
    chain.bring()
    target = chain.another("Elke dag")
    made = chain.made(target, "SELECT * FROM mensen", start="schedule", schedule={"every": "day", "at": "06:30"})
    assert not anything_due()
    row = Transformation.objects.get(id=made)
    assert row.next_at is not None
    Transformation.objects.update(next_at=clock.now(), paused=True)
    assert (anything_due(), claim_due()) == (False, 0)
    service.resume_transformation(by=chain.by, transformation_id=made)
    assert Transformation.objects.get(id=made).next_at == row.next_at
    Transformation.objects.update(next_at=clock.now())
    assert anything_due()
    assert claim_due() == 1
    run_until_idle()
    assert (chain.runs(made), chain.numbers(target)) == (["made"], [1])
    assert Transformation.objects.get(id=made).next_at == row.next_at
    chain.bring(PEOPLE + "Nieuw;21;3400 AB;1\n")
    assert chain.numbers(target) == [1]


def test_a_turn_that_a_wrong_clock_gave_is_put_right_and_old_runs_that_made_nothing_go(
    chain: Chain, fixed_clock: FixedClock
) -> None:
    chain.bring()
    made = chain.made(
        chain.another("Elk uur"), "SELECT * FROM mensen", start="schedule", schedule={"every": "minutes", "count": 60}
    )
    for _ in range(3):
        fixed_clock.advance(timedelta(hours=1))
        assert claim_due() == 1
        run_until_idle()
    assert chain.runs(made) == ["made", "unchanged", "unchanged"]
    fixed_clock.advance(timedelta(days=3_652))
    assert claim_due() == 1
    TransformationRun.objects.filter(state="queued").delete()
    jobs.tidy_transformations.func()
    assert chain.runs(made) == ["made", "unchanged"]
    fixed_clock.advance(timedelta(days=-3_652))
    jobs.tidy_transformations.func()
    due = Transformation.objects.get(id=made).next_at
    assert due is not None
    assert due == fixed_clock.moment + timedelta(hours=1)


def test_a_map_goes_along_as_geoparquet_and_two_maps_do_not(chain: Chain, tmp_path: Path) -> None:
    path = tmp_path / "punten.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"naam": f"p{n}", "aantal": n},
         "geometry": {"type": "Point", "coordinates": [5 + n / 100, 52]} if n else None} for n in range(5)
    ]}))  # fmt: skip
    service.ingest_now(by=chain.by, dataset_id=chain.people, path=path)
    target = chain.another("Kaart")
    sql = "SELECT geometry AS plek, naam, aantal FROM mensen WHERE aantal < 4"
    made = chain.made(target, sql, steps=[{"do": "drop", "columns": ["aantal"]}])
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    newest = service.latest_ready(by=chain.by, dataset_id=target)
    assert newest is not None
    assert newest.report is not None
    assert newest.profile is not None
    assert [(c["name"], c["type"]) for c in newest.report["columns"]] == [("naam", "text"), ("geometry", "geometry")]
    given = service.latest_ready(by=chain.by, dataset_id=chain.people)
    assert given is not None
    assert given.report is not None
    about = newest.report["geometry"]
    assert (about["type"], about["crs"]) == ("Point", given.report["geometry"]["crs"])
    rows = {row["naam"]: row for row in chain.table(target)}
    before = {row["naam"]: row for row in chain.table(chain.people)}
    assert set(rows) == {"p0", "p1", "p2", "p3"}
    assert all(rows[name]["geometry"] == before[name]["geometry"] for name in rows)
    assert rows["p0"]["geometry_bbox"] is None
    assert rows["p3"]["geometry_bbox"] == pytest.approx(before["p3"]["geometry_bbox"])
    assert newest.profile["geometry"]
    [run], _ = service.transformation_runs(by=chain.by, transformation_id=made)
    assert run.lineage == {"geometry": [["mensen", "geometry"]], "naam": [["mensen", "naam"]]}
    for wrong, code in (
        ("SELECT geometry AS a, geometry AS b, naam FROM mensen", "transformation.maps"),
        ("SELECT geometry FROM mensen", "transformation.only-map"),
        ("SELECT naam, st_transform(geometry, 'EPSG:28992', 'EPSG:4326') AS g FROM mensen", "transformation.crs"),
    ):
        with pytest.raises(Invalid) as refused:
            service.try_transformation(by=chain.by, dataset_id=target, sql=wrong)
        assert refused.value.code == code


def test_what_an_earlier_definition_read_stays_hidden_after_the_next(chain: Chain) -> None:
    """Who may see all that is read now, hears nothing of what was read before."""
    chain.bring()
    other = create_organisation(by=SYSTEM, slug="elders", name="Elders")
    grant(by=SYSTEM, user_id=chain.by.user_id, organisation_id=other.id, role="data_steward")  # type: ignore[arg-type]
    chain.by = acting(chain.by.user_id)  # type: ignore[arg-type]
    target, plain = (create(by=chain.by, organisation_id=other.id, title=title).id for title in ("Doel", "Gewoon"))
    chain.bring(dataset=plain)
    made = chain.made(target, "SELECT * FROM mensen", start="hand")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    colleague = create_person(by=SYSTEM, email="e@elders.example", name="E", password="een-lang-wachtwoord-7")
    grant(by=SYSTEM, user_id=colleague.id, organisation_id=other.id, role="data_steward")
    _take_away(chain)
    service.run_transformation(by=acting(colleague.id), transformation_id=made)  # names the table that it may not read
    run_until_idle()
    service.save_transformation(by=acting(colleague.id), dataset_id=target, sql="SELECT * FROM gewoon", start="hand")
    theirs = service.transformation(by=acting(colleague.id), transformation_id=made)
    runs, _ = service.transformation_runs(by=acting(colleague.id), transformation_id=made)
    assert (theirs.shown, len(runs)) == (True, 2)
    each = [service.transformation_run(by=acting(colleague.id), run_id=run.id) for run in runs]
    assert "mensen" not in str((theirs, runs, each))
    service.run_transformation(by=acting(colleague.id), transformation_id=made)
    run_until_idle()
    newest, *_ = service.transformation_runs(by=acting(colleague.id), transformation_id=made)[0]
    assert (newest.state, newest.inputs[0]["table"]) == ("made", "gewoon")


def test_a_made_version_stays_made_when_its_transformation_is_gone(chain: Chain) -> None:
    """What it follows from is no data: reading that in would show the SQL to who may not see what it reads."""
    chain.bring()
    target = chain.another("Kopie")
    made = chain.made(target, "SELECT * FROM mensen")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    version = service.latest_ready(by=chain.by, dataset_id=target)
    assert version is not None
    service.remove_transformation(by=chain.by, transformation_id=made)
    with pytest.raises(Conflict) as refused:
        service.rerun(by=chain.by, table_version_id=version.id)
    assert refused.value.code == "table.made"
    assert service.provenance(by=chain.by, table_version_id=version.id)["derived_from"]["kind"] == "tables"
    outside = service.public_provenance(target, TableVersion.objects.get(id=version.id).data_sha256)
    assert outside is not None
    assert outside["kind"] == "tables"


def test_a_circle_names_no_table_that_is_hidden(chain: Chain) -> None:
    chain.bring()
    other = create_organisation(by=SYSTEM, slug="elders", name="Elders")
    colleague = create_person(by=SYSTEM, email="e@elders.example", name="E", password="een-lang-wachtwoord-7")
    for who in (colleague.id, chain.by.user_id):
        grant(by=SYSTEM, user_id=who, organisation_id=other.id, role="data_steward")  # type: ignore[arg-type]
    chain.by, hidden = acting(chain.by.user_id), chain.another("Geheim plan")  # type: ignore[arg-type]
    first, last = (create(by=chain.by, organisation_id=other.id, title=title).id for title in ("Eerste", "Laatste"))
    for dataset in (first, hidden, last):
        chain.bring(dataset=dataset)
    chain.made(hidden, "SELECT * FROM eerste")
    chain.made(last, "SELECT * FROM geheim_plan")
    with pytest.raises(Invalid) as refused:
        service.save_transformation(by=acting(colleague.id), dataset_id=first, sql="SELECT * FROM laatste")
    assert refused.value.params["circle"] == "eerste ← laatste ← … ← eerste"


def test_a_way_back_that_is_cut_names_no_column_behind_the_cut(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    chain.bring()
    target = chain.another("Kopie")
    made = chain.made(target, "SELECT naam AS wie FROM mensen")
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    monkeypatch.setattr("sluis.lake.transforming.lineage.DEEPEST", 1)
    found = service.lineage(by=chain.by, dataset_id=target)
    assert (len(found.places), found.lines, found.cut) == (1, (), True)
