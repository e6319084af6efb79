"""YAML to plain values and back, for text that anybody may have written.

Only what JSON knows comes out: text, numbers, yes/no, nothing, lists and maps (YAML 1.2, so `no` and `08:30` are text).
No tags, no references to an anchor (a few lines of those blow up to gigabytes), no double keys, a bounded size and
depth. Every value has its line and column, so that a remark can name them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.contracts.types import Finding

MOST_BYTES = 256_000
DEEPEST = 24
MOST_VALUES = 20_000
_LONGEST_NUMBER = 40
_TAGS = {name: f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map")}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_KNOWN: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("null", re.compile(r"~|null|Null|NULL|"), "~nN\0"),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF"),
    ("int", _WHOLE, "-+0123456789"),
    ("float", _FLOAT, "-+.0123456789"),
)

type Places = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Document:
    """`places` gives line and column (from 1) of each path, such as `schema[0].properties[2].name`."""

    content: dict[str, Any]
    places: Places

    def at(self, path: str) -> tuple[int, int]:
        """Where this part stands; of a part that is missing, where its parent does."""
        while path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places[path]


def read(text: str) -> Document:
    """The document; raises Invalid with line and column for what is not sound YAML or no map at the top."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise _refused(
            Finding(N_("Het bestand is groter dan {most} kB."), params={"most": MOST_BYTES // 1000}, code="size")
        )
    node = _composed(text)
    if not isinstance(node, yaml.MappingNode):
        raise _refused(Finding(N_("Dit is geen contract: bovenaan horen onderdelen zoals ‘version:’."), code="map"))
    places: dict[str, tuple[int, int]] = {"": (1, 1)}
    content = _value(node, "", places)
    return Document(content, places)


def _composed(text: str) -> Any:
    try:
        return _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as fault:
        raise _refused(_of_parser(fault)) from fault
    except yaml.reader.ReaderError as fault:
        raise _refused(Finding(N_("Het bestand bevat tekens die in YAML niet mogen."), code="character")) from fault


def write(content: Mapping[str, Any]) -> str:
    """YAML in the order of the document, which `read` gives back as it was."""
    return yaml.dump(dict(content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Refused(yaml.MarkedYAMLError):
    """What this reader refuses, with the place of the parser."""

    def __init__(self, code: str, message: str, mark: Any, **params: Any) -> None:
        super().__init__(problem=code, problem_mark=mark)
        self.finding = _finding(code, message, mark, **params)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}  # filled below: YAML 1.2 and nothing else

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = self.values = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        self.depth, self.values = self.depth + 1, self.values + 1
        if isinstance(event, yaml.AliasEvent):
            text = N_("Verwijzingen naar een anker (*{name}) mogen hier niet. Schrijf de waarde voluit.")
            raise _Refused("alias", text, event.start_mark, name=str(event.anchor)[:40])
        if self.depth > DEEPEST:
            raise _Refused("depth", N_("Hier is het bestand te diep genest."), event.start_mark)
        if self.values > MOST_VALUES:
            text = N_("Het bestand heeft meer dan {most} waarden.")
            raise _Refused("values", text, event.start_mark, most=MOST_VALUES)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Dumper(yaml.SafeDumper):
    """Quotes whatever an older or newer reader of YAML could take for something else than text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _name, _pattern, _first in _KNOWN:
    _whole = re.compile(rf"(?:{_pattern.pattern})\Z")
    _signs = [sign if sign != "\0" else "" for sign in _first]
    _Loader.add_implicit_resolver(_TAGS[_name], _whole, _signs)
    _Dumper.add_implicit_resolver(_TAGS[_name], _whole, _signs)


def _value(node: Any, path: str, places: dict[str, tuple[int, int]]) -> Any:
    places[path] = _place(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        _require(node, "map")
        return _map(node, path, places)
    if isinstance(node, yaml.SequenceNode):
        _require(node, "seq")
        return [_value(part, f"{path}[{number}]", places) for number, part in enumerate(node.value)]
    return _scalar(node)


def _map(node: Any, path: str, places: dict[str, tuple[int, int]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, part in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused(_finding("key", N_("De naam van een onderdeel moet tekst zijn."), key.start_mark))
        name = str(key.value)
        inner = f"{path}.{name}" if path else name
        if name in found:
            raise _refused(_finding("double", N_("‘{name}’ staat hier twee keer."), key.start_mark, name=name[:80]))
        found[name] = _value(part, inner, places)
        places[inner] = _place(key.start_mark)
    return found


def _scalar(node: Any) -> Any:
    kind = next((name for name, tag in _TAGS.items() if tag == node.tag), "")
    text = str(node.value)
    if kind in ("int", "float") and len(text) > _LONGEST_NUMBER:
        raise _refused(_finding("number", N_("Dit getal is te lang."), node.start_mark))
    if kind == "int" and _WHOLE.fullmatch(text):
        return int(text)
    if kind == "float" and _FLOAT.fullmatch(text):
        found = float(text)
        if abs(found) != float("inf"):
            return found
    if kind == "bool":
        return text.lower() == "true"
    if kind == "null":
        return None
    _require(node, "str")
    return text


def _require(node: Any, kind: str) -> None:
    if node.tag != _TAGS[kind]:
        text = N_("Het kenmerk ‘{tag}’ mag hier niet.")
        raise _refused(_finding("tag", text, node.start_mark, tag=str(node.tag)[:80]))


def _of_parser(fault: yaml.MarkedYAMLError) -> Finding:
    if isinstance(fault, _Refused):
        return fault.finding
    mark = fault.problem_mark or fault.context_mark
    return _finding(
        "syntax",
        N_("Hier klopt de YAML niet ({reason}). Let op inspringen, dubbele punten en aanhalingstekens."),
        mark,
        reason=str(fault.problem or "")[:200],
        english="reason",
    )


def _finding(code: str, message: str, mark: Any, **params: Any) -> Finding:
    line, column = _place(mark)
    return Finding(message, row=line, params=params, code=code, column=column)


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _refused(finding: Finding) -> Invalid:
    return Invalid(
        "contract.yaml",
        N_("Dit contract is niet te lezen."),
        way_out=N_("Verbeter de genoemde plek, of begin met een voorstel uit de data."),
        faults=[finding],
    )
