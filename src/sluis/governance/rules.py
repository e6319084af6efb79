"""What a dossier can tell for the register; what it cannot stays empty, for the privacy officer to write."""

from collections.abc import Mapping

from sluis.release.service import AboutPeople

_OUTSIDE = frozenset({"open", "planned"})


def told(about: AboutPeople) -> dict[str, str]:
    """Texts by field of the register, in Dutch: the register is a record of the organisation. Never a guess."""
    said = about.said
    kinds = [f"Mogelijk in de kolommen: {', '.join(about.columns)}."] if about.columns else []
    kinds += ["Bijzondere persoonsgegevens."] if said.get("specialCategories") == "yes" else []
    published = about.contains != "no" and about.outcome in _OUTSIDE
    return {
        "legal_basis": str(said.get("statutoryBasis") or ""),
        "data_categories": " ".join(kinds),
        "person_categories": "Onder wie kinderen." if said.get("children") == "yes" else "",
        "recipients": "Iedereen: de data is openbaar." if published else "",
        "transfers": "Geen." if said.get("transferOutsideEu") == "no" else "",
        "retention": about.retention,
        "dpia": str(said.get("assessmentReference") or ""),
        "reference": str(said.get("processingRecord") or ""),
    }


def followed(now: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Fields that take over what the dossier says now: those nobody has written something else in."""
    return {name: text for name, text in after.items() if now[name] in ("", before.get(name, "")) and now[name] != text}
