"""From how the values look to the type of the column. Pure: decides on counted facts, never on rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sluis.kernel.text import N_
from sluis.lake.ingest.duck_classify import Facts, truth_type
from sluis.lake.ingest.plan import Options, Spec
from sluis.lake.ingest.shapes import DATES, MOMENTS, NUMERIC
from sluis.lake.types import ColumnType, Remark

_TEXT = Spec()
_MAX_SCALE = 12
_MOSTLY = 0.5
_POINT, _COMMA = ("pd", "ct"), ("cd", "pt")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`odd` says which classes did not fit when a column stays text although most values fit `kind`;
    `certain` that it is text because no value looked like anything else."""

    spec: Spec
    remarks: tuple[Remark, ...] = ()
    odd: frozenset[str] = frozenset()
    kind: str = ""
    certain: bool = False


def file_mark(facts: Sequence[Facts], delimiter: str, options: Options) -> str:
    """The decimal mark the file seems to use: '.' or ',', or '' without any sign."""
    if options.decimal:
        return options.decimal
    point = sum(fact.shapes.get(name, 0) for fact in facts for name in _POINT)
    comma = sum(fact.shapes.get(name, 0) for fact in facts for name in _COMMA)
    if point == comma:
        return "," if delimiter == ";" and point == 0 else ""
    return "." if point > comma else ","


def judge(title: str, fact: Facts, mark: str, options: Options, nulls: tuple[str, ...]) -> Verdict:
    """The type of one column. `mark` is the decimal mark of the file, '' when unknown."""
    shapes = {name: count for name, count in fact.shapes.items() if name != "nul" and count}
    if not shapes:
        return _text(fact)
    names = set(shapes)
    markers = nulls if fact.shapes.get("nul") else ()
    verdict = _judge(title, names, shapes, fact, mark, options)
    if verdict is None:
        return _mixed(title, shapes, fact)
    spec = replace(verdict.spec, nulls=markers, trim=True)
    remarks = verdict.remarks
    if markers:
        message = N_("Kolom {column}: {count} keer stond er een teken voor ‘leeg’ (zoals - of n.v.t.). Dat is nu leeg.")
        remarks += (Remark("column.null-marker", message, {"column": title, "count": fact.shapes["nul"]}),)
    return replace(verdict, spec=spec, remarks=remarks)


def _judge(
    title: str, names: set[str], shapes: dict[str, int], fact: Facts, mark: str, options: Options
) -> Verdict | None:
    if names <= NUMERIC:
        return _number(title, names, fact, mark)
    if names == {"b"}:
        return Verdict(Spec(ColumnType.BOOLEAN)) if truth_type(fact.truths) else None
    if len(names) == 1 and names <= DATES:
        return _date(title, names.pop(), fact, options)
    if names <= MOMENTS or (names <= MOMENTS | {"iso"} and not names & {"d-t", "d/t", "dtz"}):
        return _moment(title, names, fact, options)
    return Verdict(Spec(ColumnType.TIME)) if names == {"time"} else None


def _number(title: str, names: set[str], fact: Facts, mark: str) -> Verdict | None:
    if "unit" in names:
        return Verdict(Spec(ColumnType.DECIMAL, unit=True))
    if names == {"i"}:
        return Verdict(Spec(ColumnType.INTEGER))
    if names <= {"i", "big"}:
        return Verdict(Spec(ColumnType.DECIMAL, precision=38))
    if "exp" in names:
        return Verdict(Spec(ColumnType.NUMBER)) if not names & {"cd", "pt", "ct", "st", "c3"} else None
    point, comma = names & set(_POINT), names & set(_COMMA)
    if point and comma:
        return None
    own = "." if point else "," if comma or ("st" in names and not point) else ""
    chosen = own or mark or ("." if "p3" in names else ",")
    if "st" in names and (chosen == "." or names & {"p3", "pt"}):
        return None
    verdict = Verdict(_decimal(names, fact, chosen))
    if own or names & {"st"}:
        return verdict
    message = N_(
        "Kolom {column}: het is niet zeker of punt of komma hier duizendtallen scheidt. "
        "Gelezen met ‘{mark}’ als decimaalteken."
    )
    return replace(verdict, remarks=(Remark("column.mark-unsure", message, {"column": title, "mark": chosen}),))


