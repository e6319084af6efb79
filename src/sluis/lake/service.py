"""The door of the lake; other rooms import only this module and `types`."""

from sluis.lake.deriving import derive
from sluis.lake.operations import abandoned_versions, finish_upload, ingest_new, ingest_now, request_ingest, rerun
from sluis.lake.queries import data_path, latest_ready, rejects_path, table_version, versions
from sluis.lake.records import TableVersionRecord
from sluis.lake.uploads import UploadRecord, append_upload, cancel_upload, start_upload, upload

__all__ = [
    "TableVersionRecord",
    "UploadRecord",
    "abandoned_versions",
    "append_upload",
    "cancel_upload",
    "data_path",
    "derive",
    "finish_upload",
    "ingest_new",
    "ingest_now",
    "latest_ready",
    "rejects_path",
    "request_ingest",
    "rerun",
    "start_upload",
    "table_version",
    "upload",
    "versions",
]
