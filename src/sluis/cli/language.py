"""Texts of the command line in the language of SLUIS_LANGUAGE, also before Django stands."""

import gettext
from functools import cache
from pathlib import Path

from sluis.conf.env import Env
from sluis.kernel.errors import SluisError

_ROOMS = Path(__file__).resolve().parent.parent


@cache
def language() -> str:
    """nl or en. Wrong settings are reported by the command that needs them, not here."""
    try:
        return Env.load().language
    except SluisError:
        return "nl"


@cache
def _catalogues() -> tuple[gettext.NullTranslations, ...]:
    folders = [_ROOMS / room / "locale" for room in ("cli", "conf", "kernel", "foundation", "process")]
    return tuple(gettext.translation("django", folder, [language()], fallback=True) for folder in folders)


def _(text: str) -> str:
    """The text in the chosen language; rooms that Django knows are asked once it stands."""
    for catalogue in _catalogues():
        found = catalogue.gettext(text)
        if found != text:
            return found
    from django.apps import apps

    if not apps.ready or not text:
        return text
    from django.utils.translation import gettext as translated

    return translated(text)
