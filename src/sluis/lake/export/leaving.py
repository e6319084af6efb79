"""Entry for the sandbox: a table without some of its columns. JSON in, JSON out; no Django here."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sluis.lake.names import GEOMETRY_BOX

type Progress = Callable[[float, str], None]


def leave_out(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Request: `source` and `out` (Parquet paths), `keep` (column names). The rows stay as they are, piece by piece."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(Path(request["source"])) as source:
        schema = source.schema_arrow
        keep = [name for name in schema.names if name in request["keep"] or _beside(name, request)]
        kept = pa.schema([schema.field(name) for name in keep], _described(schema.metadata, request))
        done = 0
        with pq.ParquetWriter(request["out"], kept, compression="zstd") as writer:
            for batch in source.iter_batches(columns=keep):
                writer.write_batch(pa.RecordBatch.from_arrays([batch.column(name) for name in keep], schema=kept))
                done += batch.num_rows
                progress(done / max(source.metadata.num_rows, 1), "")
    return {"rows": done}


def _beside(name: str, request: Mapping[str, Any]) -> bool:
    """The box of a geometry goes and stays with it."""
    return name == GEOMETRY_BOX and bool(request["geometry"])


def _described(metadata: Any, request: Mapping[str, Any]) -> Any:
    """What the file says of its geometry goes with the geometry; what it says of dropped columns goes too."""
    wanted = {b"geo"} if request["geometry"] else set[bytes]()
    return {key: value for key, value in (metadata or {}).items() if key in wanted} or None
