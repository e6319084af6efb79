"""The province as an organisation: codes, subsidies, budget, permits, inspections."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sluis.cli.demo import write
from sluis.cli.demo.province import MUNICIPALITIES, ROADS, dice


def municipal_codes(folder: Path) -> Path:
    """gemeenten-codelijst.csv: codes with leading zeros, BOM, `;`."""
    rows = [(m.code, m.name, m.seat, m.inhabitants, "0" * 4 + m.code) for m in MUNICIPALITIES]
    return write.text_table(
        folder / "gemeenten-codelijst.csv",
        ("gemeentecode", "gemeentenaam", "hoofdplaats", "inwoners", "identificatie"),
        rows,
        encoding="utf-8-sig",
    )


_SCHEMES = (
    "Subsidieregeling Natuur en Landschap",
    "Erfgoed aan de Merwede",
    "Fietsveilig Merwede",
    "Energiebesparing maatschappelijk vastgoed",
    "Waterberging en klimaatadaptatie",
    "Culturele initiatieven Sint-Gerbrandsé",
)
_RECEIVERS = (
    "Stichting Griendbeheer",
    "Vereniging Dorpshuis Café ’t Veer",
    "Stichting Molens van Merwede",
    "Coöperatie Zonneweide Rietdrecht",
    "Muziekvereniging Crescendo",
    "Stichting Oeverzwaluw",
    "Vereniging Historische Reünie Sluisoord",
    "Stichting Veilig Thuisfietsen",
)


def subsidies(folder: Path) -> Path:
    """subsidies.csv: Windows-1252, title lines, money as 1.234.567,89, a totals row and rows that will not load."""
    draw = dice("subsidies")
    rows: list[tuple[object, ...] | str] = []
    total = 0.0
    for number in range(1, 2_401):
        granted = round(float(draw.lognormal(10.2, 1.1)), 2)
        paid = round(granted * float(draw.choice([0.8, 0.9, 1.0])), 2)
        total += granted
        town = MUNICIPALITIES[int(draw.integers(12))]
        receiver = f"{_RECEIVERS[int(draw.integers(len(_RECEIVERS)))]} {town.seat}"
        day = date(2021, 1, 4) + timedelta(days=int(draw.integers(0, 1_980)))
        scheme = _SCHEMES[int(draw.integers(len(_SCHEMES)))]
        money = (write.comma(granted, thousands=True), write.comma(paid, thousands=True))
        rows.append((f"UTSP-{day.year}-{number:05d}", receiver, scheme, day.strftime("%d-%m-%Y"), *money, town.code))
    rows.insert(411, "UTSP-2023-99901;Stichting Griendbeheer;vervallen")
    rows.insert(
        1_377,
        "UTSP-2024-99902;Stichting Molens;Erfgoed aan de Merwede;14-02-2024;12.500,00;12.500,00;0046;dubbel;nakijken",
    )
    return write.text_table(
        folder / "subsidies.csv",
        ("zaaknummer", "ontvanger", "regeling", "datum_besluit", "bedrag_verleend", "bedrag_betaald", "gemeentecode"),
        rows,
        encoding="cp1252",
        above=("Verleende subsidies provincie Merwede", "Bron: subsidieadministratie; peildatum 01-07-2026", ""),
        below=(f"Totaal;;;;{write.comma(total, thousands=True)};;",),
    )


_PROGRAMMES = (
    "Bestuur",
    "Bereikbaarheid",
    "Water",
    "Natuur en landschap",
    "Economie",
    "Cultuur",
    "Energie",
    "Financiën",
)


def budget(folder: Path) -> Path:
    """begroting.xlsx: title lines above the header and a totals row below, as the finance team makes it."""
    draw = dice("begroting")
    body = [
        (year, programme, kind, round(float(draw.uniform(2, 96)) * 1_000_000, 2))
        for year in range(2022, 2028)
        for programme in _PROGRAMMES
        for kind in ("lasten", "baten")
    ]
    total = round(sum(amount for *_, amount in body), 2)
    header = ("jaar", "programma", "soort", "bedrag_eur")
    sheet = [("Begroting provincie Merwede",), ("Bedragen in euro",), (), header, *body, ("Totaal", None, None, total)]
    return write.workbook(folder / "begroting.xlsx", {"Begroting": sheet})


def _bsn(draw: np.random.Generator) -> str:
    """Nine digits that pass the eleven-test, in a range that is not handed out (starting with 9999)."""
    while True:
        digits = [9, 9, 9, 9, *draw.integers(0, 10, 4).tolist()]
        rest = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if rest < 10:
            return "".join(map(str, [*digits, rest]))


_FIRST = ("Anneke", "Bram", "Chantal", "Daan", "Esra", "Fleur", "Gijs", "Hanneke", "Ilse", "Jeroen", "Karim", "Lotte")
_LAST = ("de Vries", "Jansen", "van den Berg", "Bakker", "Visser", "Yılmaz", "Smit", "Meijer", "de Boer", "Mulder")


def permit_holders(folder: Path) -> Path:
    """vergunninghouders.csv: personal data of people who do not exist; must be refused."""
    draw = dice("vergunningen")
    rows = []
    for number in range(1, 861):
        first, last = _FIRST[int(draw.integers(12))], _LAST[int(draw.integers(10))]
        town = MUNICIPALITIES[int(draw.integers(12))]
        mail = f"{first}.{last}".lower().replace(" ", "").replace("ı", "i") + f"{number}@post.example"
        born = date(1950, 1, 1) + timedelta(days=int(draw.integers(0, 20_000)))
        letters = "".join(draw.choice(list("ABCDEFGHJKLMNPRSTVWXZ"), 2))
        rows.append(
            (
                f"VG-{number:05d}",
                f"{first} {last}",
                _bsn(draw),
                born.strftime("%d-%m-%Y"),
                mail,
                f"06-{draw.integers(10_000_000, 99_999_999)}",
                f"{draw.integers(2900, 4300)} {letters}",
                int(draw.integers(1, 240)),
                town.seat,
                draw.choice(["inrit", "ligplaats", "ontgronding", "grondwateronttrekking"]),
            )
        )
    header = (
        "vergunning",
        "naam",
        "bsn",
        "geboortedatum",
        "e-mail",
        "telefoon",
        "postcode",
        "huisnummer",
        "plaats",
        "soort",
    )
    return write.text_table(folder / "vergunninghouders.csv", header, rows)


def inspections(folder: Path) -> Path:
    """inspectie-kunstwerken.csv: weak spots of bridges, restricted for safety."""
    draw = dice("inspecties")
    rows = []
    for number in range(1, 187):
        for part in ("fundering", "overspanning", "bewegingswerk"):
            day = date(2025, 2, 3) + timedelta(days=int(draw.integers(0, 480)))
            rows.append(
                (f"KW{number:04d}", part, int(draw.choice(6, p=[0.3, 0.3, 0.2, 0.12, 0.06, 0.02])), day.isoformat())
            )
    return write.text_table(folder / "inspectie-kunstwerken.csv", ("kunstwerk", "onderdeel", "conditie", "datum"), rows)


def road_noise(folder: Path) -> Path:
    """geluidsbelasting.csv: noise per road and year, decimal comma."""
    draw = dice("geluid")
    rows = []
    for name in ROADS:
        for year in range(2016, 2027):
            for kilometre in range(22):
                noise = draw.normal(63, 3)
                rows.append((name, kilometre, year, write.comma(noise, 1), write.comma(noise - draw.uniform(6, 9), 1)))
    return write.text_table(
        folder / "geluidsbelasting.csv", ("wegnummer", "kilometer", "jaar", "lden_db", "lnight_db"), rows
    )
