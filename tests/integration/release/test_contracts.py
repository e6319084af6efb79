"""A contract in force: what breaks it stays inside, the last good one stays public and says so until it is mended."""

from typing import Any

import pytest
from tests.integration.release.conftest import PALEN, hand_in, publish, ready

from sluis.desk.subjects import beside
from sluis.foundation.service import run_until_idle, writing
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Stale, fill
from sluis.lake import service as lake
from sluis.lake.contracts import yaml_text
from sluis.lake.contracts.types import Change, ContractStatus, Verdict
from sluis.lake.models import ContractOutcome
from sluis.process import service as process
from sluis.process.types import TaskFilter
from sluis.release import public
from sluis.release import service as release
from sluis.release.models import Dossier, PublicContract, Release
from sluis.release.projection import rebuild_projection
from sluis.release.types import Verdict as Checked

pytestmark = pytest.mark.django_db


def text(version: str = "1.0.0", most: int = 60, severity: str = "error", **column: Any) -> str:
    """Power of a charging point up to a bound; towns from a list."""
    towns = {"validValues": ["Gorinchem", "Vianen", "Leerdam"]}
    properties: list[dict[str, Any]] = [
        {"name": "paal", "logicalType": "integer", "primaryKey": True},
        {"name": "plaats", "logicalType": "string", "quality": [
            {"metric": "invalidValues", "arguments": towns, "mustBe": 0, "severity": severity}]},
        {"name": "vermogen", "logicalType": "integer", "logicalTypeOptions": {"maximum": most}, **column},
    ]  # fmt: skip
    return yaml_text.write(
        {
            "apiVersion": "v3.1.0", "kind": "DataContract", "id": "palen", "version": version, "status": "active",
            "schema": [{"name": "laadpalen", "properties": properties}],
        }
    )  # fmt: skip


def in_force(steward: Any, manager: Any, dataset_id: Any, **more: Any) -> Any:
    saved = lake.save_contract(by=steward, dataset_id=dataset_id, text=text(**more))
    made = lake.put_in_force(by=manager, contract_id=saved.id, sha256=saved.sha256)
    run_until_idle()
    return made


def deliver(palen: Any, steward: Any, rows: dict[str, list[Any]], folder: Any) -> Any:
    made = hand_in(steward, palen, rows, folder)
    with writing(by=SYSTEM, action="lake.table.ready", subject=("table-version", made.id)) as w:
        w.emit("table.ready", {"table_version": str(made.id), "dataset": str(palen.id)})
    run_until_idle()
    return made


def verdict(palen: Any, steward: Any) -> Any:
    return lake.contract_outcomes(by=steward, dataset_id=palen.id)[0].verdict


def test_a_draft_made_from_the_data_is_kept_by_it(palen, steward, manager):
    proposal = lake.propose_contract(by=steward, dataset_id=palen.id)
    saved = lake.save_contract(by=steward, dataset_id=palen.id, text=proposal)
    assert (saved.status, saved.version, saved.change) == (ContractStatus.DRAFT, "1.0.0", Change.NONE)
    lake.put_in_force(by=manager, contract_id=saved.id, sha256=saved.sha256)
    run_until_idle()
    assert verdict(palen, steward) is Verdict.PASSED


def test_who_may_what(palen, steward, owner, manager, officer, stranger):
    with pytest.raises(NotAllowed):
        lake.save_contract(by=officer, dataset_id=palen.id, text=text())
    with pytest.raises(NotFound):
        lake.save_contract(by=stranger, dataset_id=palen.id, text=text())
    saved = lake.save_contract(by=steward, dataset_id=palen.id, text=text())
    with pytest.raises(NotAllowed):
        lake.put_in_force(by=steward, contract_id=saved.id, sha256=saved.sha256)
    with pytest.raises(NotFound):
        lake.contract(by=stranger, contract_id=saved.id)
    made = lake.put_in_force(by=owner, contract_id=saved.id, sha256=saved.sha256)
    with pytest.raises(NotAllowed):
        lake.retire_contract(by=steward, contract_id=made.id)
    assert lake.retire_contract(by=manager, contract_id=made.id).status is ContractStatus.RETIRED
    assert lake.contract_in_force(by=officer, dataset_id=palen.id) is None


