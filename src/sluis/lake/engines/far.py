"""The inside of a table that is worked on elsewhere: splits questions, gathers them, and puts answers together.

Threads ask as if each were alone; what all of them wait for goes out as one, because each time that something goes
out costs a start of every sandbox.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from sluis.kernel import sql
from sluis.lake.engines.duck_split import PUT, Split, Splitter, counted
from sluis.lake.engines.duck_work import PLAIN, SAMPLE, joined
from sluis.lake.engines.letterbox import asked
from sluis.lake.profile.arrow_look import Look

type Row = tuple[Any, ...]

_WHOLE = ("HUGEINT", "UHUGEINT", "BIGINT", "UBIGINT")
_AT_ONCE = 40  # threads that ask: a sandbox has no more than 256


@dataclass
class _Waiting:
    split: Split
    seconds: float | None = None
    files: list[Path] = field(default_factory=list[Path])
    fault: BaseException | None = None
    ready: bool = False


@dataclass
class Far:
    """`con` knows the whole table under `tables`; `views` are SQL that make those over a slice.

    `place` is the column of the first with the number of a row; `asking` says in which `folder` questions are left.
    """

    con: duckdb.DuckDBPyConnection
    tables: Sequence[str]
    place: str
    views: Sequence[str]
    spatial: bool
    asking: Mapping[str, Any]

    def __post_init__(self) -> None:
        self._folder = Path(self.asking["folder"])
        known = self.con.execute(f"DESCRIBE {self.tables[0]}").fetchall()
        self.columns = [(name, kind) for name, kind, *_ in known if name != self.place]
        self._define: list[str] = []
        self._splitter = Splitter(self.con.cursor(), self.tables)
        self._local = threading.RLock()
        self._turn = threading.Condition()
        self._working = 1
        self._waiting: list[_Waiting] = []

    def all(
        self, sql: str, params: Sequence[Any], here: Callable[[], list[Row]], seconds: float | None = None
    ) -> list[Row]:
        """The rows of any question, asked far away when it can be split, and else `here`.

        `seconds` is the longest time of one slice. Raises what DuckDB raises, there or here.
        """
        with self._local:
            split = self._splitter.split(sql, [literal(value) for value in params])
            if split is None:
                return here()
            kinds = [kind for _, kind, *_ in self.con.execute(f"DESCRIBE {sql}", list(params)).fetchall()]
        return self._home(split, self._ask(_Waiting(split, seconds)), kinds)

    def define(self, sql: str) -> None:
        """A macro, here and there."""
        with self._local:
            self.con.execute(sql)
            self._define.append(sql)

    def looked(self, look: Look, sql: str) -> Row:
        """The one row of a question over all rows as `stream`, while they are looked at."""
        split = Splitter(self.con.cursor(), ["stream"]).split(sql)
        assert split is not None  # noqa: S101 - questions of a look are counts, sums and the like
        asking = {"columns": [column.to_json() for column in look.columns], "rows": look.rows, "wanted": look.wanted}
        files = self._send([_Waiting(split)], {"look": asking})
        look.seen([joined([path]) for path in files[SAMPLE]],
                  [set(joined([path]).column("name").to_pylist()) for path in files[PLAIN]])  # fmt: skip
        return self._home(split, files[0], [])[0]

    def each[A, B](self, work: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """`work` on every item, side by side, so that their questions go out together."""
        found: list[B] = []
        for start in range(0, len(items), _AT_ONCE):
            found += self._side_by_side([lambda item=item: work(item) for item in items[start : start + _AT_ONCE]])
        return found

    def _side_by_side[B](self, works: Sequence[Callable[[], B]]) -> list[B]:
        found: dict[int, B] = {}
        faults: list[BaseException] = []

        def do(number: int) -> None:
            try:
                found[number] = works[number]()
            except BaseException as fault:  # noqa: BLE001 - raised again where the work was asked for
                faults.append(fault)
                found.pop(number, None)
            finally:
                with self._turn:
                    ended.append(number)
                    last = len(ended) == len(works)
                if not last:  # the last one leaves its turn to who waits for all
                    self._pause()

        ended: list[int] = []
        with self._turn:
            self._working += len(works) - 1
        threads = [threading.Thread(target=do, args=(number,), daemon=True) for number in range(len(works))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        return [found[number] for number in range(len(works))]

    def _pause(self) -> None:
        """This thread has nothing to do now; when none has, what is waited for goes out."""
        with self._turn:
            self._working -= 1
            if self._working or not self._waiting:
                return
            batch, self._waiting = self._waiting, []
            self._working += len(batch)
        self._answer(batch)

    def _ask(self, waiting: _Waiting) -> list[Path]:
        with self._turn:
            self._waiting.append(waiting)
        self._pause()
        with self._turn:
            self._turn.wait_for(lambda: waiting.ready)
        if waiting.fault:
            raise waiting.fault
        return waiting.files

    def _answer(self, batch: Sequence[_Waiting]) -> None:
        fault: BaseException | None = None
        files: Mapping[int, list[Path]] = {}
        try:
            files = self._send(batch, {})
        except BaseException as raised:  # noqa: BLE001 - raised again in every thread that waits
            fault = raised
        with self._turn:
            for number, waiting in enumerate(batch):
                waiting.files, waiting.fault, waiting.ready = files.get(number, []), fault, True
            self._turn.notify_all()

    def _send(self, batch: Sequence[_Waiting], more: Mapping[str, Any]) -> dict[int, list[Path]]:
        """Files with answers per number of a question, in the order of the slices they are of."""
        questions = [
            {
                "number": number,
                "sql": waiting.split.slice,
                "keys": list(waiting.split.keys),
                "group": waiting.split.group,
                "seconds": waiting.seconds,
            }
            for number, waiting in enumerate(batch)
        ]
        question = {
            "columns": self.columns,
            "spatial": self.spatial,
            "define": self._define,
            "views": list(self.views),
            "questions": questions,
            **more,
        }
        found: dict[int, list[tuple[int, Path]]] = {}
        for path in asked(self._folder, question):
            _, number, place, _ = path.name.split(".")
            found.setdefault(int(number), []).append((int(place), path))
        return {number: [path for _, path in sorted(paths)] for number, paths in found.items()}

    def _home(self, split: Split, files: Sequence[Path], kinds: Sequence[str]) -> list[Row]:
        """What came home, put together. `kinds` are the types of the columns of the question, where they matter."""
        with self._local:
            put = joined(files)
            self.con.register(PUT, counted(self.con, put, split.sketches))
            try:
                rows = self.con.execute(split.home).fetchall()
            finally:
                self.con.unregister(PUT)
        for path in files:
            path.unlink()
        places = [place for place, kind in enumerate(kinds) if kind in _WHOLE]
        return [tuple(_int(value) if place in places else value for place, value in enumerate(row)) for row in rows]


def _int(value: Any) -> Any:
    """Arrow has no whole numbers beyond 64 bits: sums come as decimals."""
    return int(value) if isinstance(value, Decimal) else value


def literal(value: Any) -> str:
    """SQL for a value as DuckDB gives it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"({value!r})" if np.isfinite(value) else f"'{value}'::DOUBLE"
        case Decimal():
            return f"({value:f})"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case datetime():
            return f"'{value.isoformat(sep=' ')}'::TIMESTAMP{'TZ' if value.tzinfo else ''}"
        case date() | time():
            return f"'{value.isoformat()}'::{type(value).__name__.upper()}"
        case _:
            return sql.literal(str(value))
