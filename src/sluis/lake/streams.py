"""Rows that DuckDB reads while they are made."""

from typing import Any

import pyarrow as pa


def stream(reader: pa.RecordBatchReader) -> Any:
    """The batches as `DuckDBPyConnection.register` takes them, once and one after the other.

    A RecordBatchReader itself DuckDB reads through Arrow's scanner, which takes up to 1 GiB ahead of a question that is
    slower than what it reads (`DefaultBackpressureHighBytes` of Acero).
    """
    return reader.__arrow_c_stream__()
