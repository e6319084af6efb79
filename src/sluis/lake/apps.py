from collections.abc import Iterable
from datetime import timedelta

from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "sluis.lake"
    label = "lake"

    def ready(self) -> None:
        from sluis.foundation.service import blobs, every, on_failure, subscribe
        from sluis.lake import jobs
        from sluis.lake.query.jobs import sweep_results

        blobs.held_by(_held)
        on_failure(jobs.ingest_table, jobs.note_failure)
        every(timedelta(minutes=5), jobs.fail_abandoned)
        on_failure(jobs.run_source, jobs.give_up_source)
        every(timedelta(seconds=5), jobs.claim_due_sources, when=jobs.source_due)
        every(timedelta(minutes=5), jobs.tidy_sources)
        on_failure(jobs.run_transformation, jobs.give_up_transformation)
        every(timedelta(seconds=5), jobs.claim_due_transformations, when=jobs.transformation_due)
        every(timedelta(minutes=5), jobs.tidy_transformations)
        subscribe("table.ready", jobs.settle_source)
        subscribe("table.ready", jobs.check_contract)
        subscribe("table.ready", jobs.follow_table)
        subscribe("table.ready", jobs.start_transformations)
        subscribe("table.compacted", jobs.follow_table)
        subscribe("table.ready", jobs.measure_version)
        subscribe("table.compacted", jobs.measure_version)
        subscribe("contract.checked", jobs.watch_table)
        subscribe("contract.changed", jobs.watch_table)
        subscribe("dataset.changed", jobs.watch_table)
        subscribe("table.failed", jobs.settle_source)
        every(timedelta(minutes=10), sweep_results)
        every(timedelta(hours=1), jobs.keep_tables)
        every(timedelta(hours=1), jobs.follow_tables)
        every(timedelta(minutes=5), jobs.watch_late_tables, when=jobs.table_late)
        every(timedelta(hours=1), jobs.measure_unmeasured)
        subscribe("table.expired", jobs.follow_table)
        every(timedelta(days=1), jobs.expire_tables)


def _held() -> Iterable[str]:
    """Blobs that a table version, or a kept difference, points at."""
    from sluis.lake.models import TableDifference, TableVersion

    standing = TableVersion.objects.exclude(status=TableVersion.Status.EXPIRED)
    for source, rejects, parts in standing.values_list("source_sha256", "rejects_sha256", "parts").iterator():
        yield from (sha256 for sha256 in (source, rejects, *(part["sha256"] for part in parts)) if sha256)
    yield from TableDifference.objects.values_list("file_sha256", flat=True).iterator()
