"""What is wrong with a question, in words for whoever wrote it. Pure: used in the child and in the web process."""

import re
from collections.abc import Iterable, Sequence

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_

LONGEST = 20_000
_LONGEST_QUOTE = 300
_PATHS = re.compile(r"(?:[\"'])?/(?:[\w.@%+~-]+/)+[\w.@%+~-]*(?:[\"'])?|/dev/fd/\d+", re.ASCII)
_HINTS = re.compile(r"\n\s*(?:LINE \d+:|Candidate|Did you mean).*", re.DOTALL)

KINDS = {
    "INSERT": N_("rijen toevoegen"), "UPDATE": N_("rijen wijzigen"), "DELETE": N_("rijen weghalen"),
    "CREATE": N_("iets aanmaken"), "CREATE_FUNC": N_("iets aanmaken"), "DROP": N_("iets weghalen"),
    "ALTER": N_("iets veranderen"), "COPY": N_("een bestand lezen of schrijven"),
    "COPY_DATABASE": N_("een database kopiëren"), "ATTACH": N_("een andere database openen"),
    "DETACH": N_("een database loslaten"), "LOAD": N_("een uitbreiding laden"), "SET": N_("een instelling wijzigen"),
    "VARIABLE_SET": N_("een instelling wijzigen"), "PRAGMA": N_("een instelling lezen of wijzigen"),
    "EXPLAIN": N_("uitleggen hoe een vraag wordt uitgevoerd"), "CALL": N_("een opdracht uitvoeren"),
    "EXECUTE": N_("een opdracht uitvoeren"), "PREPARE": N_("een opdracht klaarzetten"),
    "EXPORT": N_("alles wegschrijven"), "VACUUM": N_("de database opruimen"),
    "TRANSACTION": N_("een transactie beginnen of eindigen"), "MERGE_INTO": N_("rijen wijzigen"),
    "MULTI": N_("een draaitabel zonder vaste kolommen maken"),
}  # fmt: skip


def empty() -> Invalid:
    return _invalid(
        "sql.empty",
        N_("Er staat geen vraag."),
        N_("Begin met SELECT, bijvoorbeeld: SELECT * FROM naam_van_een_tabel."),
    )


def long(length: int) -> Invalid:
    return _invalid(
        "sql.long", N_("De vraag is te lang: {length} tekens. Er mogen er {most} zijn."), length=length, most=LONGEST
    )


def deep() -> Invalid:
    return _invalid(
        "sql.deep", N_("De vraag zit te diep in elkaar."), N_("Maak hem korter, of gebruik WITH voor een deel ervan.")
    )


def several(count: int) -> Invalid:
    return _invalid(
        "sql.several",
        N_("Er staan {count} opdrachten. Er kan er één tegelijk."),
        N_("Haal weg wat na de eerste puntkomma staat."),
        count=count,
    )


def kind(word: str, statement: str) -> Invalid:
    """`word` is the first word of the text, `statement` DuckDB's name for this kind of statement."""
    return _invalid(
        "sql.kind",
        N_("Met {word} kunt u {what_term}. Hier kunt u alleen vragen stellen."),
        N_("Begin met SELECT of WITH."),
        word=word[:30].upper() or statement,
        what_term=KINDS.get(statement, N_("iets anders dan lezen")),
    )


def part(name: str, what: str) -> Invalid:
    """`what` is a source text that says what was meant."""
    return _invalid("sql.part", N_("{name} kan hier niet: {what_term}."), name=printable(name), what_term=what)


def syntax(text: str, place: int, near: str) -> Invalid:
    line, column = line_and_column(text, place)
    place_of = {"line": line, "column": column, "near": printable(near)}
    if not near:
        return _invalid("sql.syntax", N_("De vraag is niet af. Er ontbreekt iets op regel {line}."), **place_of)
    return _invalid("sql.syntax", N_("De vraag klopt niet op regel {line}, teken {column}, bij “{near}”."), **place_of)


