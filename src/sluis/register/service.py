"""The door of the register; other rooms import only this module and `types`.

Pure, without a database, are also `sluis.register.dcat` (graph, serialise, schema_org) and `sluis.register.shapes`.
"""

from typing import TYPE_CHECKING

from sluis.kernel.later import door

if TYPE_CHECKING:
    from sluis.register.contacts import add_contact, change_contact
    from sluis.register.fields import (
        COLUMN_FIELDS,
        CONTACT_FIELDS,
        DATASET_FIELDS,
        DISTRIBUTION_FIELDS,
        SERVICE_FIELDS,
        Field,
        Kind,
    )
    from sluis.register.operations import change, create, document_columns, mark_publication, move_to_team
    from sluis.register.parts import (
        add_distribution,
        add_service,
        change_distribution,
        change_service,
        note_url_status,
        remove_distribution,
        remove_service,
    )
    from sluis.register.quality import QualityPrediction
    from sluis.register.quality import predict as predict_quality
    from sluis.register.queries import contact_ids, contacts, get, ids_of_teams, preview, snapshot, team_of, visible_to
    from sluis.register.rules import blocking, gaps
    from sluis.register.vocabularies.refresh import refresh_vocabularies
    from sluis.register.vocabularies.store import concepts, label, labels, vocabularies
else:
    __getattr__ = door(__name__)

__all__ = [
    "COLUMN_FIELDS",
    "CONTACT_FIELDS",
    "DATASET_FIELDS",
    "DISTRIBUTION_FIELDS",
    "SERVICE_FIELDS",
    "Field",
    "Kind",
    "QualityPrediction",
    "add_contact",
    "add_distribution",
    "add_service",
    "blocking",
    "change",
    "change_contact",
    "change_distribution",
    "change_service",
    "concepts",
    "contact_ids",
    "contacts",
    "create",
    "document_columns",
    "gaps",
    "get",
    "ids_of_teams",
    "label",
    "labels",
    "mark_publication",
    "move_to_team",
    "note_url_status",
    "predict_quality",
    "preview",
    "refresh_vocabularies",
    "remove_distribution",
    "remove_service",
    "snapshot",
    "team_of",
    "visible_to",
    "vocabularies",
]
