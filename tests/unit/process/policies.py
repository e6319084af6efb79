"""The tables that come with Sluis, read once for all tests of them."""

from functools import cache

from sluis.process.dmn import Model, read
from sluis.process.dmn.cases import Case, read_cases
from sluis.process.shipped import shipped

KEYS = sorted(path.stem for path in shipped("policies").glob("*.dmn"))


@cache
def model(key: str) -> Model:
    return read((shipped("policies") / f"{key}.dmn").read_bytes())


@cache
def cases(key: str) -> tuple[Case, ...]:
    return read_cases((shipped("policies") / "cases" / f"{key}.csv").read_bytes())