def table(name: str, nearest: Sequence[str] = ()) -> Invalid:
    return _invalid(
        "sql.table",
        N_("De tabel “{name}” is er niet, of u mag hem niet zien."),
        N_("Bedoelde u: {nearest}?") if nearest else N_("Kijk in de lijst welke tabellen er zijn."),
        name=printable(name),
        nearest=", ".join(nearest),
    )


def qualified(name: str) -> Invalid:
    return _invalid(
        "sql.qualified",
        N_("Een tabel noemt u zonder iets ervoor: “{name}” kan niet."),
        N_("Gebruik alleen de naam van de tabel."),
        name=printable(name),
    )


def function(name: str, why: str) -> Invalid:
    return _invalid(
        "sql.function",
        N_("De functie {name} is hier niet te gebruiken: {why_term}."),
        name=printable(name),
        why_term=why,
    )


def unknown_function(name: str, nearest: str = "") -> Invalid:
    way_out = N_("Bedoelde u: {nearest}?") if nearest else ""
    return _invalid(
        "sql.no-function", N_("De functie {name} bestaat niet."), way_out, name=printable(name), nearest=nearest
    )


def column(name: str, candidates: Iterable[str], line: int | None) -> Invalid:
    near = ", ".join(candidates)[:_LONGEST_QUOTE]
    return _invalid(
        "sql.column",
        N_("De kolom “{name}” is er niet."),
        N_("Bedoelde u: {nearest}?") if near else N_("Kijk in de lijst welke kolommen er zijn."),
        row=line,
        name=printable(name),
        nearest=near,
    )


def unfit(words: str) -> Invalid:
    """What only DuckDB itself could tell: its own words, without paths."""
    text = N_("De vraag kan zo niet. De database zegt: {words}")
    return _invalid("sql.unfit", text, words=told(words), english="words")


def memory(megabytes: int) -> Invalid:
    return _invalid(
        "sql.memory",
        N_("De vraag kostte te veel geheugen (meer dan {limit} MB) en is gestopt."),
        _SMALLER,
        limit=megabytes,
    )


def slow(seconds: float) -> Invalid:
    return _invalid(
        "sql.slow",
        N_("De vraag duurde te lang (meer dan {limit} seconden) en is gestopt."),
        _SMALLER,
        limit=round(seconds),
    )


def large(megabytes: int) -> Invalid:
    return _invalid("sql.large", N_("Het antwoord is te groot: meer dan {limit} MB."), _SMALLER, limit=megabytes)


def wide(count: int, most: int) -> Invalid:
    return _invalid(
        "sql.large",
        N_("Het antwoord heeft te veel kolommen: {count}. Er mogen er {most} zijn."),
        N_("Noem alleen de kolommen die u nodig hebt."),
        count=count,
        most=most,
    )


def crashed() -> Invalid:
    return _invalid("sql.crash", N_("De database liep vast op deze vraag."), N_("Stel hem op een andere manier."))


_SMALLER = N_("Vraag minder: kies rijen met WHERE, noem alleen de kolommen die u nodig hebt, of tel op met GROUP BY.")


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """Both from 1, of a character in the text."""
    before = text[: max(0, place)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def told(words: str) -> str:
    """DuckDB's message as a visitor may read it: its first lines, without paths or the place in our own text."""
    first = _HINTS.sub("", words).partition(": ")[2] or words
    plain = " ".join(_PATHS.sub("…", first).split()).replace("{", "(").replace("}", ")")
    return plain if len(plain) <= _LONGEST_QUOTE else plain[: _LONGEST_QUOTE - 1] + "…"


def printable(name: str) -> str:
    return "".join(c if c.isprintable() and c not in "{}" else "?" for c in name[:80])


def _invalid(code: str, message: str, way_out: str = "", *, row: int | None = None, **params: object) -> Invalid:
    """The fault names the field, so that a form shows it there; `row` is the line of the question."""
    line = params.get("line", row)
    faults = [Fault(message, field="sql", row=line if isinstance(line, int) else None, params=params)]
    return Invalid(code, message, way_out=way_out, faults=faults, **params)
