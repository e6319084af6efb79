"""The SQL that makes a value coarser, for DuckDB. Whatever does not fit becomes empty: it must never stay as it was."""

from dataclasses import dataclass
from decimal import Decimal

from sluis.kernel.sql import literal, quoted
from sluis.kernel.text import N_
from sluis.lake.query.shape import type_of
from sluis.lake.steps.types import Coarser, To
from sluis.lake.types import ColumnType

_DAYS = (ColumnType.DATE, ColumnType.DATETIME)
NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER)
_POSTCODE = r"^([1-9][0-9]{3})( ?[A-Z]{2})?$"


def coarser(column: str, kind: str, how: Coarser) -> str:
    """The expression for a column of this type (as DuckDB calls it)."""
    name = quoted(column)
    match how.to:
        case To.RANGE:
            return _range(name, kind, how.width)
        case To.MONTH:
            return f"strftime({name}, '%Y-%m')"
        case To.QUARTER:
            return f"year({name}) || '-K' || quarter({name})"
        case To.YEAR:
            return f"year({name})::BIGINT"
        case To.POSTCODE4 | To.POSTCODE2:
            digits = f"regexp_extract(upper(trim({name}::VARCHAR)), {literal(_POSTCODE)}, 1)"
            return f"nullif({f'left({digits}, 2)' if how.to is To.POSTCODE2 else digits}, '')"
        case To.MAPPING:
            return _mapped(name, how)


def unfit(kind: str, how: Coarser) -> str:
    """Why a column of this type cannot be made coarser so, as a source text; "" when it can."""
    of = type_of(kind)
    if how.to is To.RANGE and of not in NUMBERS:
        return N_("De kolom {column} bevat geen getallen.")
    if how.to in (To.MONTH, To.QUARTER, To.YEAR) and of not in _DAYS:
        return N_("De kolom {column} bevat geen datums.")
    if of is ColumnType.GEOMETRY:
        return N_("De kaartkolom {column} is niet grover te maken; laat haar weg.")
    return ""


def rounded(column: str, kind: str, nearest: Decimal) -> str:
    """To the nearest multiple, halves up."""
    name, step = quoted(column), Step.of(kind, nearest)
    if type_of(kind) is ColumnType.NUMBER:
        return f"round(floor({name} / {step.text} + 0.5) * {step.text}, {step.digits})"
    near = f"{step.times(name)} + CASE WHEN 2 * {step.over(name)} >= {step.units} THEN 1 ELSE 0 END"
    return f"({step.value(near)})::BIGINT" if step.whole else step.value(near)


def _range(name: str, kind: str, width: Decimal) -> str:
    """Whole numbers as `20-29`; others as `[2.5, 5.0)`, the first in it and the last not."""
    step = Step.of(kind, width)
    if step.whole:
        low = f"({step.times(name)}) * {step.text}"
        return f"{low} || '-' || ({low} + {step.text} - 1)"
    low, high = (step.value(f"{step.times(name)} + {more}") for more in (0, 1))
    return f"'[' || {low} || ', ' || {high} || ')'"


@dataclass(frozen=True, slots=True)
class Step:
    """A multiple to round to. Whole numbers and decimals are counted in units of their last digit, so that no digit
    gets lost; numbers that are binary themselves are not.

    `units` of the step and `shift` of a value, in that last digit; `digits` behind the mark that a multiple has.
    """

    text: str
    units: int
    shift: int
    digits: int
    whole: bool
    binary: bool

    @classmethod
    def of(cls, kind: str, step: Decimal) -> "Step":
        of, digits = type_of(kind), max(0, -int(step.normalize().as_tuple().exponent))
        scale = int(kind.rstrip(")").rpartition(",")[2]) if kind.startswith("DECIMAL(") else 0
        shift = max(scale, digits)
        whole = of is ColumnType.INTEGER and not digits
        return cls(format(step, "f"), int(step * 10**shift), shift, digits, whole, of is ColumnType.NUMBER)

    def over(self, name: str) -> str:
        """What a value has above the multiple below it, in units."""
        count = self._count(name)
        return f"((({count} % {self.units}) + {self.units}) % {self.units})"

    def times(self, name: str) -> str:
        """How many times the step goes into a value, rounded down."""
        if self.binary:
            return f"TRY_CAST(floor({name} / {self.text}) AS HUGEINT)"
        return f"(({self._count(name)} - {self.over(name)}) // {self.units})"

    def value(self, times: str) -> str:
        """So many times the step, as an exact decimal."""
        step = int(Decimal(self.text) * 10**self.digits)
        return f"TRY_CAST((({times}) * {step})::VARCHAR || 'e-{self.digits}' AS DECIMAL(38,{self.digits}))"

    def _count(self, name: str) -> str:
        return f"TRY_CAST(replace(TRY_CAST({name} AS DECIMAL(38,{self.shift}))::VARCHAR, '.', '') AS HUGEINT)"


def _mapped(name: str, how: Coarser) -> str:
    old = ", ".join(literal(value) for value in how.mapping)
    new = ", ".join(literal(value) for value in how.mapping.values())
    other = "NULL" if how.other is None else literal(how.other)
    return f"CASE WHEN {name} IS NOT NULL THEN coalesce(MAP([{old}], [{new}])[{name}::VARCHAR], {other}) END"
