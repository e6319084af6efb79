from sluis.lake.models.contract import ContractOutcome, ContractVersion
from sluis.lake.models.difference import TableDifference
from sluis.lake.models.keeping import KeepRule
from sluis.lake.models.query import SavedQuery
from sluis.lake.models.source import Source, SourceDelivery, SourceKey, SourceRun, SourceSecret
from sluis.lake.models.table import TableVersion
from sluis.lake.models.transformation import (
    PseudonymKey,
    Transformation,
    TransformationDefinition,
    TransformationInput,
    TransformationRun,
)
from sluis.lake.models.upload import Upload
from sluis.lake.models.watch import TableAlert, TableWatch, VersionMeasure

__all__ = [
    "ContractOutcome",
    "ContractVersion",
    "KeepRule",
    "PseudonymKey",
    "SavedQuery",
    "Source",
    "SourceDelivery",
    "SourceKey",
    "SourceRun",
    "SourceSecret",
    "TableAlert",
    "TableDifference",
    "TableVersion",
    "TableWatch",
    "Transformation",
    "TransformationDefinition",
    "TransformationInput",
    "TransformationRun",
    "Upload",
    "VersionMeasure",
]
