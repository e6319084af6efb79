"""Says what a site holds that nobody works on now: `tables`, `head`, `blobs`, and the hashes of these audit entries.

Run as `python content_of_site.py SEQ...`. Changes nothing. Every file is read, and counts when it fits its name.
"""

import json
import sys

from sluis.cli.start import start

start()

from sluis.cli.databases.tables import Sum, summed, tables
from sluis.foundation.models import AuditEntry
from sluis.foundation.service import audit, blobs


def plain(found: Sum) -> tuple[int, str]:
    return found.rows, found.sha256


json.dump(
    {
        "tables": {table.name: plain(summed(table, "default")) for table in tables("default")},
        "head": audit.head(),
        "audit": dict(AuditEntry.objects.filter(seq__in=sys.argv[1:]).values_list("seq", "hash")),
        "blobs": sorted(one.sha256 for one in blobs.stored() if blobs.is_whole(one.sha256)),
    },
    sys.stdout,
)
