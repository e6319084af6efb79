"""Work on whole files, done wherever the settings say, with what came of it in a form that can be compared."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management import call_command
from tests.integration.lake.test_transformations import Chain

from sluis.foundation.service import blobs, run_until_idle
from sluis.kernel.errors import SluisError, to_wire
from sluis.lake import making, service
from sluis.lake.export.making import exported
from sluis.release.making import make_files

STEPS = [
    {"do": "pseudonymise", "columns": ["naam"]},
    {"do": "generalise", "column": "leeftijd", "to": "range", "width": 10},
    {"do": "k_anonymise", "columns": ["postcode", "leeftijd"], "k": 5, "most_percent": 50},
]
FORMATS = ("csv", "json", "parquet")


def people(rows: int) -> str:
    """Every 1000th row has a field too many: it is rejected, with its line."""
    lines = (f"Persoon{n};{20 + n % 40};{3400 + n % 3} AB;{n},5;2024-01-{n % 28 + 1:02}" for n in range(rows))
    wrong = (f"{line};te veel" if n % 1000 == 999 else line for n, line in enumerate(lines))
    return "naam;leeftijd;postcode;bedrag;dag\n" + "\n".join(wrong) + "\n"


def read(source: Path, out: Path, **options: Any) -> tuple[Any, dict[str, str]]:
    """What is said of a file, and the hash of each file that came of it."""
    out.mkdir()
    try:
        report = making.read_file(source, source.name, options, out)
    except SluisError as error:
        return to_wire(error), {}
    return report.to_json(), files(out)


def files(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def chain_of(folder: Path) -> tuple[Any, ...]:
    """A table that comes in, one that is made of it by steps, and its files: everything that is kept of them."""
    chain = Chain(folder)
    chain.bring(people(5000))
    target = chain.another("Verhuld")
    run = chain.made(target, "SELECT * FROM mensen WHERE bedrag >= 0", steps=STEPS)
    service.run_transformation(by=chain.by, transformation_id=run)
    run_until_idle()
    [done], _ = service.transformation_runs(by=chain.by, transformation_id=run)
    came, made = (service.latest_ready(by=chain.by, dataset_id=one) for one in (chain.people, target))
    assert came
    assert made
    sent = make_files(came.data_sha256, (came.report or {})["columns"], None, FORMATS)
    # The key is of each dataset its own: so are pseudonyms, and the order of rows that hold them.
    shown = sorted(({**row, "naam": len(row["naam"])} for row in chain.table(target)), key=str)
    return (
        came.data_sha256, came.report, came.profile, done.state, done.figures, done.lineage, shown,
        {name: ref.sha256 for name, ref in sent.items()},
    )  # fmt: skip


def grown(folder: Path) -> tuple[Any, ...]:
    """A table that rows are added to and changed in, brought back to one file and left with fewer columns."""
    chain = Chain(folder)
    chain.load(people(3000), "upsert", ("naam",))
    chain.load(people(3500).replace(",5;", ",7;"), "upsert", ("naam",))
    version = chain.load("naam;leeftijd;postcode;bedrag;dag;extra\nNieuw;30;3400 AB;1,5;2024-02-01;x\n", "append")
    whole = service.one_file(by=chain.by, table_version_id=version.id)
    less = service.derive(by=chain.by, table_version_id=version.id, without=["bedrag"])
    data = blobs.path(service.table_version(by=chain.by, table_version_id=less).data_sha256)
    return whole.rows_total, whole.data_sha256, whole.profile, sha256(data.read_bytes()).hexdigest()


def exported_bytes(source: Path, out: Path, form: str) -> dict[str, bytes]:
    out.mkdir()
    request = {"source": str(source), "out": str(out), "formats": [form], "crs": "EPSG:28992"}
    made = exported(request, source, out, lambda fraction, text: None)
    return {name: path.read_bytes() for name, path in made.items()}


def again(settings: Any, folder: Path, work: Callable[[Path], Any]) -> Any:
    """As on a new installation."""
    call_command("flush", interactive=False)
    folder.mkdir()
    settings.SLUIS = replace(settings.SLUIS, data=folder)
    return work(folder)