def _decimal(names: set[str], fact: Facts, mark: str) -> Spec:
    """An exact type that holds every value, else a binary one; without decimals a whole number."""
    other, grouped = ("p3", "pt") if mark == "," else ("c3", "ct"), names & {"p3", "pt", "c3", "ct", "st"}
    has_group = bool(names & set(other) or "st" in names)
    group = " " if "st" in names else (("." if mark == "," else ",") if has_group else "")
    scale = fact.commas if mark == "," else fact.points
    if scale == 0:
        wide = max(fact.whole, fact.longest if grouped else 0) > 18
        return Spec(ColumnType.DECIMAL if wide else ColumnType.INTEGER, precision=38, mark=mark, group=group)
    digits = max(fact.whole, fact.longest if grouped else 0) + scale
    if scale > _MAX_SCALE or digits > 38:
        return Spec(ColumnType.NUMBER, mark=mark, group=group)
    return Spec(ColumnType.DECIMAL, precision=18 if digits <= 18 else 38, scale=scale, mark=mark, group=group)


def _date(title: str, name: str, fact: Facts, options: Options) -> Verdict | None:
    if name == "iso":
        return Verdict(Spec(ColumnType.DATE, form="iso"))
    if name == "y/":
        return Verdict(Spec(ColumnType.DATE, form="%Y/%m/%d"))
    if name.startswith("named"):
        return Verdict(Spec(ColumnType.DATE, form=name), _century(title) if name == "named2" else ())
    order, remarks = _order(title, fact, options)
    if not order:
        return None
    form = "%d-%m-%Y" if order == "dmy" else "%m-%d-%Y"
    if name[0] == "s":
        form, remarks = form.replace("Y", "y"), remarks + _century(title)
    return Verdict(Spec(ColumnType.DATE, form=form.replace("-", name[1])), remarks)


def _century(title: str) -> tuple[Remark, ...]:
    message = N_("Kolom {column}: jaren van twee cijfers zijn gelezen als 1969 tot en met 2068.")
    return (Remark("column.two-digit-year", message, {"column": title}),)


def _moment(title: str, names: set[str], fact: Facts, options: Options) -> Verdict | None:
    if names <= {"dt", "iso"}:
        return Verdict(Spec(ColumnType.DATETIME, form="iso"))
    if names == {"dtz"}:
        return Verdict(Spec(ColumnType.DATETIME, form="isoz"))
    if len(names) > 1:
        return None
    order, remarks = _order(title, fact, options)
    if not order:
        return None
    form = "%d-%m-%Y" if order == "dmy" else "%m-%d-%Y"
    return Verdict(Spec(ColumnType.DATETIME, form=form.replace("-", names.pop()[1])), remarks)


def _order(title: str, fact: Facts, options: Options) -> tuple[str, tuple[Remark, ...]]:
    """dmy or mdy, decided by the data; '' when it contradicts itself."""
    if options.date_order in ("dmy", "mdy"):
        return options.date_order, ()
    if fact.first > 12 and fact.second > 12:
        return "", ()
    if fact.first > 12 or fact.second > 12:
        return ("dmy" if fact.first > 12 else "mdy"), ()
    message = N_("Kolom {column}: dag en maand zijn niet te onderscheiden. Gelezen als dag-maand-jaar.")
    return "dmy", (Remark("column.date-order", message, {"column": title}),)


def _text(fact: Facts) -> Verdict:
    fixed = fact.padded and fact.longest == fact.shortest and fact.values > 1
    return Verdict(Spec(trim=fixed))


_KINDS = (
    (N_("getallen"), NUMERIC),
    (N_("datums"), DATES),
    (N_("tijdstippen"), MOMENTS),
    (N_("ja/nee-waarden"), frozenset({"b"})),
)


def _mixed(title: str, shapes: dict[str, int], fact: Facts) -> Verdict:
    """Text; with a remark when most values are of one kind."""
    total = sum(shapes.values())
    verdict = replace(_text(fact), certain=set(shapes) == {"text"} and not fact.shapes.get("nul"))
    for kind, members in _KINDS:
        fit = sum(count for name, count in shapes.items() if name in members)
        if fit == total and kind != "ja/nee-waarden":
            message = N_("Kolom {column} blijft tekst: de {kind_term} zijn op verschillende manieren geschreven.")
            return replace(
                verdict, remarks=(Remark("column.mixed-forms", message, {"column": title, "kind_term": kind}),)
            )
        if _MOSTLY * total <= fit < total:
            return replace(verdict, odd=frozenset(shapes) - members, kind=kind)
    return verdict
