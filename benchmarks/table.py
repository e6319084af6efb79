"""A table of 12 columns as a province has them: cases with dates, money, a place and a line of text. Seeded."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

SEED = 20_260_923
CHUNK = 250_000
PLACES = (
    "Amstelhoek Beverdam Culemveld Dijkzicht Eemwijk Franeker-Zuid Gorinchem Haarveld IJsselmonde Jutphaas Kaagdorp "
    "Leerdam Merwestad Nieuwveen Oudewater Poederoijen Raamsdonk Sliedrecht Tielerwaard Uitgeest Vianen Werkendam "
    "Zaltbommel Andel Brakel Dussen Everdingen Geldermalsen Hardinxveld Ameide Lexmond Meerkerk Nieuwland Ottoland "
    "Papendrecht Schoonhoven Streefkerk Vuren Woudrichem Zuilichem"
).split()
KINDS = (
    "vergunning;subsidie;melding openbare ruimte;verkeersbesluit;omgevingsplan;bezwaarschrift;inspectie;handhaving;"
    "aanbesteding;begroting"
).split(";")
STATES = ("ingediend", "in behandeling", "afgerond", "afgewezen", "ingetrokken")
STEMS = (
    "aanleg fietspad kruising gemeente waterkering dijk sluis brug onderhoud riolering kabel leiding boom kap "
    "plantsoen speelplaats school woning nieuwbouw sloop monument erfgoed parkeer laadpaal verkeer snelheid geluid "
    "lucht bodem sanering grondwater peil polder kanaal haven spoor station bus halte markt evenement terras "
    "bedrijf industrie milieu afval container energie zonnepaneel windmolen warmtenet subsidie aanvraag bezwaar "
    "besluit perceel bewoner wijk buurt straat plein park natuur gebied recreatie zwembad veld bibliotheek museum "
    "zorg jeugd onderwijs veiligheid brandweer toezicht uitspraak raad begroting belasting toerisme cultuur"
).split()
ENDINGS = ("", "en", "plan", "project", "beleid", "onderzoek", "locatie", "rapport", "gebied", "loket")
WORDS = [stem + ending for ending in ENDINGS for stem in STEMS]


def write_table(path: Path, rows: int) -> None:
    """`rows` rows as CSV with a header, the same bytes each time; about 170 bytes a row."""
    if path.exists():
        return
    unfinished = path.with_suffix(".part")
    with csv.CSVWriter(unfinished, _chunk(0, 1).schema, write_options=csv.WriteOptions(quoting_style="none")) as out:
        for first in range(0, rows, CHUNK):
            out.write_table(_chunk(first, min(CHUNK, rows - first)))
    unfinished.rename(path)


def texts(rng: np.random.Generator, rows: int, words: int) -> pa.Array:
    """Lines of `words` words; a few words are common and most are rare (Zipf)."""
    weight = 1.0 / np.arange(1, len(WORDS) + 1) ** 0.8
    shuffled = pa.array(np.random.default_rng(SEED).permutation(np.array(WORDS, dtype=object)))
    chosen = rng.choice(len(WORDS), size=(words, rows), p=weight / weight.sum())
    return pc.binary_join_element_wise(*[shuffled.take(pa.array(one)) for one in chosen], " ")


def _chunk(first: int, rows: int) -> pa.Table:
    rng = np.random.default_rng([SEED, first])
    number = np.arange(first + 1, first + rows + 1)
    day = np.datetime64("2015-01-01") + rng.integers(0, 3650, rows)
    changed = day.astype("datetime64[s]") + rng.integers(0, 400 * 86_400, rows)
    near = 1.0 / np.arange(1, len(PLACES) + 1) ** 0.9
    case = pc.utf8_lpad(pa.array(number * 7_919 % 9_999_999_967).cast(pa.string()), 10, "0")
    return pa.table(
        {
            "id": number,
            "zaaknummer": pc.binary_join_element_wise("Z", case, ""),
            "datum": day.astype("datetime64[D]"),
            "gewijzigd": pc.strftime(pa.array(changed), "%Y-%m-%dT%H:%M:%S"),
            "gemeente": pa.array(PLACES).take(pa.array(rng.choice(len(PLACES), rows, p=near / near.sum()))),
            "categorie": pa.array(KINDS).take(pa.array(rng.integers(0, len(KINDS), rows))),
            "status": pa.array(STATES).take(pa.array(rng.choice(5, rows, p=[0.1, 0.2, 0.5, 0.1, 0.1]))),
            "bedrag": np.round(rng.lognormal(7, 1.3, rows), 2),
            "oppervlakte": np.round(rng.gamma(2.0, 60.0, rows), 1),
            "lat": np.round(rng.uniform(51.7, 52.1, rows), 6),
            "lon": np.round(rng.uniform(4.6, 5.4, rows), 6),
            "omschrijving": texts(rng, rows, 7),
        }
    )
