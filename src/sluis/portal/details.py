"""The formal description of a dataset, each term explained in at most twenty words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from sluis.kernel.text import N_
from sluis.portal import wording
from sluis.web import spoken

# (field of the metadata, DCAT-AP-NL property, name, explanation, whether its values come from a list of words)
_TERMS: tuple[tuple[str, str, str, str, bool], ...] = (
    ("themes", "dcat:theme", N_("Thema"), N_("Onderwerp uit de Europese lijst, zodat data uit alle landen bij elkaar staat."), True),  # noqa: E501
    ("keywords", "dcat:keyword", N_("Trefwoorden"), N_("Woorden waarop u deze data kunt vinden."), False),
    ("dataset_type", "dct:type", N_("Soort data"), N_("Wat voor data dit is, zoals een kaart of een lijst."), True),
    ("frequency", "dct:accrualPeriodicity", N_("Hoe vaak bijgewerkt"), N_("Hoe vaak wij een nieuwe versie maken."), True),  # noqa: E501
    ("languages", "dct:language", N_("Taal"), N_("De taal van de data zelf."), True),
    ("spatial", "dct:spatial", N_("Gebied"), N_("Waar de data over gaat."), True),
    ("spatial_label", "dct:spatial", N_("Gebied in woorden"), N_("Waar de data over gaat, in gewone woorden."), False),
    ("temporal", "dct:temporal", N_("Periode"), N_("Van wanneer tot wanneer de data gaat."), False),
    ("temporal_resolution", "dcat:temporalResolution", N_("Kleinste tijdstap"), N_("De kortste tijd tussen twee metingen."), False),  # noqa: E501
    ("spatial_resolution", "dcat:spatialResolutionInMeters", N_("Kleinste afstand"), N_("De kleinste afstand in meters die u in de data kunt zien."), False),  # noqa: E501
    ("hvd_categories", "dcatap:hvdCategory", N_("Waardevolle data"), N_("De Europese Unie noemt deze data extra waardevol. Wij moeten die gratis en met API geven."), True),  # noqa: E501
    ("applicable_legislation", "dcatap:applicableLegislation", N_("Wet waar dit onder valt"), N_("De wet die zegt dat wij deze data moeten delen."), False),  # noqa: E501
    ("legal_basis", "", N_("Wettelijke taak"), N_("De taak waarvoor wij deze data maken."), False),
    ("conforms_to", "dct:conformsTo", N_("Standaard"), N_("De afspraak waar de data zich aan houdt."), False),
    ("identifiers", "adms:identifier", N_("Andere nummers"), N_("Andere namen of nummers van dezelfde data."), False),
    ("landing_page", "dcat:landingPage", N_("Pagina van de bron"), N_("De pagina waar de data vandaan komt."), False),
    ("documentation", "foaf:page", N_("Meer lezen"), N_("Documenten die de data uitleggen."), False),
    ("version_label", "owl:versionInfo", N_("Naam van de versie"), N_("Hoe de maker deze versie noemt."), False),
)  # fmt: skip

_WRITTEN = ("keywords", "spatial_label", "legal_basis", "version_label")


@dataclass(frozen=True, slots=True)
class Detail:
    term: str
    name: str
    explanation: str
    values: tuple[tuple[str, str], ...]  # (text, address or '')


def details(metadata: Mapping[str, Any], uri: str) -> list[Detail]:
    """Terms that have a value; the lasting address of the dataset first."""
    lasting = Detail(
        "dct:identifier",
        gettext("Vast adres"),
        gettext("Dit adres blijft altijd naar deze data wijzen."),
        ((uri, uri),),
    )
    found = [
        Detail(term, gettext(name), gettext(explanation), values)
        for field, term, name, explanation, listed in _TERMS
        if (values := _values(field, metadata.get(field), listed=listed))
    ]
    return [lasting, *found]


def _values(field: str, value: Any, *, listed: bool) -> tuple[tuple[str, str], ...]:
    if not value:
        return ()
    if field == "temporal":
        return ((f"{value[0] or '…'} – {value[1] or '…'}", ""),)
    many = value if isinstance(value, list | tuple) else [value]
    found = [str(one) for one in many if one]
    if listed:
        return tuple((wording.label(one), "") for one in found)
    return tuple((spoken.written(one) if field in _WRITTEN else one, _address(one)) for one in found)


def _address(text: str) -> str:
    return text if text.startswith(("https://", "http://")) else ""
