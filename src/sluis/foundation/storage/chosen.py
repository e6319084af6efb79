"""Which stores this installation has, by its settings."""

from functools import lru_cache
from typing import Any

from django.conf import settings

from sluis.foundation.storage.bucket import Address, Bucket
from sluis.foundation.storage.disk import Disk


def disk(env: Any = None) -> Disk:
    """The store itself, or the cache of the bucket."""
    data = (env or settings.SLUIS).data
    return Disk(data / "blobs", data / "tmp")


def bucket(env: Any = None) -> Bucket | None:
    """None when the files stand on the disk of this machine. `env` is for who has settings and no Django."""
    env = env or settings.SLUIS
    if not env.storage:
        return None
    return opened(
        Address(env.storage, env.storage_endpoint, env.storage_region, env.storage_key_id, env.storage_secret_key)
    )


@lru_cache(maxsize=8)
def opened(address: Address) -> Bucket:
    """One per process: connections are kept open."""
    return Bucket(address)
