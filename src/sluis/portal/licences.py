"""Licences in plain words."""

from dataclasses import dataclass

from django.utils.translation import gettext

from sluis.kernel.text import N_
from sluis.portal import wording


@dataclass(frozen=True, slots=True)
class Licence:
    name: str
    meaning: str
    page: str


_CC = "https://creativecommons.org/"
# (marks in the address, name, meaning, where the text of the licence stands)
_KNOWN = (
    (("/CC0", "publicdomain/zero"), N_("CC0: vrij te gebruiken"),
     N_("U mag deze data voor alles gebruiken. U hoeft ons niet te noemen."), _CC + "publicdomain/zero/1.0/"),
    (("CC_PDM", "publicdomain/mark"), N_("Publiek domein: vrij te gebruiken"),
     N_("Op deze data rusten geen rechten. U mag er alles mee doen."), _CC + "publicdomain/mark/1.0/"),
    (("CC_BY_4", "licenses/by/4"), N_("CC BY: gebruiken met bronvermelding"),
     N_("U mag deze data voor alles gebruiken. Noem wel de bron."), _CC + "licenses/by/4.0/"),
    (("CC_BYSA_4", "licenses/by-sa/4"), N_("CC BY-SA: gebruiken en net zo delen"),
     N_("U mag deze data gebruiken als u de bron noemt en uw werk op dezelfde manier deelt."),
     _CC + "licenses/by-sa/4.0/"),
    (("geslotenlicentie",), N_("Niet vrij te gebruiken"), N_("U mag deze data niet zonder toestemming gebruiken."), ""),
)  # fmt: skip


def explain(uri: str) -> Licence:
    """Name and meaning of a licence; one we do not know keeps the name of the list."""
    for marks, name, meaning, page in _KNOWN:
        if any(mark in uri for mark in marks):
            return Licence(gettext(name), gettext(meaning), page)
    web = uri if uri.startswith(("https://", "http://")) else ""
    unknown = gettext("Lees de licentie voordat u de data gebruikt.") if uri else ""
    return Licence(wording.label(uri), unknown, web)
