"""From the bytes of a DMN file (1.2 to 1.5) to `Definitions`, with a list of what is not as it should be."""

import re
from collections.abc import Callable
from typing import Any, cast, get_args
from xml.etree import ElementTree as ET

from sluis.foundation.safe_xml import XmlCaps, parse
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.process.dmn import elements as e
from sluis.process.dmn.faults import ModelFault, ModelRefused
from sluis.process.feel.scanner import plain_name

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
_FEEL = re.compile(r"(?:https?://www\.omg\.org/spec/(?:DMN/[0-9]+/FEEL/?|FEEL/[0-9]+)|feel)", re.IGNORECASE)
MAX_BYTES = 10 * 1024 * 1024
MAX_ELEMENTS = 5_000
_CAPS = XmlCaps(total_bytes=MAX_BYTES, depth=100)
_NOTHING = ET.Element("nothing")


def read_definitions(xml: bytes) -> tuple[e.Definitions, list[ModelFault]]:
    """The model, with the faults of its parts. Raises ModelRefused when it is no DMN at all."""
    try:
        root = parse(xml, file="DMN", caps=_CAPS)
    except Invalid as error:
        raise ModelRefused([ModelFault("definitions", error.code, error.message, error.params)]) from error
    namespace, _, tag = root.tag[1:].partition("}") if root.tag[0] == "{" else ("", "", root.tag)
    if tag != "definitions" or namespace not in NAMESPACES:
        raise ModelRefused([ModelFault("definitions", "dmn.not-dmn", _NOT_DMN, {"found": root.tag})])
    reader = _Reader(namespace)
    return reader.definitions(root), reader.faults


_NOT_DMN = N_("Dit is geen DMN 1.2 tot en met 1.5: het eerste element is {found}.")


def _href(node: ET.Element) -> str:
    """The id in a reference within the file."""
    return (node.get("href") or "").rpartition("#")[2]


