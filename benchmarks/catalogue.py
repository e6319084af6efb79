"""A public catalogue of any size, through the shapes of the release room itself: `python -m benchmarks.catalogue N`.

Only what the outside sees is made (the projection and the search index), in bulk; there are no dossiers behind it.
The data folder is that of SLUIS_DATA.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from benchmarks.table import PLACES

SEED = 20_260_923
BATCH = 1_000
THEME = "http://publications.europa.eu/resource/authority/data-theme/"
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"
LICENCES = (
    "http://creativecommons.org/publicdomain/zero/1.0/deed.nl",
    "http://creativecommons.org/licenses/by/4.0/deed.nl",
)
GROUND = "https://dcat.overheid.nl/application-profile/donl/term/"
GROUNDS = ("PRIVACY", "VERTROUWELIJK", "ECONOMISCHE_BELANGEN", "RECHTEN_VAN_DERDEN", "STAATSVEILIGHEID")
SUBJECTS = {
    "TRAN": "Fietstellingen Verkeersintensiteiten Bushaltes Wegwerkzaamheden Verkeersongevallen Bruggen Fietspaden "
    "Snelheidsmetingen Verkeersborden Parkeerplaatsen Vaarwegen Reistijden",
    "ENVI": "Grondwaterstanden Zwemwaterkwaliteit Luchtkwaliteit Stikstofdepositie Weidevogels Bomen Geluidbelasting "
    "Natuurgebieden Waterkeringen Bodemkwaliteit Oppervlaktewater Ganzentellingen",
    "ENER": "Laadpalen Windturbines Zonneparken Energieverbruik Warmtenetten Aardgasaansluitingen",
    "GOVE": "Subsidies Vergunningen Begroting Aanbestedingen Raadsbesluiten Handhavingszaken Bezwaarschriften",
    "SOCI": "Bevolkingsprognose Woningbouwplannen Huishoudens Armoede Jeugdzorg Wachttijden",
    "ECON": "Bedrijventerreinen Vestigingen Werkgelegenheid Leegstand Toerisme Winkelvloeroppervlak",
    "EDUC": "Schoolgebouwen Leerlingaantallen Monumenten Musea Bibliotheken Sportparken",
    "AGRI": "Landbouwpercelen Veehouderijen Gewaspercelen Stalsystemen",
}
SENTENCES = (
    "Het overzicht laat per locatie zien wat er is gemeten en wanneer.",
    "De cijfers komen uit de registratie van de provincie en worden elk kwartaal bijgewerkt.",
    "Gebruik de gegevens voor kaarten, beleid en onderzoek; individuele personen staan er niet in.",
    "Waarden die niet betrouwbaar waren, zijn weggelaten en staan in de toelichting.",
    "De ligging is ingemeten in het Rijksdriehoekstelsel met een nauwkeurigheid van een meter.",
    "Gemeenten en waterschappen leveren hun deel aan; samen vormt dit een volledig beeld.",
    "Voor de jaren voor 2015 is een andere methode gebruikt, vergelijk die dus niet rechtstreeks.",
)
KINDS = ("open", "restricted", "closed", "planned", "withdrawn")
WEIGHTS = (80, 8, 5, 4, 3)
COLUMNS = ("nummer", "plaats", "datum", "soort", "waarde", "eenheid", "beheerder", "opmerking")


def seed(count: int) -> None:
    """Write `count` public datasets and their search index, in one go; replaces nothing that is there."""
    from django.db import transaction

    from sluis.release import feed, projection
    from sluis.release.models import (
        PublicDataset,
        PublicFeedPart,
        PublicFile,
        PublicGround,
        PublicReleaseRow,
        PublicTable,
        PublicTheme,
    )

    for numbers in batched(range(count), BATCH):
        made = [_public(number) for number in numbers]
        with transaction.atomic():
            rows = PublicDataset.objects.bulk_create(row for row, *_ in made)
            for place, model in enumerate((PublicTheme, PublicReleaseRow, PublicFile, PublicTable), 1):
                parts = [(row, part) for row, one in zip(rows, made, strict=True) for part in one[place]]
                for row, part in parts:
                    part.dataset = row
                model.objects.bulk_create(part for _, part in parts)
            PublicGround.objects.bulk_create(ground for row in rows for ground in projection.grounds(row))
            PublicFeedPart.objects.bulk_create(feed.part(row) for row in rows)


def _public(number: int) -> tuple[Any, list[Any], list[Any], list[Any], list[Any]]:
    """The rows of one dataset, shaped by the same functions as when it is published."""
    from sluis.release import projection
    from sluis.release.models import PublicDataset, PublicTheme, Release

    release = _release(number)
    columns = projection._columns_of_row([release], release)  # the shapes themselves; `project` saves one by one
    row = PublicDataset(dataset_id=release.dataset_id, **columns | {"revision": number + 1})
    themes = [PublicTheme(dataset=row, kind=row.kind, uri=uri) for uri in row.themes]
    reachable = release.status != Release.Status.WITHDRAWN
    files = [projection._file(row, release, file) for file in release.files if reachable]
    tables = [projection._table(row, release)] if reachable and release.table else []
    return row, themes, [projection._release_row(row, release)], files, tables


def _release(number: int) -> Any:
    from sluis.release.models import Decision, Release

    rng = random.Random(SEED + number)
    kind = rng.choices(KINDS, WEIGHTS)[0]
    outcome = "open" if kind == "withdrawn" else kind
    metadata = _metadata(number, rng, outcome)
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=number * 30)
    shut = outcome in ("restricted", "closed")
    decision = Decision(
        outcome=outcome,
        role="data_owner",
        decided_at=at,
        ground="Woo artikel 5.1, tweede lid, onder e." if shut else "",
        motivation="De gegevens gaan over voorzieningen en niet over mensen.",
        sha256=f"{number:064x}",
    )
    gone = kind == "withdrawn"
    rows = rng.randrange(50, 2_000_000)
    return Release(
        dataset_id=UUID(int=number + 1),
        number=1,
        decision=decision,
        outcome=outcome,
        status=Release.Status.WITHDRAWN if gone else Release.Status.CURRENT,
        sha256=decision.sha256,
        published_at=at,
        withdrawn_at=at + timedelta(days=90) if gone else None,
        withdrawal_reason="De plaatsen kloppen niet." if gone else "",
        metadata=metadata,
        files=list(_files(number, rng, metadata["slug"])) if outcome == "open" else [],
        table={"sha256": f"{number:064x}", "rows": rows, "geometry": None} if outcome == "open" else None,
        columns=[_column(name, rows) for name in COLUMNS] if outcome == "open" else [],
        quality={"stars": rng.randrange(2, 6), "points": rng.randrange(150, 405)},
    )


def _metadata(number: int, rng: random.Random, outcome: str) -> dict[str, Any]:
    from sluis.kernel.ids import slugify
    from sluis.register.snapshot import snapshot_of
    from sluis.register.types import Bbox, ContactRecord, DatasetRecord, Openness, OrganisationRef

    theme = rng.choice(list(SUBJECTS))
    subject = rng.choice(SUBJECTS[theme].split())
    place, year = rng.choice(PLACES), rng.randrange(2004, 2027)
    title = f"{subject} {place} {year}"
    home = rng.randrange(25)
    west, south = rng.uniform(4.6, 5.2), rng.uniform(51.7, 52.0)
    return snapshot_of(
        DatasetRecord(
            id=UUID(int=number + 1),
            slug=f"{slugify(title)}-{number}",
            organisation=OrganisationRef(UUID(int=home + 1), f"organisatie-{home}", f"Gemeente {PLACES[home]}"),
            title=title,
            openness=Openness.OPEN if outcome in ("open", "planned") else Openness(outcome),
            openness_ground="Woo artikel 5.1." if outcome in ("restricted", "closed") else "",
            ground_codes=(GROUND + rng.choice(GROUNDS),) if outcome in ("restricted", "closed") else (),
            planned_date=date(2027, 1 + number % 12, 1) if outcome == "planned" else None,
            title_en=f"Data on {subject.lower()} in {place}, {year}" if rng.random() < 0.3 else "",
            description=f"{subject} in {place} in {year}. " + " ".join(rng.sample(SENTENCES, 4)),
            keywords=tuple(sorted({subject.lower(), place.lower(), rng.choice(("kaart", "meting", "register"))})),
            themes=(THEME + theme,),
            contact=ContactRecord(UUID(int=home + 1), UUID(int=home + 1), "Team Data", email="data@merwede.example"),
            licence=rng.choice(LICENCES),
            frequency=FREQUENCY + rng.choice(("ANNUAL", "QUARTERLY", "MONTHLY", "DAILY")),
            spatial_label=place,
            bbox=Bbox(round(west, 4), round(south, 4), round(west + 0.2, 4), round(south + 0.1, 4)),
        )
    )


def _files(number: int, rng: random.Random, slug: str) -> Iterator[dict[str, Any]]:
    for place, (form, media) in enumerate(
        (("parquet", "application/vnd.apache.parquet"), ("csv", "text/csv"), ("json", "application/json"))
    ):
        size = rng.randrange(10_000, 50_000_000)
        sha256 = f"{number * 4 + place:064x}"
        yield {"format": form, "name": f"{slug}.{form}", "media_type": media, "size": size, "sha256": sha256}


def _column(name: str, rows: int) -> dict[str, Any]:
    profile = {"rows": rows, "empty": 0, "empty_share": 0.0, "distinct": min(rows, 900), "distinct_exact": True}
    meaning = f"Wat bij {name} staat, zoals de bron het heeft vastgelegd."
    return {"name": name, "title": name.title(), "type": "text", "meaning": meaning, "profile": profile}


def main() -> None:
    from sluis.cli.start import migrate, start

    start()
    migrate()
    seed(int(sys.argv[1]))
    from sluis.release.search import index

    index.rebuild()


if __name__ == "__main__":
    main()
