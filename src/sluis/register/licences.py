"""What a licence allows, as far as the register must know it to keep a record consistent."""

_EU = "http://publications.europa.eu/resource/authority/licence/"
_CC = "http://creativecommons.org/"

CLOSED = "http://standaarden.overheid.nl/owms/terms/geslotenlicentie"
UNKNOWN = "http://standaarden.overheid.nl/owms/terms/licentieonbekend"

# Who art. 9 and the HVD regulation (EU 2023/138, art. 4): CC0, CC BY or something at least as free.
OPEN = frozenset(
    {
        _EU + "CC0",
        _EU + "CC_BY_4_0",
        _EU + "CC_PDM_1_0",
        _EU + "ODC_PDDL",
        _CC + "publicdomain/zero/1.0/deed.nl",
        _CC + "publicdomain/mark/1.0/deed.nl",
        _CC + "licenses/by/4.0/deed.nl",
    }
)


def is_open(licence: str) -> bool:
    """True for CC0, CC BY 4.0 and the public domain: the licences under which Sluis calls data open."""
    return licence in OPEN


def is_closed(licence: str) -> bool:
    return licence == CLOSED


_CC_EU = {
    "CC0": "publicdomain/zero/1.0/",
    "CC_PDM_1_0": "publicdomain/mark/1.0/",
    "CC_BY_4_0": "licenses/by/4.0/",
    "CC_BY_3_0": "licenses/by/3.0/",
    "CC_BY_3_0_NL": "licenses/by/3.0/nl/",
    "CC_BYSA_4_0": "licenses/by-sa/4.0/",
    "CC_BYNC_4_0": "licenses/by-nc/4.0/",
    "CC_BYND_4_0": "licenses/by-nd/4.0/",
}
PAGES = {_EU + code: "https://creativecommons.org/" + path for code, path in _CC_EU.items()}


def page(licence: str) -> str:
    """Where the licence's own text stands; the address itself when that is all we know."""
    if licence.startswith(_CC):
        return licence.replace("http://", "https://").removesuffix("deed.nl")
    return PAGES.get(licence, licence)
