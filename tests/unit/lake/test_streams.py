"""DuckDB takes rows as it needs them."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluis.lake.streams import stream

BATCHES, ROWS = 100, 100_000


def test_nothing_is_read_ahead_of_a_slow_question() -> None:
    schema, most = pa.schema([("n", pa.int64())]), 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal most
        for _ in range(BATCHES):
            yield pa.record_batch([pc.add(pa.array(np.arange(ROWS)), 1)], schema)
            most = max(most, pa.total_allocated_bytes())

    before = pa.total_allocated_bytes()
    with duckdb.connect(config={"threads": 1}) as con:
        con.register("s", stream(pa.RecordBatchReader.from_batches(schema, batches())))
        slow = ", ".join(f"approx_count_distinct(md5((n + {k})::VARCHAR))" for k in range(2))
        assert con.execute(f"SELECT count(*), {slow} FROM s").fetchall()[0][0] == BATCHES * ROWS
    assert most - before < 20 * ROWS * 8
