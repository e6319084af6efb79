"""The door of the lake; other rooms import only this module and `types`."""

from typing import TYPE_CHECKING

from sluis.kernel.later import door

if TYPE_CHECKING:
    from sluis.lake.connectors.registry import connector
    from sluis.lake.connectors.registry import everything as connectors
    from sluis.lake.contracting.checking import STOPS, check_now, checked, checked_file, try_contract
    from sluis.lake.contracting.operations import (
        drop_draft,
        propose_contract,
        put_in_force,
        retire_contract,
        save_contract,
    )
    from sluis.lake.contracting.queries import (
        contract,
        contract_in_force,
        contract_outcome_of,
        contract_outcomes,
        contracts,
    )
    from sluis.lake.contracting.records import ContractRecord, OutcomeRecord
    from sluis.lake.deriving import derive
    from sluis.lake.differing import Difference, being_compared, diff, diff_files, known_diff, request_diff
    from sluis.lake.engines.running import examined as engine_version
    from sluis.lake.iceberg.following import behind, follow, follow_all, proven
    from sluis.lake.keeping.holding import ALL as EVERY_VERSION
    from sluis.lake.keeping.holding import versions_held_by
    from sluis.lake.keeping.operations import expire, fates, rule_of, ruled, set_rule
    from sluis.lake.keeping.types import Fate, Rule, RuleRecord, Why
    from sluis.lake.operations import abandoned_versions, finish_upload, ingest_new, ingest_now, request_ingest, rerun
    from sluis.lake.provenance import provenance, public_provenance
    from sluis.lake.queries import data_files, latest_ready, rejects_path, table_version, versions
    from sluis.lake.records import TableVersionRecord
    from sluis.lake.schema_change import Change, compared
    from sluis.lake.sourcing.operations import (
        MODES as SOURCE_MODES,
    )
    from sluis.lake.sourcing.operations import (
        change_source,
        create_source,
        pause_source,
        remove_source,
        resume_source,
        retry_source,
        run_now,
    )
    from sluis.lake.sourcing.policy import home_of as dataset_of
    from sluis.lake.sourcing.queries import (
        source,
        source_run,
        source_runs,
        sources,
        sources_of,
        unreadable_secrets,
    )
    from sluis.lake.sourcing.receiving import (
        PUSHED,
        WaitingRecord,
        forget_waiting,
        key_made_at,
        new_push_key,
        receive,
        waiting_at,
    )
    from sluis.lake.sourcing.records import Preview, RunRecord, SourceRecord
    from sluis.lake.sourcing.trying import check_saved_source, check_source, preview_source
    from sluis.lake.transforming.keys import rotate_pseudonyms
    from sluis.lake.transforming.lineage import Line, Lineage, Place, lineage
    from sluis.lake.transforming.operations import (
        pause_transformation,
        remove_transformation,
        resume_transformation,
        run_transformation,
        save_transformation,
        try_transformation,
    )
    from sluis.lake.transforming.queries import (
        hiding_figures,
        made_from_people,
        transformation,
        transformation_of,
        transformation_run,
        transformation_runs,
        transformations,
    )
    from sluis.lake.transforming.records import TransformationRecord, TransformationRunRecord, Tried
    from sluis.lake.uploads import UploadRecord, append_upload, cancel_upload, start_upload, upload
    from sluis.lake.watching.operations import accept as accept_quality
    from sluis.lake.watching.operations import set_limits
    from sluis.lake.watching.queries import alerts, measures, watch_of, watches
    from sluis.lake.watching.types import WatchRecord
    from sluis.lake.whole import one_file
else:
    __getattr__ = door(__name__)

__all__ = [
    "EVERY_VERSION",
    "PUSHED",
    "SOURCE_MODES",
    "STOPS",
    "Change",
    "ContractRecord",
    "Difference",
    "Fate",
    "Line",
    "Lineage",
    "OutcomeRecord",
    "Place",
    "Preview",
    "Rule",
    "RuleRecord",
    "RunRecord",
    "SourceRecord",
    "TableVersionRecord",
    "TransformationRecord",
    "TransformationRunRecord",
    "Tried",
    "UploadRecord",
    "WaitingRecord",
    "WatchRecord",
    "Why",
    "abandoned_versions",
    "accept_quality",
    "alerts",
    "append_upload",
    "behind",
    "being_compared",
    "cancel_upload",
    "change_source",
    "check_now",
    "check_saved_source",
    "check_source",
    "checked",
    "checked_file",
    "compared",
    "connector",
    "connectors",
    "contract",
    "contract_in_force",
    "contract_outcome_of",
    "contract_outcomes",
    "contracts",
    "create_source",
    "data_files",
    "dataset_of",
    "derive",
    "diff",
    "diff_files",
    "drop_draft",
    "engine_version",
    "expire",
    "fates",
    "finish_upload",
    "follow",
    "follow_all",
    "forget_waiting",
    "hiding_figures",
    "ingest_new",
    "ingest_now",
    "key_made_at",
    "known_diff",
    "latest_ready",
    "lineage",
    "made_from_people",
    "measures",
    "new_push_key",
    "one_file",
    "pause_source",
    "pause_transformation",
    "preview_source",
    "propose_contract",
    "proven",
    "provenance",
    "public_provenance",
    "put_in_force",
    "receive",
    "rejects_path",
    "remove_source",
    "remove_transformation",
    "request_diff",
    "request_ingest",
    "rerun",
    "resume_source",
    "resume_transformation",
    "retire_contract",
    "retry_source",
    "rotate_pseudonyms",
    "rule_of",
    "ruled",
    "run_now",
    "run_transformation",
    "save_contract",
    "save_transformation",
    "set_limits",
    "set_rule",
    "source",
    "source_run",
    "source_runs",
    "sources",
    "sources_of",
    "start_upload",
    "table_version",
    "transformation",
    "transformation_of",
    "transformation_run",
    "transformation_runs",
    "transformations",
    "try_contract",
    "try_transformation",
    "unreadable_secrets",
    "upload",
    "versions",
    "versions_held_by",
    "waiting_at",
    "watch_of",
    "watches",
]
