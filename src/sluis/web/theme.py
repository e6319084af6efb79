"""Themes: one CSS file of variables per province, refused when people could not read the result.

The pairs and ratios follow WCAG 2.2: 1.4.3 (text, 4.5:1), 1.4.11 (controls and focus, 3:1).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

FOLDER = Path(__file__).parent / "static" / "themes"
MOST = 40
DECLARATION = re.compile(r"(--[a-z0-9-]+)\s*:\s*([^;{}]+?)\s*;")
COLOUR = re.compile(r"#[0-9a-f]{6}")
SIZE = re.compile(r"\d{1,2}px")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

TEXT, SHAPE = 4.5, 3.0
PAIRS = (
    ("header-text", "header-background", TEXT), ("footer-text", "footer-background", TEXT),
    ("on-brand", "brand", TEXT), ("on-brand", "brand-hover", TEXT), ("on-brand", "brand-active", TEXT),
    ("brand", "page", TEXT), ("brand", "brand-tint", TEXT), ("brand-hover", "brand-tint", TEXT),
    ("brand-active", "brand-tint-hover", TEXT), ("brand-active", "page", TEXT),
    ("link", "page", TEXT), ("link", "surface", TEXT), ("link-hover", "page", TEXT), ("link-hover", "surface", TEXT),
    ("text", "page", TEXT), ("text", "surface", TEXT), ("text", "brand-tint", TEXT),
    ("text-subtle", "page", TEXT), ("text-subtle", "surface", TEXT),
    ("border-strong", "page", SHAPE),
    ("brand", "surface", SHAPE), ("chart", "page", SHAPE), ("chart", "surface", SHAPE),
    ("focus-outer", "page", SHAPE), ("focus-outer", "surface", SHAPE),
    ("focus-outer", "focus-inner", SHAPE), ("focus-inner", "header-background", SHAPE),
    ("focus-inner", "footer-background", SHAPE),
)  # fmt: skip
COLOURS = frozenset(name for pair in PAIRS for name in pair[:2])
NAMES = COLOURS | {"border", "radius"}


def read_theme(css: str) -> tuple[dict[str, str], list[str]]:
    """The variables of a theme (without `--sluis-`), and what is wrong with the file as a file."""
    bare = COMMENT.sub("", css).strip()
    found = {name.removeprefix("--sluis-"): value.lower() for name, value in DECLARATION.findall(bare)}
    left = DECLARATION.sub("", bare)
    faults = (
        [] if re.fullmatch(r":root\s*\{\s*\}", left) else ["a theme is one :root rule with variables, and nothing else"]
    )
    if len(found) > MOST:
        faults.append(f"a theme has at most {MOST} variables; this one has {len(found)}")
    faults += [f"unknown variable --sluis-{name}" for name in sorted(found.keys() - NAMES)]
    faults += [f"--sluis-{name} is missing" for name in sorted(NAMES - found.keys())]
    faults += [
        f"--sluis-{name} must be written as {'12px' if name == 'radius' else '#rrggbb'}, not as {value}"
        for name, value in found.items()
        if name in NAMES and not (SIZE if name == "radius" else COLOUR).fullmatch(value)
    ]
    return found, faults


def weak_pairs(theme: Mapping[str, str]) -> list[str]:
    """Every pair of colours with too little contrast, in words."""
    return [
        f"{front} on {back} has a contrast of {ratio:.2f}:1; {least}:1 is needed"
        for front, back, least in PAIRS
        if (ratio := contrast(theme[front], theme[back])) < least
    ]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours #rrggbb, 1-21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def faults_of(css: str) -> list[str]:
    """All reasons to refuse this theme; empty when it is good."""
    theme, faults = read_theme(css)
    return faults or weak_pairs(theme)


def check_theme(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The chosen theme must exist and be readable: a site does not start with a bad one."""
    name = settings.SLUIS.theme
    path = FOLDER / f"{name}.css"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file() or not path.with_suffix(".svg").is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.css")))
        return [Error(f"SLUIS_THEME: there is no theme '{name}'. Choose from: {known}.", id="web.E001")]
    return [Error(f"Theme '{name}': {fault}.", id="web.E002") for fault in faults_of(path.read_text(encoding="utf-8"))]
