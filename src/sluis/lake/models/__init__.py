from sluis.lake.models.table import TableVersion
from sluis.lake.models.upload import Upload

__all__ = ["TableVersion", "Upload"]
