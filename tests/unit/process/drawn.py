"""Small processes in a few words, for tests: real BPMN text comes out.

    process(start(), user("a"), end(), "start > a > end")

A line `g > b ? x = 1` is a flow with a condition, `max=3` behind it the maximum. A flow's id is `g-b`.
"""

from html import escape
from itertools import pairwise

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:sluis="urn:nl:sluis:process:1" '
    'targetNamespace="urn:test" id="definitions">'
)


def definitions(*parts: str) -> bytes:
    return (HEAD + "".join(parts) + "</bpmn:definitions>").encode()


def process(*parts: str, key: str = "proc", extra: str = "") -> bytes:
    return definitions(extra, one_process(*parts, key=key))


def one_process(*parts: str, key: str = "proc") -> str:
    return f'<bpmn:process id="{key}" name="Proef" isExecutable="true">{drawn(*parts)}</bpmn:process>'


def drawn(*parts: str) -> str:
    return "".join(part if part.startswith("<") else flows(part) for part in parts)


def flows(text: str) -> str:
    made = []
    for line in filter(None, (line.strip() for line in text.replace(";", "\n").splitlines())):
        chain, _, rest = line.partition(" ? ")
        condition, _, maximum = rest.partition(" max=")
        names = [name.strip() for name in chain.split(" > ")]
        for source, target in pairwise(names):
            inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
            limit = f' sluis:max="{maximum}"' if maximum else ""
            made.append(
                f'<bpmn:sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"{limit}>'
                f"{inner}</bpmn:sequenceFlow>"
            )
    return "".join(made)


def node(kind: str, key: str, inner: str = "", **attributes: str) -> str:
    given = "".join(
        f' {name.replace("_", "-").replace("sluis-", "sluis:")}="{escape(value)}"' for name, value in attributes.items()
    )
    return f'<bpmn:{kind} id="{key}"{given}>{inner}</bpmn:{kind}>'


def start(key: str = "start", inner: str = "") -> str:
    return node("startEvent", key, inner)


def end(key: str = "end", inner: str = "", **attributes: str) -> str:
    return node("endEvent", key, inner, **attributes)


def user(key: str, inner: str = "", role: str = "data_steward", **attributes: str) -> str:
    return node("userTask", key, inner, name=key, sluis_role=role, **attributes)


def service(key: str, handler: str = "test.note", inner: str = "", **attributes: str) -> str:
    return node("serviceTask", key, inner, sluis_handler=handler, **attributes)


def rule(key: str, result: str = "decided") -> str:
    return node("businessRuleTask", key, sluis_policy="test", sluis_decision="Test", sluis_result=result)


def gateway(kind: str, key: str, default: str = "") -> str:
    return node(f"{kind}Gateway", key, **({"default": default} if default else {}))


def form(*fields: str) -> str:
    return f"<bpmn:extensionElements><sluis:form>{''.join(fields)}</sluis:form></bpmn:extensionElements>"


def field(key: str, kind: str = "text", *, required: bool = False, options: tuple[str, ...] = ()) -> str:
    inner = "".join(f'<sluis:option value="{value}" label="{value}"/>' for value in options)
    needed = ' required="true"' if required else ""
    return f'<sluis:field id="{key}" type="{kind}" label="{key}"{needed}>{inner}</sluis:field>'


def group(label: str, *parts: str) -> str:
    return f'<sluis:group label="{label}" label-en="{label} (en)">{"".join(parts)}</sluis:group>'


def timer(text: str, form: str = "Duration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:time{form}>{text}</bpmn:time{form}></bpmn:timerEventDefinition>"


def event(kind: str, ref: str = "") -> str:
    named = f' {kind}Ref="{ref}"' if ref else ""
    return f"<bpmn:{kind}EventDefinition{named}/>"


def boundary(key: str, host: str, inner: str, *, interrupting: bool = True) -> str:
    cancel = "true" if interrupting else "false"
    return (
        f'<bpmn:boundaryEvent id="{key}" attachedToRef="{host}" cancelActivity="{cancel}">{inner}</bpmn:boundaryEvent>'
    )


def message(name: str) -> str:
    return f'<bpmn:message id="m-{name}" name="{name}"/>'


def sub(key: str, *parts: str, inner: str = "") -> str:
    return f'<bpmn:subProcess id="{key}">{inner}{drawn(*parts)}</bpmn:subProcess>'


def each(over: str, item: str = "item", into: str = "", output: str = "", *, sequential: bool = False) -> str:
    collected = f"<bpmn:loopDataOutputRef>{into}</bpmn:loopDataOutputRef>" if into else ""
    out = f'<bpmn:outputDataItem id="o-{output}" name="{output}"/>' if output else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<bpmn:loopDataInputRef>{over}</bpmn:loopDataInputRef>{collected}"
        f'<bpmn:inputDataItem id="i-{item}-{over}" name="{item}"/>{out}</bpmn:multiInstanceLoopCharacteristics>'
    )
