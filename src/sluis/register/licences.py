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
