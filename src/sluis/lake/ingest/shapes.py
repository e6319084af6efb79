"""How a written value looks: one list of patterns, used on samples (Python) and on all rows (DuckDB, RE2).

Names: `i` whole, `big` more than 18 digits, `p3`/`c3` one group of three after a point/comma (thousands or decimals?),
`pd`/`cd` certainly decimals, `pt`/`ct` certainly thousands, `st` thousands with spaces, `exp` scientific, `unit` money
or percentage, `d-` `d/` `d.` day and month in either order, `s-` `s/` the same with a year of two digits, `named` and
`named2` with the name of the month, `iso`, `y/`, `dt` and `dtz` ISO moments, `d-t` `d/t` day-month moments, `time`,
`b` a truth word, `text` the rest.
"""

import re

INT = r"-?(0|[1-9][0-9]{0,17})"
_DMY = "[0-3]?[0-9]{s}[0-3]?[0-9]{s}[12][0-9]{{3}}"
_CLOCK = r"[0-2]?[0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_MONTH = (
    "(jan(uari|uary)?|feb(ruari|ruary)?|mrt|maart|mar(ch)?|apr(il)?|mei|may|jun[ie]?|jul[iy]?|aug(ustus|ust)?|"
    "sept?(ember)?|okt(ober)?|oct(ober)?|nov(ember)?|dec(ember)?)"
)
_NAMED = r"(?i)[0-3]?[0-9][ -]" + _MONTH + r"\.?[ -]"
_SHORT = "[0-3]?[0-9]{s}[0-3]?[0-9]{s}[0-9]{{2}}"
_ISO = "[12][0-9]{3}-[01][0-9]-[0-3][0-9]"

PATTERNS: dict[str, str] = {
    "i": INT,
    "iso": _ISO,
    "dt": _ISO + "[T ]" + _CLOCK,
    "p3": r"-?[1-9][0-9]{0,2}\.[0-9]{3}",
    "pd": r"-?(0|[1-9][0-9]*)?\.[0-9]+",
    "c3": r"-?[1-9][0-9]{0,2},[0-9]{3}",
    "cd": r"-?(0|[1-9][0-9]*)?,[0-9]+",
    "pt": r"-?[1-9][0-9]{0,2}((\.[0-9]{3})+,[0-9]+|(\.[0-9]{3}){2,})",
    "ct": r"-?[1-9][0-9]{0,2}((,[0-9]{3})+\.[0-9]+|(,[0-9]{3}){2,})",
    "st": r"-?[1-9][0-9]{0,2}([ \x{00a0}\x{202f}][0-9]{3})+(,[0-9]+)?",
    "d-": _DMY.format(s="-"),
    "d/": _DMY.format(s="/"),
    "d.": _DMY.format(s=r"\."),
    "s-": _SHORT.format(s="-"),
    "s/": _SHORT.format(s="/"),
    "named": _NAMED + "[12][0-9]{3}",
    "named2": _NAMED + "[0-9]{2}",
    "y/": "[12][0-9]{3}/[01]?[0-9]/[0-3]?[0-9]",
    "dtz": _ISO + "[T ]" + _CLOCK + "(Z|[+-][0-2][0-9]:?[0-5][0-9])",
    "d-t": _DMY.format(s="-") + "[T ]+" + _CLOCK,
    "d/t": _DMY.format(s="/") + "[T ]+" + _CLOCK,
    "time": _CLOCK,
    "big": r"-?[1-9][0-9]{18,37}",
    "exp": r"-?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,3}",
    "unit": r"-?\s*(€|EUR)\s*-?[0-9.,]+(-|\s*%)?|-?[0-9.,]+\s*(€|EUR|%)",
}
NUMERIC = frozenset({"i", "big", "p3", "pd", "c3", "cd", "pt", "ct", "st", "exp", "unit"})
DATES = frozenset({"d-", "d/", "d.", "s-", "s/", "named", "named2", "iso", "y/"})
MOMENTS = frozenset({"dt", "dtz", "d-t", "d/t"})

TRUE_WORDS = ("ja", "true", "waar", "yes", "j", "y")
FALSE_WORDS = ("nee", "false", "onwaar", "no", "n")
CLEAR_WORDS = frozenset({"ja", "nee", "true", "false", "waar", "onwaar", "yes", "no"})
TRUTH_PAIRS = (frozenset({"j", "n"}), frozenset({"y", "n"}))

# Written for "nothing here" in a column that otherwise holds numbers, dates or truth values.
NULL_MARKERS = (
    "-", "--", ".", "..", "...", "n.v.t.", "n.v.t", "nvt", "n.b.", "n.b", "n/a", "#n/a", "#n/b", "na", "null", "none",
    "nan", "nil", "leeg", "onbekend", "geen", "geen gegevens", "?", "x",
)  # fmt: skip

_compiled = {
    name: re.compile(pattern.replace(r"\x{00a0}", "\u00a0").replace(r"\x{202f}", "\u202f"), re.ASCII)
    for name, pattern in PATTERNS.items()
}


def shape_of(value: str) -> str:
    """The class of one value, '' for an empty one."""
    stripped = value.strip()
    if not stripped:
        return ""
    if stripped.lower() in CLEAR_WORDS:
        return "b"
    return next((name for name, pattern in _compiled.items() if pattern.fullmatch(stripped)), "text")