def test_a_draft_changes_and_what_is_in_force_does_not(palen, steward, manager):
    first = lake.save_contract(by=steward, dataset_id=palen.id, text=text(), expected="")
    again = lake.save_contract(by=steward, dataset_id=palen.id, text=text(most=70), expected=first.sha256)
    assert (again.id, again.number) == (first.id, 1)
    with pytest.raises(Stale):
        lake.save_contract(by=steward, dataset_id=palen.id, text=text(most=80), expected=first.sha256)
    with pytest.raises(Stale):
        lake.put_in_force(by=manager, contract_id=first.id, sha256=first.sha256)
    made = lake.put_in_force(by=manager, contract_id=first.id, sha256=again.sha256)
    next_one = lake.save_contract(by=steward, dataset_id=palen.id, text=text("1.1.0", most=65))
    assert (next_one.number, next_one.change) == (2, Change.COMPATIBLE)
    assert lake.contract(by=steward, contract_id=made.id).text == again.text
    with pytest.raises(Conflict):
        lake.drop_draft(by=steward, contract_id=made.id)
    lake.drop_draft(by=steward, contract_id=next_one.id)
    assert [one.number for one in lake.contracts(by=steward, dataset_id=palen.id)] == [1]


@pytest.mark.parametrize(
    ("version", "most", "code", "least"),
    [
        ("1.0.0", 60, "contract.version-too-low", "1.0.1"),
        ("0.9.0", 50, "contract.version-too-low", "1.1.0"),
        ("1.9.0", 70, "contract.version-too-low", "2.0.0"),
        ("een", 60, "contract.version", None),
    ],
)
def test_the_version_tells_what_changed(palen, steward, manager, version, most, code, least):
    in_force(steward, manager, palen.id)
    with pytest.raises(Invalid) as caught:
        lake.save_contract(by=steward, dataset_id=palen.id, text=text(version, most))
    assert (caught.value.code, caught.value.params.get("least")) == (code, least)


def test_the_next_contract_ends_the_one_before(palen, steward, manager):
    first = in_force(steward, manager, palen.id)
    second = in_force(steward, manager, palen.id, version="2.0.0", most=70)
    states = {one.id: one.status for one in lake.contracts(by=steward, dataset_id=palen.id)}
    assert states == {first.id: ContractStatus.RETIRED, second.id: ContractStatus.IN_FORCE}
    assert second.change is Change.BREAKING


def test_each_new_version_is_checked_once(palen, steward, manager, tmp_path):
    in_force(steward, manager, palen.id)
    made = deliver(palen, steward, PALEN | {"vermogen": [11, 22, 99, 50]}, tmp_path)
    outcome = lake.contract_outcomes(by=steward, dataset_id=palen.id)[0]
    broken = [(one.rule.id, one.found, [example.row for example in one.examples]) for one in outcome.broken]
    assert (outcome.verdict, broken) == (Verdict.FAILED, [("vermogen.max", "1", [3])])
    lake.checked(made.id)
    assert ContractOutcome.objects.count() == 2
    assert process.notices(by=steward)[1] == 0  # this steward has no account to tell


def test_trying_a_draft_keeps_nothing(palen, steward):
    saved = lake.save_contract(by=steward, dataset_id=palen.id, text=text(most=20))
    table = lake.latest_ready(by=steward, dataset_id=palen.id)
    assert table is not None
    tried = lake.try_contract(by=steward, contract_id=saved.id, table_version_id=table.id)
    assert tried.verdict is Verdict.FAILED
    assert not ContractOutcome.objects.exists()


def contract_check(dossier: Any) -> Any:
    return next(report for report in dossier.checks if report.name == "contract")


def test_a_breach_stops_a_first_release(palen, steward, manager):
    in_force(steward, manager, palen.id, most=20)
    lying = ready(steward, palen)
    report = contract_check(lying)
    assert (report.verdict, [f.blocks for f in report.findings]) == (Checked.FAILED, [True])
    said = fill(report.findings[0].text, report.findings[0].params)
    assert said == "vermogen: De waarde is hoogstens 20. Rijen die niet voldoen: 2."
    assert "Decide" not in [task.element for task in lying.tasks]