class _Reader:
    def __init__(self, namespace: str) -> None:
        self._prefix = f"{{{namespace}}}"
        self._model = ""
        self._owner = ""
        self._known: set[str] = set()
        self.faults: list[ModelFault] = []

    def _all(self, node: ET.Element, name: str) -> list[ET.Element]:
        return node.findall(self._prefix + name)

    def _one(self, node: ET.Element, name: str) -> ET.Element:
        found = node.find(self._prefix + name)
        return _NOTHING if found is None else found

    def _text(self, node: ET.Element, name: str) -> str:
        """The text in a child, as in `<allowedValues><text>`."""
        return (self._one(self._one(node, name), "text").text or "").strip()

    def _fault(self, node: ET.Element, code: str, message: str, **params: Any) -> None:
        self.faults.append(ModelFault(node.get("id") or self._owner, code, message, params))

    # --- elements -------------------------------------------------------------------------------------------------

    def definitions(self, root: ET.Element) -> e.Definitions:
        self._model = (root.get("namespace") or "").rstrip("/")
        self._language(root)
        for node in self._all(root, "import"):
            self._fault(
                node,
                "dmn.import",
                N_("Dit model haalt een ander bestand binnen ({name}); dat kan niet."),
                name=node.get("name"),
            )
        types = [self._type(node) for node in self._all(root, "itemDefinition")]
        if len(root) > MAX_ELEMENTS:
            message = N_("Een model mag hoogstens {limit} onderdelen hebben.")
            raise ModelRefused([ModelFault("definitions", "dmn.too-many", message, {"limit": MAX_ELEMENTS})])
        made = e.Definitions(root.get("name") or "", {one.name: one for one in types}, {})
        for node in root:
            make = _MAKERS.get(node.tag.removeprefix(self._prefix))
            if make and node.tag.startswith(self._prefix):
                self._add(made, node, make(self, node))
        return made

    def _add(self, made: e.Definitions, node: ET.Element, element: e.Element) -> None:
        if element.id in made.elements:
            self._fault(node, "dmn.twice", N_("Het kenmerk {id} komt twee keer voor."), id=element.id)
        elif element.variable.name in self._known:
            self._fault(node, "dmn.twice", N_("De naam {id} komt twee keer voor."), id=element.name)
        self._known.add(element.variable.name)
        made.elements.setdefault(element.id, element)

    def _named(self, node: ET.Element) -> dict[str, Any]:
        name = plain_name(node.get("name") or "")
        self._owner = node.get("id") or name
        if not name:
            self._fault(node, "dmn.no-name", N_("Dit element heeft geen naam."))
        variable = self._one(node, "variable")
        known = plain_name(variable.get("name") or name)
        return {
            "id": self._owner,
            "name": name,
            "variable": e.Variable(variable.get("id") or self._owner, known, variable.get("typeRef") or ""),
            "description": (self._one(node, "description").text or "").strip(),
        }

    def input_data(self, node: ET.Element) -> e.Element:
        return e.InputData(**self._named(node))

    def decision(self, node: ET.Element) -> e.Element:
        named = self._named(node)
        return e.Decision(
            **named,
            question=(self._one(node, "question").text or "").strip(),
            box=self._box_in(node),
            needs=self._required(node, "informationRequirement", "requiredInput", "requiredDecision"),
            knowledge=self._required(node, "knowledgeRequirement", "requiredKnowledge"),
        )

    def knowledge(self, node: ET.Element) -> e.Element:
        named = self._named(node)
        logic = self._one(node, "encapsulatedLogic")
        return e.Knowledge(
            **named,
            function=None if logic is _NOTHING else self.function(logic),
            knowledge=self._required(node, "knowledgeRequirement", "requiredKnowledge"),
        )

    def service(self, node: ET.Element) -> e.Element:
        named = self._named(node)
        kinds = ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
        outputs, inside, decisions, data = (tuple(_href(one) for one in self._all(node, kind)) for kind in kinds)
        return e.Service(**named, outputs=outputs, inside=inside, input_decisions=decisions, input_data=data)

    def _required(self, node: ET.Element, requirement: str, *kinds: str) -> tuple[str, ...]:
        found: list[str] = []
        for one in self._all(node, requirement):
            for kind in kinds:
                for target in self._all(one, kind):
                    found.append(_href(target))
                    base = (target.get("href") or "").partition("#")[0].rstrip("/")
                    if base not in ("", self._model):
                        self._fault(
                            one,
                            "dmn.import",
                            N_("Dit verwijst naar een ander bestand ({name}); dat kan niet."),
                            name=base,
                        )
        return tuple(found)

    def _type(self, node: ET.Element) -> e.ItemType:
        return e.ItemType(
            id=node.get("id") or node.get("name") or "",
            name=plain_name(node.get("name") or ""),
            base=(self._one(node, "typeRef").text or "").strip(),
            collection=node.get("isCollection") == "true",
            components=tuple(self._type(one) for one in self._all(node, "itemComponent")),
            allowed=self._text(node, "allowedValues"),
            allowed_whole=self._text(node, "typeConstraint"),
            function=self._one(node, "functionItem") is not _NOTHING,
        )

    # --- boxes ----------------------------------------------------------------------------------------------------

    def _box_in(self, node: ET.Element) -> e.Box | None:
        """The expression that stands directly in the node."""
        for child in node:
            make = _BOXES.get(child.tag.removeprefix(self._prefix))
            if make:
                return make(self, child)
        return None

    def _box(self, node: ET.Element, name: str = "") -> e.Box:
        found = self._box_in(self._one(node, name) if name else node)
        if found is None:
            self._fault(node, "dmn.empty", N_("Hier ontbreekt een expressie."))
            return e.LiteralBox(self._id(node), "", "null")
        return found

    def _id(self, node: ET.Element) -> str:
        return node.get("id") or self._owner

    def _language(self, node: ET.Element) -> None:
        language = node.get("expressionLanguage")
        if language and not _FEEL.fullmatch(language):
            self._fault(node, "dmn.script", N_("Alleen FEEL wordt uitgevoerd, niet {language}."), language=language)

    def literal(self, node: ET.Element) -> e.Box:
        self._language(node)
        if self._one(node, "importedValues") is not _NOTHING:
            self._fault(node, "dmn.import", N_("Dit haalt waarden uit een ander bestand; dat kan niet."))
        text = (self._one(node, "text").text or "").strip()
        return e.LiteralBox(self._id(node), node.get("typeRef") or "", text)

    def table(self, node: ET.Element) -> e.Box:
        policy, aggregation = node.get("hitPolicy") or "UNIQUE", node.get("aggregation") or ""
        if policy not in get_args(e.HitPolicy) or aggregation not in get_args(e.Aggregation):
            self._fault(
                node,
                "dmn.hit-policy",
                N_("De tabel heeft een onbekende regelkeuze: {policy}."),
                policy=f"{policy} {aggregation}",
            )
            policy, aggregation = "UNIQUE", ""
        table = e.TableBox(
            self._id(node),
            node.get("typeRef") or "",
            cast(e.HitPolicy, policy),
            cast(e.Aggregation, aggregation if policy == "COLLECT" else ""),
            inputs=tuple(self._input(one) for one in self._all(node, "input")),
            outputs=tuple(self._output(one) for one in self._all(node, "output")),
            rules=tuple(self._rule(one, number) for number, one in enumerate(self._all(node, "rule"), 1)),
            annotations=tuple(one.get("name") or "" for one in self._all(node, "annotation")),
        )
        self._complete(node, table)
        return table

    def _complete(self, node: ET.Element, table: e.TableBox) -> None:
        if not table.outputs:
            self._fault(node, "dmn.table-shape", N_("De tabel heeft geen uitvoerkolom."))
        if len(table.outputs) > 1 and (table.aggregation or not all(one.name for one in table.outputs)):
            self._fault(
                node,
                "dmn.table-shape",
                N_("Een tabel met meer uitvoerkolommen heeft namen nodig, en kan niet optellen."),
            )
        for rule in table.rules:
            if len(rule.cells) != len(table.inputs) or len(rule.outputs) != len(table.outputs):
                message = N_("Regel {rule} heeft niet evenveel cellen als de tabel kolommen heeft.")
                self.faults.append(
                    ModelFault(rule.id or self._owner, "dmn.table-shape", message, {"rule": rule.number})
                )

    def _input(self, node: ET.Element) -> e.InputColumn:
        expression = self._one(node, "inputExpression")
        self._language(expression)
        text = (self._one(expression, "text").text or "").strip()
        label = node.get("label") or text
        return e.InputColumn(
            self._id(node), label, text, expression.get("typeRef") or "", self._text(node, "inputValues")
        )

    def _output(self, node: ET.Element) -> e.OutputColumn:
        name = plain_name(node.get("name") or "")
        default = self._one(node, "defaultOutputEntry")
        self._language(default)
        text = (self._one(default, "text").text or "").strip()
        label = node.get("label") or name
        return e.OutputColumn(
            self._id(node), name, label, node.get("typeRef") or "", self._text(node, "outputValues"), text
        )

    def _rule(self, node: ET.Element, number: int) -> e.Rule:
        cells, outputs = self._all(node, "inputEntry"), self._all(node, "outputEntry")
        for one in (*cells, *outputs):
            self._language(one)
        return e.Rule(
            self._id(node),
            number,
            cells=tuple((self._one(one, "text").text or "").strip() for one in cells),
            outputs=tuple((self._one(one, "text").text or "").strip() for one in outputs),
            annotations=tuple(
                (self._one(one, "text").text or "").strip() for one in self._all(node, "annotationEntry")
            ),
            cell_ids=tuple(self._id(one) for one in cells),
            output_ids=tuple(self._id(one) for one in outputs),
        )

    def context(self, node: ET.Element) -> e.Box:
        entries: list[tuple[e.Variable, e.Box]] = []
        result: e.Box | None = None
        for entry in self._all(node, "contextEntry"):
            variable = self._one(entry, "variable")
            box = self._box(entry)
            if variable is _NOTHING:
                result = box
            else:
                entries.append((self._variable(variable), box))
        return e.ContextBox(self._id(node), node.get("typeRef") or "", tuple(entries), result)

    def _variable(self, node: ET.Element) -> e.Variable:
        return e.Variable(self._id(node), plain_name(node.get("name") or ""), node.get("typeRef") or "")

    def invocation(self, node: ET.Element) -> e.Box:
        bindings = [
            (plain_name(self._one(one, "parameter").get("name") or ""), self._box(one))
            for one in self._all(node, "binding")
        ]
        return e.InvocationBox(self._id(node), node.get("typeRef") or "", self._box(node), tuple(bindings))

    def relation(self, node: ET.Element) -> e.Box:
        columns = tuple(plain_name(one.get("name") or "") for one in self._all(node, "column"))
        rows = [
            tuple(_BOXES[self._tag(one)](self, one) for one in row if self._tag(one) in _BOXES)
            for row in self._all(node, "row")
        ]
        for row, found in zip(self._all(node, "row"), rows, strict=True):
            if len(found) != len(columns):
                self._fault(row, "dmn.table-shape", N_("Een rij heeft niet evenveel cellen als er kolommen zijn."))
        return e.RelationBox(self._id(node), node.get("typeRef") or "", columns, tuple(rows))

    def _tag(self, node: ET.Element) -> str:
        return node.tag.removeprefix(self._prefix)

    def list(self, node: ET.Element) -> e.Box:
        items = tuple(_BOXES[self._tag(one)](self, one) for one in node if self._tag(one) in _BOXES)
        return e.ListBox(self._id(node), node.get("typeRef") or "", items)

    def function(self, node: ET.Element) -> e.FunctionBox:
        kind = node.get("kind") or "FEEL"
        if kind != "FEEL":
            self._fault(node, "dmn.external", N_("Functies in {kind} worden niet uitgevoerd, alleen FEEL."), kind=kind)
        parameters = tuple(self._variable(one) for one in self._all(node, "formalParameter"))
        return e.FunctionBox(self._id(node), node.get("typeRef") or "", kind, parameters, self._box(node))

    def conditional(self, node: ET.Element) -> e.Box:
        parts = (self._box(node, name) for name in ("if", "then", "else"))
        return e.IfBox(self._id(node), node.get("typeRef") or "", *parts)

    def loop(self, node: ET.Element) -> e.Box:
        name = plain_name(node.get("iteratorVariable") or "")
        return e.ForBox(
            self._id(node), node.get("typeRef") or "", name, self._box(node, "in"), self._box(node, "return")
        )

    def quantified(self, node: ET.Element) -> e.Box:
        name = plain_name(node.get("iteratorVariable") or "")
        source, condition = self._box(node, "in"), self._box(node, "satisfies")
        every = self._tag(node) == "every"
        return e.QuantifiedBox(self._id(node), node.get("typeRef") or "", every, name, source, condition)

    def filter(self, node: ET.Element) -> e.Box:
        return e.FilterBox(self._id(node), node.get("typeRef") or "", self._box(node, "in"), self._box(node, "match"))


_MAKERS: dict[str, Callable[[_Reader, ET.Element], e.Element]] = {
    "inputData": _Reader.input_data,
    "decision": _Reader.decision,
    "businessKnowledgeModel": _Reader.knowledge,
    "decisionService": _Reader.service,
}
_BOXES: dict[str, Callable[[_Reader, ET.Element], e.Box]] = {
    "literalExpression": _Reader.literal,
    "decisionTable": _Reader.table,
    "context": _Reader.context,
    "invocation": _Reader.invocation,
    "relation": _Reader.relation,
    "list": _Reader.list,
    "functionDefinition": _Reader.function,
    "conditional": _Reader.conditional,
    "for": _Reader.loop,
    "some": _Reader.quantified,
    "every": _Reader.quantified,
    "filter": _Reader.filter,
}
