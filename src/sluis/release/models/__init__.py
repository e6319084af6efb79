"""Tables of the release room."""

from sluis.release.models.aid import ReadingAid
from sluis.release.models.decision import Decision, Preparer
from sluis.release.models.dossier import Dossier, Exhibit
from sluis.release.models.feedback import Feedback
from sluis.release.models.projection import (
    PublicContract,
    PublicContractVersion,
    PublicDataset,
    PublicDifference,
    PublicFeedPart,
    PublicFile,
    PublicGround,
    PublicQuery,
    PublicReleaseRow,
    PublicTable,
    PublicTheme,
)
from sluis.release.models.release import Release, ReleaseCopy

__all__ = [
    "Decision",
    "Dossier",
    "Exhibit",
    "Feedback",
    "Preparer",
    "PublicContract",
    "PublicContractVersion",
    "PublicDataset",
    "PublicDifference",
    "PublicFeedPart",
    "PublicFile",
    "PublicGround",
    "PublicQuery",
    "PublicReleaseRow",
    "PublicTable",
    "PublicTheme",
    "ReadingAid",
    "Release",
    "ReleaseCopy",
]