def test_a_broken_warning_asks_for_attention(palen, steward, manager, tmp_path):
    in_force(steward, manager, palen.id, severity="warning")
    hand_in(steward, palen, PALEN | {"plaats": ["Gorinchem", "Elders", "Vianen", "Leerdam"]}, tmp_path)
    report = contract_check(ready(steward, palen))
    assert (report.verdict, [f.blocks for f in report.findings]) == (Checked.ATTENTION, [False])


def test_without_a_contract_there_is_nothing_to_keep(published):
    assert contract_check(published).verdict is Checked.NOT_APPLICABLE


@pytest.fixture
def agreed(palen, steward, owner, manager):
    in_force(steward, manager, palen.id)
    return publish(steward, owner, palen)


BROKEN = PALEN | {"vermogen": [11, 22, 999, 50]}


def notice(palen: Any) -> dict[str, Any]:
    return public.dataset(palen.slug).document.get("notice") or {}


def tasks(palen: Any, who: Any) -> list[str]:
    return [row.element for row in process.tasks(by=who, filters=TaskFilter()).rows]


def test_a_refresh_that_breaks_the_contract_stays_inside_and_the_good_one_ends_the_notice(
    agreed, palen, steward, tmp_path
):
    good = public.file(palen.slug, "csv").sha256
    deliver(palen, steward, BROKEN, tmp_path)
    assert (public.dataset(palen.slug).release, public.file(palen.slug, "csv").sha256) == (1, good)
    assert set(notice(palen)) == {"delayed_at"}
    assert tasks(palen, steward) == ["MendRefresh"]
    assert Dossier.objects.count() == 1
    since = notice(palen)["delayed_at"]
    deliver(palen, steward, PALEN | {"vermogen": [11, 22, 998, 50]}, tmp_path)
    assert (notice(palen)["delayed_at"], tasks(palen, steward)) == (since, ["MendRefresh"])
    deliver(palen, steward, PALEN | {"vermogen": [11, 22, 33, 50]}, tmp_path)
    assert (public.dataset(palen.slug).release, notice(palen), tasks(palen, steward)) == (2, {}, [])
    made = Release.objects.get(number=2)
    assert (made.basis["refresh"]["outcome"], made.basis["difference"]["contract"]) == ("pass", "passed")


def test_another_contract_lets_the_waiting_data_out(agreed, palen, steward, manager, tmp_path):
    deliver(palen, steward, BROKEN, tmp_path)
    assert notice(palen)
    in_force(steward, manager, palen.id, version="2.0.0", most=2000)
    assert (public.dataset(palen.slug).release, notice(palen), tasks(palen, steward)) == (2, {}, [])


def test_the_steward_can_have_it_compared_again(agreed, palen, steward, tmp_path):
    deliver(palen, steward, BROKEN, tmp_path)
    found = process.tasks(by=steward, filters=TaskFilter()).rows[0]
    told = beside(steward, process.instance(by=steward, instance_id=found.instance_id), found)
    assert told.notes == (
        "Versie 2 van de tabel komt de afspraken niet na. "
        "vermogen: De waarde is hoogstens 60. Rijen die niet voldoen: 1.",
    )
    assert f"/desk/datasets/{palen.id}/afspraken" in [link.url for link in told.links]
    process.complete(by=steward, task_id=found.id, answers={}, expected_version=found.version)
    run_until_idle()
    assert (tasks(palen, steward), public.dataset(palen.slug).release) == (["MendRefresh"], 1)
    again = process.tasks(by=steward, filters=TaskFilter()).rows[0]
    assert again.id != found.id


def test_a_broken_warning_does_not_hold_a_refresh(palen, steward, owner, manager, tmp_path):
    in_force(steward, manager, palen.id, severity="warning")
    publish(steward, owner, palen)
    deliver(palen, steward, PALEN | {"plaats": ["Gorinchem", "Elders", "Vianen", "Leerdam"]}, tmp_path)
    assert (public.dataset(palen.slug).release, notice(palen)) == (2, {})


