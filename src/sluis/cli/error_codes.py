"""Which error codes Sluis can answer with, read from its own source; `make docs` writes them to `web/codes.py`.

A code stands as a text in a call of an error class (`NotFound("table.unknown", …)`), or of a function beside it that
makes one (`def _refused(…) -> Invalid`).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sluis.kernel import errors

SOURCE = Path(__file__).resolve().parents[1]
_CODE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9_-]+)+")
_HEAD = '''"""Every error code and its kind: the pages behind `type` in a problem document. Written by `make docs`."""

KIND_OF = {
'''


def module() -> str:
    """The text of `web/codes.py`."""
    return _HEAD + "".join(f'    "{code}": "{kind}",\n' for code, kind in sorted(codes().items())) + "}\n"


def codes() -> dict[str, str]:
    """The kind of every code, such as "table.unknown": "not-found"."""
    sources = [path for path in sorted(SOURCE.rglob("*.py")) if path != SOURCE / "web" / "codes.py"]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    kinds = _kinds(trees)
    return {code: kind for tree in trees for code, kind in _codes_in(tree, kinds)}


def _kinds(trees: list[ast.Module]) -> dict[str, str]:
    """The kind of every error class: its own, or that of the class it stands on."""
    found = {cls.__name__: kind for kind, cls in errors.KINDS.items()} | {"SluisError": errors.SluisError.kind}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while True:
        new = {c.name: _own_kind(c) or kind for c in classes if c.name not in found and (kind := _base_kind(c, found))}
        if not new:
            return found
        found |= new


def _base_kind(cls: ast.ClassDef, known: dict[str, str]) -> str:
    kinds = [known[base.id] for base in cls.bases if isinstance(base, ast.Name) and base.id in known]
    return next((kind for kind in kinds if kind != errors.SluisError.kind), kinds[0] if kinds else "")


def _own_kind(cls: ast.ClassDef) -> str:
    for node in cls.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and _is(node.targets[0], "kind"):
            return str(node.value.value)
    return ""


def _codes_in(tree: ast.Module, kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    makers = dict(kinds)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id in kinds:
            makers[node.name] = kinds[node.returns.id]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in kinds:
            calls = [n for n in ast.walk(node) if isinstance(n, ast.Call) and _is(n.func, "__init__")]
            yield from ((code, kinds[node.name]) for call in calls for code in _constants(call))
        elif isinstance(node, ast.Call) and (kind := next((makers[m] for m in makers if _is(node.func, m)), "")):
            yield from ((code, kind) for code in _constants(node))


def _is(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _constants(call: ast.Call) -> list[str]:
    texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return [text for text in texts if _CODE.fullmatch(text)]
