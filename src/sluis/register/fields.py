"""Which fields people may fill in, one line each: forms, checks, storage and the snapshot all read this list.

What is not here cannot be written from outside (mass assignment): owner, version, publication and moments are not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sluis.kernel.text import N_
from sluis.register.types import Availability, Openness


class Kind(StrEnum):
    LINE = "line"
    PROSE = "prose"
    WORDS = "words"
    LINK = "link"
    LINKS = "links"
    EMAIL = "email"
    CHOICE = "choice"
    CHOICES = "choices"
    OPTION = "option"
    DAY = "day"
    COUNT = "count"
    DECIMAL = "decimal"
    DURATION = "duration"
    DIGEST = "digest"
    REFERENCE = "reference"
    BOX = "box"
    PERIOD = "period"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Field:
    """`vocabularies` name the lists a choice comes from; `options` are the words of an OPTION."""

    name: str
    kind: Kind
    label: str
    help: str = ""
    vocabularies: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def by_name(fields: Iterable[Field]) -> dict[str, Field]:
    return {field.name: field for field in fields}


LICENCES = ("licence", "donl-licence")

DATASET_FIELDS = (
    Field("title", Kind.LINE, N_("Titel"), N_("Waar gaat de data over, in gewone woorden? Noem onderwerp en gebied.")),
    Field("title_en", Kind.LINE, N_("Titel in het Engels")),
    Field("description", Kind.PROSE, N_("Beschrijving"), N_("Wat staat erin, over welk gebied en welke periode?")),
    Field("description_en", Kind.PROSE, N_("Beschrijving in het Engels")),
    Field("purpose", Kind.PROSE, N_("Waarvoor gemaakt"), N_("Waarom verzamelt de organisatie deze data?")),
    Field("purpose_en", Kind.PROSE, N_("Waarvoor gemaakt, in het Engels")),
    Field("limits", Kind.PROSE, N_("Waar u op moet letten"), N_("Waarvoor is de data niet geschikt? Wat ontbreekt?")),
    Field("limits_en", Kind.PROSE, N_("Waar u op moet letten, in het Engels")),
    Field("keywords", Kind.WORDS, N_("Trefwoorden"), N_("Woorden waarop mensen zoeken.")),
    Field("keywords_en", Kind.WORDS, N_("Trefwoorden in het Engels")),
    Field("themes", Kind.CHOICES, N_("Thema's"), vocabularies=("data-theme",)),
    Field("dataset_type", Kind.CHOICE, N_("Soort dataset"), vocabularies=("dataset-type",)),
    Field("languages", Kind.CHOICES, N_("Talen in de data"), vocabularies=("language",)),
    Field("contact", Kind.REFERENCE, N_("Contactpunt"), N_("Wie beantwoordt vragen over deze data?")),
    Field(
        "creator", Kind.AGENT, N_("Maker"), N_("Alleen invullen als een ander dan de eigen organisatie de data maakt.")
    ),
    Field(
        "openness",
        Kind.OPTION,
        N_("Openheid"),
        N_("Uw voorstel; een besluit maakt het definitief."),
        options=tuple(Openness),
    ),
    Field(
        "openness_ground", Kind.PROSE, N_("Waarom niet (helemaal) open"), N_("In gewone woorden; bezoekers lezen dit.")
    ),
    Field("ground_codes", Kind.CHOICES, N_("Gronden"), vocabularies=("donl-ground",)),
    Field("availability", Kind.OPTION, N_("Beschikbaarheid"), options=tuple(Availability)),
    Field("planned_date", Kind.DAY, N_("Verwacht op"), N_("Wanneer komt de data beschikbaar?")),
    Field("licence", Kind.CHOICE, N_("Licentie"), N_("Wat mogen anderen met de data doen?"), vocabularies=LICENCES),
    Field("rights", Kind.PROSE, N_("Rechten"), N_("Bijzonderheden over rechten van anderen.")),
    Field("legal_basis", Kind.PROSE, N_("Wettelijke grondslag"), N_("Op grond van welke wet of taak is de data er?")),
    Field("applicable_legislation", Kind.LINKS, N_("Toepasselijke wetgeving"), N_("ELI-adressen van wetten.")),
    Field("hvd_categories", Kind.CHOICES, N_("Categorie hoogwaardige dataset"), vocabularies=("hvd-category",)),
    Field("frequency", Kind.CHOICE, N_("Hoe vaak verandert de data"), vocabularies=("frequency",)),
    Field("temporal", Kind.PERIOD, N_("Periode"), N_("Over welke periode gaat de data?")),
    Field(
        "temporal_resolution", Kind.DURATION, N_("Tijdstap"), N_("Kleinste tijdstap, zoals PT1H (uur) of P1D (dag).")
    ),
    Field("spatial", Kind.LINKS, N_("Gebied (adressen)"), N_("Adressen van gebieden, bijvoorbeeld uit TOOI.")),
    Field("spatial_label", Kind.LINE, N_("Gebied in woorden")),
    Field("bbox", Kind.BOX, N_("Omhullende rechthoek"), N_("West, zuid, oost, noord in graden (WGS84).")),
    Field("spatial_resolution", Kind.DECIMAL, N_("Nauwkeurigheid in meters")),
    Field("provenance", Kind.PROSE, N_("Herkomst"), N_("Hoe is de data verzameld en bewerkt?")),
    Field("quality_notes", Kind.PROSE, N_("Kwaliteit"), N_("Hoe goed is de data en hoe weet u dat?")),
    Field("sources", Kind.LINKS, N_("Bronnen"), N_("Adressen van datasets waaruit deze is gemaakt.")),
    Field("conforms_to", Kind.LINKS, N_("Voldoet aan"), N_("Adressen van standaarden of informatiemodellen.")),
    Field("documentation", Kind.LINKS, N_("Documentatie")),
    Field("landing_page", Kind.LINK, N_("Eigen pagina over de data")),
    Field("is_referenced_by", Kind.LINKS, N_("Gebruikt in"), N_("Publicaties of toepassingen die de data gebruiken.")),
    Field("related", Kind.LINKS, N_("Verwant")),
    Field("has_versions", Kind.LINKS, N_("Andere uitgaven")),
    Field("identifiers", Kind.WORDS, N_("Andere kenmerken"), N_("Bijvoorbeeld het nummer in een ander register.")),
    Field("series", Kind.LINK, N_("Reeks (adres)")),
    Field("series_title", Kind.LINE, N_("Reeks (naam)")),
    Field("version_label", Kind.LINE, N_("Versie")),
    Field("version_notes", Kind.PROSE, N_("Wat is er veranderd")),
)

DISTRIBUTION_FIELDS = (
    Field("title", Kind.LINE, N_("Titel")),
    Field("title_en", Kind.LINE, N_("Titel in het Engels")),
    Field("description", Kind.PROSE, N_("Beschrijving")),
    Field("description_en", Kind.PROSE, N_("Beschrijving in het Engels")),
    Field("table_id", Kind.REFERENCE, N_("Tabel")),
    Field("access_url", Kind.LINK, N_("Adres van de data")),
    Field("download_url", Kind.LINK, N_("Downloadadres")),
    Field("format", Kind.CHOICE, N_("Bestandsformaat"), vocabularies=("file-type",)),
    Field("media_type", Kind.CHOICE, N_("Mediatype"), vocabularies=("media-type",)),
    Field("licence", Kind.CHOICE, N_("Licentie"), N_("Leeg: de licentie van de dataset."), vocabularies=LICENCES),
    Field("rights", Kind.PROSE, N_("Rechten")),
    Field("byte_size", Kind.COUNT, N_("Grootte in bytes")),
    Field("sha256", Kind.DIGEST, N_("Controlegetal (SHA-256)")),
    Field("status", Kind.CHOICE, N_("Status"), vocabularies=("distribution-status",)),
    Field("availability", Kind.CHOICE, N_("Blijft beschikbaar"), vocabularies=("planned-availability",)),
    Field("compress_format", Kind.CHOICE, N_("Ingepakt als"), vocabularies=("media-type",)),
    Field("package_format", Kind.CHOICE, N_("Samengevoegd als"), vocabularies=("media-type",)),
    Field("access_service", Kind.REFERENCE, N_("Via dataservice")),
    Field("conforms_to", Kind.LINKS, N_("Voldoet aan")),
    Field("documentation", Kind.LINKS, N_("Documentatie")),
    Field("languages", Kind.CHOICES, N_("Talen"), vocabularies=("language",)),
    Field("issued", Kind.DAY, N_("Uitgegeven op")),
    Field("modified", Kind.DAY, N_("Gewijzigd op")),
    Field("spatial_resolution", Kind.DECIMAL, N_("Nauwkeurigheid in meters")),
    Field("temporal_resolution", Kind.DURATION, N_("Tijdstap")),
)

SERVICE_FIELDS = (
    Field("title", Kind.LINE, N_("Titel")),
    Field("title_en", Kind.LINE, N_("Titel in het Engels")),
    Field("description", Kind.PROSE, N_("Beschrijving")),
    Field("description_en", Kind.PROSE, N_("Beschrijving in het Engels")),
    Field("endpoint_url", Kind.LINK, N_("Adres van de service")),
    Field(
        "endpoint_description",
        Kind.LINK,
        N_("Adres van de technische beschrijving"),
        N_("Bijvoorbeeld de OpenAPI-beschrijving of de GetCapabilities."),
    ),
    Field("licence", Kind.CHOICE, N_("Licentie"), N_("Leeg: de licentie van de dataset."), vocabularies=LICENCES),
    Field("rights", Kind.PROSE, N_("Rechten en voorwaarden")),
    Field("access_rights", Kind.CHOICE, N_("Toegang"), vocabularies=("access-right",)),
    Field("conforms_to", Kind.LINKS, N_("Voldoet aan")),
    Field("documentation", Kind.LINKS, N_("Documentatie"), N_("Ook over de kwaliteit van de dienst.")),
    Field("landing_page", Kind.LINK, N_("Pagina over de service")),
    Field("keywords", Kind.WORDS, N_("Trefwoorden")),
    Field("formats", Kind.CHOICES, N_("Formaten"), vocabularies=("file-type",)),
    Field("languages", Kind.CHOICES, N_("Talen"), vocabularies=("language",)),
    Field("modified", Kind.DAY, N_("Gewijzigd op")),
)

CONTACT_FIELDS = (
    Field("name", Kind.LINE, N_("Naam"), N_("Naam van een team of loket, liever niet van een persoon.")),
    Field("name_en", Kind.LINE, N_("Naam in het Engels")),
    Field("email", Kind.EMAIL, N_("E-mailadres")),
    Field("page", Kind.LINK, N_("Contactpagina")),
    Field("phone", Kind.LINE, N_("Telefoon")),
)

COLUMN_FIELDS = (
    Field("name", Kind.LINE, N_("Kolom")),
    Field("title", Kind.LINE, N_("Kop")),
    Field("title_en", Kind.LINE, N_("Kop in het Engels")),
    Field("meaning", Kind.PROSE, N_("Betekenis")),
    Field("meaning_en", Kind.PROSE, N_("Betekenis in het Engels")),
    Field("unit", Kind.LINE, N_("Eenheid")),
    Field("code_list", Kind.LINK, N_("Codelijst")),
    Field("table", Kind.LINE, N_("Tabel")),
)