def test_what_cannot_be_checked_does_not_go_out(agreed, palen, steward, manager, tmp_path):
    query = [{"type": "sql", "query": "select kapot from laadpalen", "mustBe": 0}]
    in_force(steward, manager, palen.id, version="1.1.0", quality=query)
    deliver(palen, steward, PALEN | {"vermogen": [11, 22, 33, 50]}, tmp_path)
    assert (public.dataset(palen.slug).release, set(notice(palen))) == (1, {"delayed_at"})
    assert release.dossier(by=steward, dossier_id=agreed.id).stage.value == "published"


def test_the_outside_reads_what_is_promised_and_how_the_release_came_out(
    agreed, palen, steward, manager, client, tmp_path
):
    page = client.get(f"/datasets/{palen.slug}").content.decode()
    assert "Afspraken over deze data" in page
    assert "Nagekomen" in page
    file = client.get(f"/datasets/{palen.slug}/contract.odcs.yaml")
    held = lake.contract_in_force(by=steward, dataset_id=palen.id)
    assert (file.content.decode(), file["Content-Type"]) == (held.text, "application/yaml; charset=utf-8")
    answer = client.get(f"/api/v1/datasets/{palen.slug}/contract", headers={"Accept-Language": "en"}).json()
    assert (answer["version"], answer["verdict"], answer["release"]) == ("1.0.0", "passed", 1)
    assert {rule["id"]: rule["agreed"] for rule in answer["rules"]}["vermogen.max"] == "The value is at most 60."
    deliver(palen, steward, BROKEN, tmp_path)
    late = client.get(f"/datasets/{palen.slug}").content.decode()
    assert "De nieuwe versie voldoet nog niet aan de afspraken." in late
    told = client.get(f"/api/v1/datasets/{palen.slug}").json()["notice"]
    assert told["delayedAt"]
    assert client.get(f"/api/v1/datasets/{palen.slug}/contract").json()["verdict"] == "passed"


def test_a_contract_that_the_release_outside_breaks_says_so_without_values(published, palen, steward, manager, client):
    in_force(steward, manager, palen.id, most=20)
    answer = client.get(f"/api/v1/datasets/{palen.slug}/contract").json()
    broken = {rule["id"]: rule["found"] for rule in answer["rules"] if rule["status"] == "failed"}
    assert (answer["verdict"], broken) == ("failed", {"vermogen.max": "Rijen die niet voldoen: 2."})
    assert PublicContract.objects.get().outcomes[-2]["examples"] == []
    page = client.get(f"/datasets/{palen.slug}").content.decode()
    assert "Hier houdt de data zich niet aan:" in page
    held = lake.contract_in_force(by=steward, dataset_id=palen.id)
    lake.retire_contract(by=manager, contract_id=held.id)
    run_until_idle()
    assert client.get(f"/api/v1/datasets/{palen.slug}/contract").status_code == 404
    assert client.get(f"/datasets/{palen.slug}/contract.odcs.yaml").status_code == 404
    assert "Afspraken over deze data" not in client.get(f"/datasets/{palen.slug}").content.decode()


def test_a_draft_and_what_is_not_public_stay_inside(palen, steward, manager, client):
    lake.save_contract(by=steward, dataset_id=palen.id, text=text())
    in_force(steward, manager, palen.id)
    assert client.get(f"/datasets/{palen.slug}/contract.odcs.yaml").status_code == 404
    assert not PublicContract.objects.exists()


def test_the_projection_comes_back_with_its_contract(agreed, palen):
    before = PublicContract.objects.values().get()
    rebuild_projection()
    after = PublicContract.objects.values().get()
    assert {k: v for k, v in after.items() if k != "dataset_id"} == {
        k: v for k, v in before.items() if k != "dataset_id"
    }


def test_what_stands_outside_is_checked_too_when_newer_data_lies_inside(published, palen, steward, manager, tmp_path):
    hand_in(steward, palen, PALEN | {"vermogen": [11, 22, 999, 50]}, tmp_path)
    in_force(steward, manager, palen.id)
    assert public.contract(palen.slug).verdict is Verdict.PASSED
    assert verdict(palen, steward) is Verdict.FAILED
