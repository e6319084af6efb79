# ruff: noqa: E501
"""A small catalogue straight in the projection, for tests of search and of the feed. Deterministic."""

from datetime import timedelta
from typing import Any

from sluis.kernel import clock
from sluis.kernel.ids import new_id, slugify
from sluis.release.models import PublicDataset, PublicTheme

SMALL = [
    ("Laadpalen voor elektrische auto's", "Public charging points for electric cars", "Openbare plekken om op te laden.", "ENER", "csv"),
    ("Fietstellingen", "Bicycle counts", "Hoeveel fietsers er per uur langs telpunten rijden.", "TRAN", "csv"),
    ("Fietspaden en doorfietsroutes", "Cycle paths", "Ligging en breedte van fietspaden in beheer van de provincie.", "TRAN", "gpkg"),
    ("Verkeersintensiteiten provinciale wegen", "Traffic volumes", "Aantal voertuigen per etmaal op provinciale wegen.", "TRAN", "csv"),
    ("Verkeersongevallen", "Road accidents", "Aanrijdingen op provinciale wegen met afloop en oorzaak.", "TRAN", "csv"),
    ("Bushaltes", "Bus stops", "Alle haltes van het openbaar vervoer met toegankelijkheid.", "TRAN", "geojson"),
    ("Wegwerkzaamheden", "Road works", "Geplande werkzaamheden en afsluitingen.", "TRAN", "geojson"),
    ("Grondwaterstanden", "Groundwater levels", "Dagelijkse metingen in peilbuizen.", "ENVI", "csv"),
    ("Zwemwaterkwaliteit", "Bathing water quality", "Metingen op officiële zwemplekken in de zomer.", "ENVI", "csv"),
    ("Luchtkwaliteit: fijnstof en stikstofdioxide", "Air quality", "Uurwaarden van meetstations.", "ENVI", "parquet"),
    ("Stikstofdepositie natuurgebieden", "Nitrogen deposition", "Neerslag van ammoniak per hectare natuur.", "ENVI", "gpkg"),
    ("Natuurnetwerk", "Nature network", "Begrenzing van natuurgebieden die samen het netwerk vormen.", "ENVI", "gpkg"),
    ("Weidevogels", "Meadow birds", "Broedparen van grutto, kievit en andere weidevogels.", "ENVI", "csv"),
    ("Bomen langs provinciale wegen", "Trees along roads", "Soort, hoogte en plantjaar van elke boom.", "ENVI", "csv"),
    ("Windturbines", "Wind turbines", "Ligging en vermogen van windmolens.", "ENER", "geojson"),
    ("Zonneparken", "Solar farms", "Velden met zonnepanelen met oppervlakte en vermogen.", "ENER", "geojson"),
    ("Subsidieregister", "Grants register", "Verleende bijdragen aan organisaties met bedrag en doel.", "GOVE", "csv"),
    ("Provinciale begroting", "Provincial budget", "Baten en lasten per programma.", "GOVE", "csv"),
    ("Verleende vergunningen", "Permits", "Besluiten op aanvragen voor een ontheffing of vergunning.", "GOVE", "json"),
    ("Bevolkingsprognose", "Population forecast", "Verwacht aantal inwoners per gemeente tot 2050.", "SOCI", "csv"),
    ("Woningbouwplannen", "Housing plans", "Geplande woningen per locatie en jaar.", "SOCI", "csv"),
    ("Rijksmonumenten", "Listed buildings", "Beschermd erfgoed met adres en bouwjaar.", "EDUC", "geojson"),
    ("Bedrijventerreinen", "Business parks", "Omvang en uitgifte van terreinen voor bedrijven.", "ECON", "gpkg"),
    ("Bruggen en sluizen", "Bridges and locks", "Bedientijden en doorvaarthoogte.", "TRAN", "csv"),
    ("Waterkeringen", "Flood defences", "Dijken en kades met hun norm.", "ENVI", "gpkg"),
    ("Geluidbelasting provinciale wegen", "Noise", "Contouren van lawaai langs wegen.", "ENVI", "gpkg"),
]  # fmt: skip
THEME = "http://publications.europa.eu/resource/authority/data-theme/"


def fill() -> None:
    for number, (title, title_en, description, theme, file_format) in enumerate(SMALL):
        kind = "open" if number % 9 else "restricted"
        add(number, title, title_en, description, theme, [file_format], kind=kind)


def add(
    number: int, title: str, title_en: str, description: str, theme: str, formats: list[str], kind: str = "open"
) -> PublicDataset:
    row = shaped(number, title, title_en, description, theme, formats, kind)
    row.save()
    PublicTheme.objects.create(dataset=row, kind=kind, uri=THEME + theme)
    return row


def shaped(
    number: int, title: str, title_en: str, description: str, theme: str, formats: list[str], kind: str
) -> PublicDataset:
    slug = f"{slugify(title)}-{number}"
    moment = clock.now() - timedelta(hours=number)
    metadata: dict[str, Any] = {"slug": slug, "title": title, "description": description}
    organisation = f"provincie-{number % 3}"
    return PublicDataset(
        dataset_id=new_id(),
        organisation_id=new_id(),
        slug=slug,
        uri=f"http://testserver/id/dataset/{slug}",
        kind=kind,
        title=title,
        title_en=title_en,
        description=description,
        themes=[THEME + theme],
        organisation=organisation,
        organisation_name=organisation.title(),
        licence="http://creativecommons.org/publicdomain/zero/1.0/deed.nl",
        formats=formats,
        issued_at=moment,
        changed_at=moment,
        release=1,
        document={"slug": slug, "metadata": metadata},
        revision=number + 1,
    )
