from sluis.lake.models.source import Source, SourceRun, SourceSecret
from sluis.lake.models.table import TableVersion
from sluis.lake.models.upload import Upload

__all__ = ["Source", "SourceRun", "SourceSecret", "TableVersion", "Upload"]
