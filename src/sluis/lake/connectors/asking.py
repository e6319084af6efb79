"""What every connector over HTTP asks for: an address, an account, a ceiling; and how it says who we are."""

import difflib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors.base import Field, Given, Kind

MOST_MB, MOST_ROWS = 20_000, 100_000
_MOST_SHOWN = 100
ACCOUNT = (
    Field("user", N_("Gebruikersnaam"), help=N_("Alleen als de website daarom vraagt.")),
    Field("password", N_("Wachtwoord"), Kind.SECRET),
    Field("token", N_("Toegangscode (token)"), Kind.SECRET, help=N_("In plaats van gebruikersnaam en wachtwoord.")),
)
CEILING = Field("max_mb", N_("Grootste bestand in MB"), Kind.NUMBER, required=True, default=1000,
                help=N_("Is het bestand groter, dan stopt het ophalen."))  # fmt: skip
PAGE_SIZE = Field("page_size", N_("Rijen per keer"), Kind.NUMBER, required=True, default=1000,
                  help=N_("Zoveel rijen vraagt Sluis in één keer."))  # fmt: skip


def faults(config: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with the address and the numbers, for connectors with a field `url` and the ones above."""
    return most_mb(config) + no_address(config)


def no_address(config: Mapping[str, Any]) -> list[Fault]:
    url = config["url"]
    if not url.lower().startswith(("http://", "https://")):
        return [Fault(N_("Een webadres begint met https:// of http://."), field="url")]
    if not _readable(url):
        return [Fault(N_("Dit is geen geldig webadres."), field="url")]
    if "@" in urlsplit(url).netloc:  # an address is shown to everybody who sees the source
        return [Fault(N_("Zet geen naam of wachtwoord in het adres, maar in de velden daarvoor."), field="url")]
    return []


def _readable(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname) and urlsplit(url).port != 0
    except ValueError:
        return False


def most_mb(config: Mapping[str, Any]) -> list[Fault]:
    limits = (("max_mb", MOST_MB), ("page_size", MOST_ROWS))
    wrong = [(name, most) for name, most in limits if config.get(name, 0) > most]
    return [Fault(N_("Kies ten hoogste {most}."), field=name, params={"most": most}) for name, most in wrong]


def credentials(given: Given) -> dict[str, str]:
    """The header that says who we are; none without an account."""
    if token := given.secret("token"):
        return {"Authorization": f"Bearer {token}"}
    if given["user"]:
        pair = f"{given['user']}:{given.secret('password')}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}
    return {}


def same_place(before: str, link: str) -> str:
    """The address of a link that a source gives to its own next page.

    Servers behind a proxy often write http:// for https://, which we mend. Raises Invalid for another server: what
    we tell one about ourselves is not for another.
    """
    ours = urlsplit(before)
    try:
        theirs = urlsplit(urljoin(before, link))
        if theirs.hostname == ours.hostname and theirs.scheme == "http" and ours.scheme == "https" and not theirs.port:
            theirs = theirs._replace(scheme=ours.scheme, netloc=ours.netloc)
    except ValueError:  # no address at all
        raise _elsewhere(ours.netloc, link) from None
    if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
        raise _elsewhere(ours.netloc, theirs.netloc)
    return urlunsplit(theirs)


def _elsewhere(ours: str, theirs: str) -> Invalid:
    return Invalid(
        "source.elsewhere",
        N_("{place} verwijst voor de volgende pagina naar een ander adres: {other}."),
        way_out=N_("Vraag de beheerder van de bron naar het juiste adres, en vul dat in."),
        place=ours,
        other=theirs[:100],
    )


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list that a server gave; whatever else it gave is passed over."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def expected(found: Any, url: str) -> Mapping[str, Any]:
    """The object that a server of this kind always answers. Raises Invalid where another kind of server stands."""
    if not isinstance(found, dict):
        raise Invalid(
            "source.other-kind",
            N_("{place} antwoordt niet zoals deze soort bron hoort te doen."),
            way_out=N_("Controleer het adres en de soort koppeling."),
            place=urlsplit(url).hostname or "",
        )
    return found


def choose(field: str, given: str, known: Iterable[str]) -> Invalid:
    """Raised where the source itself says what there is to choose from."""
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=5, cutoff=0.5) if given else []
    asked = N_("'{name}' is er niet. Kies uit: {known}.") if given else N_("Kies uit: {known}.")
    shown = ", ".join((near or names)[:_MOST_SHOWN]) or "–"
    fault = Fault(asked, field=field, params={"name": given[:100], "known": shown[:3000]})
    return Invalid("source.choose", N_("Kies nog wat Sluis hier moet lezen."), faults=[fault])
