"""What a record lacks or contradicts, in plain Dutch; pure, so a form can ask while somebody types.

Required follows DCAT-AP-NL 3.0 (mandatory and conditional properties), the HVD profile 3.0.0 and the release process
(openness, ground, licence). Recommended follows the recommended properties and what visitors ask for.
"""

from collections.abc import Callable, Iterator

from sluis.kernel.text import N_
from sluis.register import licences
from sluis.register.types import Availability, DatasetRecord, DistributionRecord, Gap, Openness, ServiceRecord, Severity

SHORT_DESCRIPTION = 80
ELI_OF_HVD = "http://data.europa.eu/eli/reg_impl/2023/138/oj"

Rule = Callable[[DatasetRecord], Iterator[Gap]]


def gaps(record: DatasetRecord) -> list[Gap]:
    """Everything to add or mend, required first."""
    found = [gap for rule in _RULES for gap in rule(record)]
    return sorted(found, key=lambda gap: gap.severity is not Severity.REQUIRED)


def blocking(record: DatasetRecord) -> list[Gap]:
    """Only what must be mended before this may be released."""
    return [gap for gap in gaps(record) if gap.severity is Severity.REQUIRED]


def _description(record: DatasetRecord) -> Iterator[Gap]:
    if not record.description:
        yield _required("description", N_("Schrijf in gewone woorden wat er in de data staat."))
    elif len(record.description) < SHORT_DESCRIPTION:
        yield _recommended("description", N_("De beschrijving is erg kort. Noem wat, waar en wanneer."))
    if not record.themes:
        yield _required("themes", N_("Kies minstens één thema."))
    if not record.keywords:
        yield _recommended("keywords", N_("Geef trefwoorden, dan vinden mensen de data sneller."))
    if not record.languages:
        yield _recommended("languages", N_("Kies de taal van de data."))
    if record.limits == "":
        yield _recommended(
            "limits", N_("Schrijf waar gebruikers op moeten letten en waarvoor de data niet geschikt is.")
        )


def _people(record: DatasetRecord) -> Iterator[Gap]:
    if record.contact is None:
        yield _required("contact", N_("Kies een contactpunt: wie beantwoordt vragen over deze data?"))
    elif not record.contact.email and not record.contact.page:
        yield _required("contact", N_("Het contactpunt heeft geen e-mailadres en geen contactpagina."))


def _openness(record: DatasetRecord) -> Iterator[Gap]:
    if record.openness is Openness.UNKNOWN:
        yield _required("openness", N_("Stel voor of de data open, beperkt of gesloten is."))
    closed = record.openness in (Openness.RESTRICTED, Openness.CLOSED)
    if closed and not record.openness_ground:
        yield _required("openness_ground", N_("Schrijf waarom de data niet helemaal open is; bezoekers lezen dit."))
    if closed and not record.ground_codes:
        yield _recommended("ground_codes", N_("Kies de grond uit de lijst van data.overheid.nl."))
    if record.openness is Openness.OPEN and (record.openness_ground or record.ground_codes):
        yield _required("openness_ground", N_("Er staat een reden om niet open te zijn, maar het voorstel is open."))


def _licence(record: DatasetRecord) -> Iterator[Gap]:
    if not record.licence:
        yield _required("licence", N_("Kies een licentie: wat mogen anderen met de data doen?"))
    for licence in {record.licence, *(item.licence for item in record.distributions)} - {""}:
        if record.openness is Openness.OPEN and not licences.is_open(licence):
            yield _required("licence", N_("Open data heeft CC0, CC BY 4.0 of publiek domein als licentie."))
        if record.openness is Openness.CLOSED and licences.is_open(licence):
            yield _required("licence", N_("Gesloten data kan geen open licentie hebben; kies ‘Niet open’."))
    if record.licence == licences.UNKNOWN:
        yield _required("licence", N_("De licentie is onbekend. Zoek uit van wie de data is en kies dan een licentie."))


