"""Bits change on the disk: every one is found, and nobody gets a whole file that is not what was put in it."""

import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.chaos.conftest import Province, Tell
from tests.chaos.counts import times
from tests.chaos.world import build

from sluis.foundation import jobs_entry
from sluis.foundation.service import blobs, run_until_idle
from sluis.foundation.storage import scrub
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Unavailable
from sluis.release.models import Release

pytestmark = pytest.mark.django_db(transaction=True)
SEED = 20261201


def flip(path: Path, chance: random.Random) -> None:
    """One bit; the time of the file stays as it was."""
    facts = path.stat()
    path.chmod(0o640)
    with path.open("r+b") as file:
        file.seek(chance.randrange(facts.st_size))
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ (1 << chance.randrange(8))]))
    path.chmod(0o440)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def received(client: Client, address: str) -> bytes | int:
    """The whole body, or the status when there was none; a body that broke off is nobody's file."""
    answer = client.get(address)
    if answer.status_code != 200:
        return answer.status_code
    with pytest.raises(Unavailable):
        b"".join(answer.streaming_content)
    return b""


def test_every_flipped_bit_is_found_and_never_served(
    province: Province, data_folder: Path, tmp_path: Path, fixed_clock: FixedClock, tell: Tell
) -> None:
    world = build(province, tmp_path)
    run_until_idle()
    client, chance, flips = Client(), random.Random(SEED), times(1_000, 25)
    release = Release.objects.get(dataset_id=world.published.id)
    formats = [file["format"] for file in release.files]
    shas = {file["format"]: file["sha256"] for file in release.files}
    by_sending, by_reading = 0, 0
    for _ in range(flips):
        name = chance.choice(formats)
        place, address = blobs.path(shas[name]), f"/api/v1/datasets/{world.published.slug}/releases/1/download/{name}"
        whole = place.read_bytes()
        flip(place, chance)
        scrub._proven.clear()
        if chance.random() < 0.5:
            assert received(client, address) in (b"", 503)
            by_sending += 1
        else:
            found = [sha for turn in range(scrub.TURNS) for sha in blobs.scrubbed(turn)]
            assert found == [shas[name]]
            by_reading += 1
        assert client.get(address).status_code == 503
        blobs.put_bytes(whole)  # the same bytes again, as from a backup, and all is well
        assert b"".join(client.get(address).streaming_content) == whole
    assert by_sending
    assert by_reading
    tell(13, flips=flips, seed=SEED, found_by_sending=by_sending, found_by_reading=by_reading)


def test_a_week_of_reading_sees_every_file(data_folder: Path, fixed_clock: FixedClock) -> None:
    kept = {blobs.put_bytes(f"bestand {n}".encode()).sha256 for n in range(60)}
    for sha in kept:
        flip(blobs.path(sha), random.Random(sha))
    found: list[Any] = []
    for _ in range(scrub.TURNS):
        found += jobs_entry.scrub.func()
        fixed_clock.advance(timedelta(days=1))
    assert sorted(found) == sorted(kept)
    assert not list(blobs.stored())
