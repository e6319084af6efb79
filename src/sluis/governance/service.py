"""The door of the governance room: the register of processing (AVG art. 30).

processings(*, by, text="", page=1, size=50) -> ProcessingPage
processing(*, by, processing_id) -> ProcessingRecord                           NotFound
describe(*, by, processing_id, values, expected_version) -> ProcessingRecord   NotFound, NotAllowed, Stale, Invalid
export(*, by) -> Iterator[ProcessingRecord]                                    noted in the audit chain

Rows come by themselves: a decision on data about people writes or follows one (event `dataset.decided`).
"""

from sluis.governance.operations import MOST_CHARS, describe, export
from sluis.governance.queries import processing, processings

__all__ = ["MOST_CHARS", "describe", "export", "processing", "processings"]