def _time_and_place(record: DatasetRecord) -> Iterator[Gap]:
    if not record.frequency:
        yield _recommended("frequency", N_("Kies hoe vaak de data verandert."))
    if record.temporal is None:
        yield _recommended("temporal", N_("Vul in over welke periode de data gaat."))
    if not record.spatial and record.bbox is None:
        yield _recommended("spatial", N_("Vul in over welk gebied de data gaat."))
    if record.availability is Availability.PLANNED and record.planned_date is None:
        yield _required("planned_date", N_("Vul in wanneer de data naar verwachting beschikbaar komt."))


def _origin(record: DatasetRecord) -> Iterator[Gap]:
    if not record.provenance:
        yield _recommended("provenance", N_("Schrijf hoe de data is verzameld en bewerkt."))
    if not record.conforms_to:
        yield _recommended("conforms_to", N_("Noem de standaard of het informatiemodel, als die er is."))
    if not record.documentation:
        yield _recommended("documentation", N_("Verwijs naar uitleg over de data."))
    if not record.legal_basis:
        yield _recommended("legal_basis", N_("Schrijf op grond van welke wet of taak u deze data hebt."))


def _columns(record: DatasetRecord) -> Iterator[Gap]:
    bare = [column.name for column in record.columns if not column.meaning]
    if bare:
        text = N_("Leg uit wat deze kolommen betekenen: {columns}.")
        yield Gap("columns", Severity.RECOMMENDED, text, {"columns": ", ".join(bare[:8])})


def _distributions(record: DatasetRecord) -> Iterator[Gap]:
    if (
        record.openness is Openness.OPEN
        and record.availability is not Availability.PLANNED
        and not record.distributions
    ):
        yield _required("distributions", N_("Voeg de data toe: een tabel, een bestand of een adres elders."))
    for number, item in enumerate(record.distributions, 1):
        if item.kind == "external" and not item.format:
            yield _of(number, item, Severity.RECOMMENDED, N_("Distributie {number}: kies het bestandsformaat."))


def _services(record: DatasetRecord) -> Iterator[Gap]:
    for number, item in enumerate(record.services, 1):
        if not item.description:
            yield _of(number, item, Severity.REQUIRED, N_("Dataservice {number}: schrijf wat de service doet."))
        if not item.endpoint_description:
            text = N_("Dataservice {number}: geef het adres van de technische beschrijving.")
            yield _of(number, item, Severity.REQUIRED, text)


def _hvd(record: DatasetRecord) -> Iterator[Gap]:
    """DCAT-AP HVD 3.0.0 with regulation (EU) 2023/138: category, legislation, an API, open and free."""
    if not record.is_hvd:
        if ELI_OF_HVD in record.applicable_legislation:
            yield _required(
                "hvd_categories", N_("De HVD-verordening is van toepassing; kies dan ook de HVD-categorie.")
            )
        return
    if ELI_OF_HVD not in record.applicable_legislation:
        text = N_("Een hoogwaardige dataset noemt de HVD-verordening als wetgeving: {eli}.")
        yield Gap("applicable_legislation", Severity.REQUIRED, text, {"eli": ELI_OF_HVD})
    if not record.services and not any(item.kind == "table" for item in record.distributions):
        yield _required(
            "services", N_("Een hoogwaardige dataset is ook via een API op te vragen; voeg de dataservice toe.")
        )
    if record.openness is not Openness.OPEN:
        yield _required(
            "openness", N_("Een hoogwaardige dataset hoort open te zijn; leg anders uit waarom dit niet kan.")
        )
    for number, item in enumerate(record.services, 1):
        if not item.documentation:
            text = N_("Dataservice {number}: verwijs naar uitleg over de kwaliteit van de dienst (verplicht bij HVD).")
            yield _of(number, item, Severity.REQUIRED, text)


_RULES: tuple[Rule, ...] = (
    _description,
    _people,
    _openness,
    _licence,
    _distributions,
    _services,
    _hvd,
    _time_and_place,
    _origin,
    _columns,
)


def _required(field: str, text: str) -> Gap:
    return Gap(field, Severity.REQUIRED, text)


def _recommended(field: str, text: str) -> Gap:
    return Gap(field, Severity.RECOMMENDED, text)


def _of(number: int, part: DistributionRecord | ServiceRecord, severity: Severity, text: str) -> Gap:
    field = "services" if isinstance(part, ServiceRecord) else "distributions"
    return Gap(f"{field}.{part.id}", severity, text, {"number": number})
