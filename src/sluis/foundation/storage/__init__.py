"""Where the bytes of blobs stand: on the disk of this machine, or in a bucket of an S3 service with the disk as cache.

Rooms do not come here: they go through `sluis.foundation.blobs`.
"""

from sluis.foundation.storage.bucket import Bucket
from sluis.foundation.storage.chosen import bucket, disk
from sluis.foundation.storage.disk import Disk
from sluis.foundation.storage.moving import copy_all
from sluis.foundation.storage.types import BlobRef, Store, Stored

__all__ = ["BlobRef", "Bucket", "Disk", "Store", "Stored", "bucket", "copy_all", "disk"]
