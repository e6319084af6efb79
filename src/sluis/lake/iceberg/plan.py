"""What has to be written for Iceberg to say the same as our versions: pure rules."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

# So many of the newest versions can be read back in Iceberg: its metadata lists every snapshot and is written anew
# with each. Sluis itself keeps all versions.
HISTORY = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """A ready version: its number, its id, and the hashes of its parts in order."""

    number: int
    version_id: str
    parts: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Changes when the same rows come to stand in other files."""
        return sha256("\n".join(self.parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Standing:
    """A snapshot, and the version that it says to be."""

    snapshot_id: int
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`write` in this order, after which the snapshots in `expire` may go; `anew`: nothing that stands can be kept."""

    write: tuple[Wanted, ...] = ()
    expire: tuple[int, ...] = ()
    anew: bool = False

    @property
    def settled(self) -> bool:
        return not (self.write or self.expire or self.anew)


def plan(standing: Sequence[Standing], wanted: Sequence[Wanted]) -> Plan:
    """Both from old to new. Snapshots stay when they are, from some version on, exactly the wanted ones in order."""
    first = wanted[0].number if wanted else 0
    old = [one for one in standing if one.number < first]
    kept = standing[len(old) :]
    fits = len(kept) <= len(wanted) and all(
        (one.number, one.digest) == (version.number, version.digest) for one, version in zip(kept, wanted, strict=False)
    )
    if standing and not (kept and fits):
        return Plan(write=tuple(wanted), anew=True)
    return Plan(write=tuple(wanted[len(kept) :]), expire=tuple(one.snapshot_id for one in old))


def exchanged(now: Sequence[str], then: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files that go, each once, and those that come, as often as the table holds them.

    A table may hold a file twice: the same rows, added twice. Iceberg takes a file away by name, so all its copies go
    and come together, and once anything goes, so does everything that stands there twice.
    """
    old, new = Counter(now), Counter(then)
    if not old - new:
        return [], list((new - old).elements())
    touched = [name for name in {**old, **new} if old[name] != new[name] or old[name] > 1]
    return [name for name in touched if old[name]], [name for name in touched for _ in range(new[name])]
