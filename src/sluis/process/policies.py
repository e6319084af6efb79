"""What a process asks a policy: the version that was pinned when the instance started, and what it answered."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sluis.process.dmn import Model, ModelRefused, check, read
from sluis.process.engine import Decided
from sluis.process.feel import from_python, to_json
from sluis.process.rules.sheets import sheets


def names(xml: bytes) -> tuple[str, str]:
    """Name and English name of a policy that can be used; raises ModelRefused with every fault of one that cannot."""
    if faults := check(xml):
        raise ModelRefused(faults)
    name = sheets(xml).name
    return name.nl, name.en


def decisions(xml: bytes) -> frozenset[str]:
    return frozenset(read(xml).decisions)


def decide(sha256: str, load: Callable[[], bytes], decision: str, scope: Mapping[str, Any]) -> Decided:
    """Evaluate; the evidence says which version was asked what, which rules matched per decision, and what had none."""
    kept = _kept(sha256)
    if not kept:
        kept.append(read(load()))
    model = kept[0]
    said = model.evaluate(decision, scope)
    value = to_json(said.value)
    evidence = {
        "policy": sha256,
        "decision": decision,
        "inputs": {name: to_json(from_python(scope[name])) for name in model.inputs(decision) if name in scope},
        "value": value,
        "matched": {name: list(rules) for name, rules in said.matched.items()},
        "faults": [{"element": fault.element, "code": fault.code, "text": fault.text()} for fault in said.faults],
    }
    return Decided(value, evidence)


def evaluate(key: str, decision: str, inputs: Mapping[str, Any]) -> Decided:
    """What the current version of a policy says, outside any process. Raises NotFound without one."""
    from sluis.process import definitions
    from sluis.process.types import Kind

    sha256 = definitions.current(Kind.POLICY, key).sha256
    return decide(sha256, lambda: definitions.source(sha256), decision, inputs)


@lru_cache(maxsize=128)
def _kept(sha256: str) -> list[Model]:
    return []
