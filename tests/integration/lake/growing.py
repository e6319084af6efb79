"""A dataset whose table grows, and what it holds."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from sluis.foundation.service import acting, create_organisation, create_person, grant
from sluis.kernel.actor import SYSTEM
from sluis.lake import service
from sluis.lake.service import TableVersionRecord
from sluis.register.service import create

FIRST = "code;plaats;aantal;datum\nA01;Gorinchem;3;2024-01-01\nA02;Tiel;5;2024-01-02\nA03;Tiel;7;2024-01-03\n"


class Desk:
    def __init__(self, folder: Path) -> None:
        home = create_organisation(by=SYSTEM, slug="merwede", name="Merwede")
        person = create_person(by=SYSTEM, email="s@merwede.example", name="S", password="een-lang-wachtwoord-8")
        grant(by=SYSTEM, user_id=person.id, organisation_id=home.id, role="data_steward")
        self.by, self.folder = acting(person.id), folder
        self.dataset = create(by=self.by, organisation_id=home.id, title="Bomen").id

    def load(self, text: str, mode: str = "replace", key: tuple[str, ...] = (), **options: Any) -> TableVersionRecord:
        path = self.folder / "bomen.csv"
        path.write_text(text)
        return self.load_file(path, mode, key, **options)

    def load_file(self, path: Path, mode: str, key: tuple[str, ...] = (), **options: Any) -> TableVersionRecord:
        made = service.ingest_now(
            by=self.by, dataset_id=self.dataset, path=path, mode=mode, key=key, options=options or None
        )
        return service.table_version(by=self.by, table_version_id=made)

    def rows(self, version: TableVersionRecord, columns: str = "*", order: str = "") -> list[tuple[Any, ...]]:
        files = service.data_files(by=self.by, table_version_id=version.id)
        assert files.rows == tuple(pq.read_metadata(path).num_rows for path in files.paths)
        names = ", ".join(f"'{path}'" for path in files.paths)
        with duckdb.connect() as con:
            sql = f"SELECT {columns} FROM read_parquet([{names}], union_by_name = true) {order}"
            return con.execute(sql).fetchall()
