"""What personal data looks like: patterns (linear time, RE2) and column names. Pure; own work.

Sources: eleven-test of the burgerservicenummer (Besluit BSN, RvIG); IBAN check digits (ISO 13616 / 7064 mod 97-10);
telephone numbers (Nummerplan telefoon- en ISDN-diensten); postcode (NEN 5825); sidecodes of number plates (RDW).
"""

import re
from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    BSN = "bsn"
    IBAN = "iban"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    PLATE = "licence_plate"


BSN = r"\b(?:[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}|[0-9]{3}\.[0-9]{3}\.[0-9]{3})\b"
IBAN = r"\b[A-Z]{2}[0-9]{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{0,4}\b"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
PHONE = (
    r"(?:(?:\+31|\b0031)[ -]?(?:\(0\)[ -]?)?[1-9](?:[ -]?[0-9]){8}\b"
    r"|\b06[ -]?[1-58](?:[ -]?[0-9]){7}\b"
    r"|\b0[1-9][0-9][ -][0-9](?:[ -]?[0-9]){6}\b"
    r"|\b0[1-9][0-9]{2}[ -][0-9](?:[ -]?[0-9]){5}\b)"
)
POSTCODE = r"\b[1-9][0-9]{3} ?[A-Z]{2}\b"
ADDRESS = r"[A-Za-z.]{3,} [0-9]{1,5}[ -]?[A-Za-z0-9]{0,4},? +[1-9][0-9]{3} ?[A-Z]{2}\b"
# A street with a house number and perhaps an addition: Dorpsstraat 12, Laan van 1813 4-bis.
STREET = r"\s*\pL[\pL0-9 .'’/-]{2,60} [1-9][0-9]{0,4}(?: ?[-/]? ?[A-Za-z0-9]{1,4})?\s*"
TITLED = (
    r"(?i:\b(?:mevrouw|mevr\.|mw\.|meneer|dhr\.|de heer)) +"
    r"(?:[A-Z]\.? ?)*(?:(?:van|de|den|der|ter|ten|'t) )*[A-Z][a-z]+"
)
_L = "[BDFGHJKLMNPRSTVWXZ]"  # no vowels, C or Q: so that no words appear
_SIDECODES = ("L2-92-92", "92-92-L2", "92-L2-92", "L2-92-L2", "L2-L2-92", "92-L2-L2", "92-L3-91", "91-L3-92",
              "L2-93-L1", "L1-93-L2", "L3-92-L1", "L1-92-L3", "91-L2-93", "93-L2-91")  # fmt: skip
_GROUP = {"L": _L, "9": "[0-9]"}


def _sidecode(code: str, glue: str) -> str:
    return glue.join(f"{_GROUP[part[0]]}{{{part[1]}}}" for part in code.split("-"))


PLATE = r"\b(?:" + "|".join(_sidecode(code, "-") for code in _SIDECODES) + r")\b"
PLATE_BARE = "(?:" + "|".join(_sidecode(code, "") for code in _SIDECODES) + ")"

PATTERNS: Mapping[Kind, str] = {
    Kind.BSN: BSN,
    Kind.IBAN: IBAN,
    Kind.EMAIL: EMAIL,
    Kind.PHONE: PHONE,
    Kind.ADDRESS: ADDRESS,
    Kind.NAME: TITLED,
    Kind.PLATE: PLATE,
}

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
ELEVEN_TEST = " + ".join(f"{w} * substr(x, {i}, 1)::INTEGER" for i, w in enumerate(_WEIGHTS, 1))
# The same of a whole number, without making a text of it: a quarter of the work.
ELEVEN_NUMBER = " + ".join(f"{w} * (x // {10 ** (9 - i)} % 10)" for i, w in enumerate(_WEIGHTS, 1))

_NAMES: Mapping[Kind, str] = {
    Kind.BSN: r"bsn|burger_?service|sofi_?(?:nr|nummer)?|persoonsnummer",
    Kind.IBAN: r"iban|rekening_?(?:nr|nummer)|bankrekening",
    Kind.EMAIL: r"e_?mail",
    Kind.PHONE: r"telefoon|mobiel|(?:^|_)tel(?:_|nr|$)|phone|gsm",
    Kind.PLATE: r"kenteken|licen[cs]e_?plate|nummerplaat",
    Kind.BIRTH_DATE: r"geboorte_?(?:datum|dag|jaar)|geb_?dat|(?:^|_)geb(?:_|$)|birth|(?:^|_)dob(?:_|$)",
}
_PERSON = re.compile(
    r"voornaam|voornamen|achternaam|geslachtsnaam|familienaam|roepnaam|voorletters|tussenvoegsel|voorvoegsel|meisjesnaam"
    r"|first_?name|last_?name|surname|full_?name|initialen"
)
_MAYBE_PERSON = re.compile(
    r"(?:^|_)(?:naam|name)(?:_|$)|contact_?persoon|aanvrager|indiener|bewoner|eigenaar|huurder|behandelaar|medewerker"
    r"|melder|klant|client|cliënt|patient|leerling|deelnemer|persoon"
)
_NOT_PERSON = re.compile(
    r"gemeente|plaats|straat|provincie|bedrijf|organisatie|station|wijk|buurt|gebied|project|product|soort|aantal|type"
)
_POSTCODE = re.compile(r"post_?code|zip|postal")
_HOUSE_NUMBER = re.compile(r"huis_?(?:nr|nummer)|(?:^|_)hnr(?:_|$)|house_?(?:nr|number)")


def named(kind: Kind, name: str) -> bool:
    """Does the column's name say that it holds this kind?"""
    text = _plain(name)
    if kind is Kind.BIRTH_DATE and ("plaats" in text or "land" in text):
        return False
    return bool(re.search(_NAMES[kind], text))


def person_name(name: str) -> str:
    """How much the column's name says that it holds names of people: "yes", "maybe" or ""."""
    text = _plain(name)
    if _PERSON.search(text):
        return "yes"
    return "maybe" if _MAYBE_PERSON.search(text) and not _NOT_PERSON.search(text) else ""


def is_postcode(name: str) -> bool:
    return bool(_POSTCODE.search(_plain(name)))


def is_house_number(name: str) -> bool:
    return bool(_HOUSE_NUMBER.search(_plain(name)))


def _plain(name: str) -> str:
    return re.sub(r"[^\w]+", "_", name.lower())
