"""Decision models for tests, in as few words as can be."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(*parts: str, namespace: str = NAMESPACE) -> bytes:
    return f'<definitions xmlns="{namespace}" name="m" namespace="urn:m">{"".join(parts)}</definitions>'.encode()


def input_data(name: str, kind: str = "") -> str:
    return f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'


def item(name: str, base: str, *, allowed: str = "") -> str:
    values = f"<allowedValues><text>{escape(allowed)}</text></allowedValues>" if allowed else ""
    return f'<itemDefinition name="{name}"><typeRef>{base}</typeRef>{values}</itemDefinition>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(name: str, box: str, *, needs: Sequence[str] = (), knowledge: Sequence[str] = (), kind: str = "") -> str:
    """`needs` starting with a capital are decisions, the others inputs."""
    required = "".join(
        f'<informationRequirement><required{"Decision" if one[0].isupper() else "Input"} href="#{one}"/>'
        "</informationRequirement>"
        for one in needs
    ) + "".join(f'<knowledgeRequirement><requiredKnowledge href="#{one}"/></knowledgeRequirement>' for one in knowledge)
    variable = f'<variable name="{name}" typeRef="{kind}"/>'
    return f'<decision id="{name}" name="{name}">{variable}{required}{box}</decision>'


def table(
    inputs: Sequence[str | tuple[str, str]],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    allowed: str = "",
    defaults: Sequence[str] = (),
    output_type: str = "",
    input_allowed: dict[str, str] | None = None,
) -> str:
    """A table with id `t`; rules are r1, r2, …, their cells r1c1, …; an input is its text, or text and type."""
    texts = [one if isinstance(one, tuple) else (one, "") for one in inputs]
    columns = "".join(
        f'<input id="i{number}"><inputExpression typeRef="{kind}"><text>{escape(text)}</text></inputExpression>'
        + (
            f"<inputValues><text>{escape(known)}</text></inputValues>"
            if (known := (input_allowed or {}).get(text))
            else ""
        )
        + "</input>"
        for number, (text, kind) in enumerate(texts, 1)
    )
    values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
    for number, name in enumerate(outputs, 1):
        default = (
            f"<defaultOutputEntry><text>{escape(defaults[number - 1])}</text></defaultOutputEntry>" if defaults else ""
        )
        columns += f'<output id="o{number}" name="{name}" typeRef="{output_type}">{values}{default}</output>'
    width = len(texts)
    rows = ""
    for number, rule in enumerate(rules, 1):
        cells = "".join(
            f'<{"inputEntry" if place <= width else "outputEntry"} id="r{number}c{place}"><text>{escape(text)}</text>'
            f"</{'inputEntry' if place <= width else 'outputEntry'}>"
            for place, text in enumerate(rule, 1)
        )
        rows += f'<rule id="r{number}">{cells}</rule>'
    kind = f'aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable id="t" hitPolicy="{policy}" {kind}>{columns}{rows}</decisionTable>'
