"""What is kept: audit chain, files, tables and search index."""

import random
from collections.abc import Iterator

from sluis.cli.doctor.finding import Finding
from sluis.cli.language import _
from sluis.conf.env import Env

SAMPLE = 200


def check_audit(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.service import audit

    verdict = audit.verify()
    if verdict.sound:
        text = _("{count} regels, kop {head}").format(count=verdict.entries, head=verdict.head[:16])
        yield Finding("audit", "good", text)
    elif verdict.fault == "anchor" and audit.read_anchor() is None:
        text = _("audit-head.json is niet in deze datamap, terwijl het logboek {count} regels heeft")
        way_out = _("Staat Sluis hier sinds kort, zet dat bestand dan over van de vorige machine. Zo niet, meld het.")
        if env.storage:
            text = _("audit-head.json is niet in deze datamap en niet in de opslag, terwijl er {count} regels zijn")
        yield Finding("audit", "bad", text.format(count=verdict.entries), way_out)
    else:
        text = _("de keten breekt bij regel {seq} ({fault})").format(seq=verdict.seq, fault=verdict.fault)
        way_out = _("Bewaar deze map als bewijs, meld het als incident en vergelijk met de laatste back-up.")
        yield Finding("audit", "bad", text, way_out)


def check_files(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.service import blobs

    made_again = _derived()  # see check_speed
    held = blobs.wanted() - made_again
    present = {one.sha256 for one in blobs.stored()} - made_again
    lost = sorted(held - present)
    chosen = sorted(present) if deep else random.sample(sorted(present), min(SAMPLE, len(present)))
    broken = [sha256 for sha256 in chosen if not blobs.is_whole(sha256)]
    if lost or broken:
        text = _("{lost} ontbreken, {broken} beschadigd: {names}").format(
            lost=len(lost), broken=len(broken), names=", ".join([*lost, *broken][:3])
        )
        yield Finding("files", "bad", text, _("Haal deze bestanden uit een back-up: map blobs/."))
    else:
        text = _("{checked} van {count} gecontroleerd op SHA-256").format(checked=len(chosen), count=len(present))
        yield Finding("files", "good", text)


def check_tables(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.kernel.actor import SYSTEM
    from sluis.lake.service import abandoned_versions, table_version
    from sluis.register.service import get

    abandoned = [table_version(by=SYSTEM, table_version_id=one) for one in abandoned_versions()]
    for table in abandoned:
        slug = get(by=SYSTEM, dataset_id=table.dataset_id).slug
        text = _("{dataset}, versie {number} ({file}): het inlezen is afgebroken").format(
            dataset=slug, number=table.number, file=table.filename
        )
        way_out = _("Start sluis serve of sluis worker: die zet deze versie op mislukt. Lees het bestand opnieuw in.")
        yield Finding("tables", "warning", text, way_out)
    if not abandoned:
        yield Finding("tables", "good", _("geen tabel blijft liggen"))


def check_catalogue(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.kernel.actor import SYSTEM
    from sluis.lake.service import behind

    if late := behind(by=SYSTEM):
        text = _("{count} Iceberg-tabellen lopen achter: {names}").format(count=len(late), names=", ".join(late[:3]))
        way_out = _("De worker werkt ze bij; start sluis serve. Blijft het zo: sluis table rebuild-catalogue.")
        yield Finding("catalogue", "warning", text, way_out)
    else:
        text = _("de Iceberg-tabellen zijn bij, in {place}").format(place=f"{env.storage or env.data}/iceberg")
        yield Finding("catalogue", "good", text)


def check_sources(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.lake.service import unreadable_secrets

    unreadable = unreadable_secrets()
    for title in unreadable:
        text = _("de geheimen van de bron {source} zijn niet te lezen").format(source=title)
        yield Finding(
            "sources", "warning", text, _("Vul ze bij de bron opnieuw in, of zet de oude SLUIS_SECRET_KEY terug.")
        )
    if not unreadable:
        yield Finding("sources", "good", _("alle geheimen van bronnen zijn te lezen"))


def check_index(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.release.service import index_is_behind

    if index_is_behind():
        yield Finding("index", "warning", _("loopt achter"), _("De worker werkt de zoekindex bij; start sluis serve."))
    else:
        yield Finding("index", "good", _("bij"))


def check_transformations(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.kernel.actor import SYSTEM
    from sluis.lake.service import transformations

    found, total = transformations(by=SYSTEM, failing=True, size=3)
    if found:
        names = ", ".join(one.dataset_slug for one in found)
        text = _("{count} tabellen konden niet opnieuw worden gemaakt: {names}").format(count=total, names=names)
        yield Finding("transformations", "warning", text, _("Kijk waarom: sluis transformation show DATASET."))
    else:
        yield Finding("transformations", "good", _("geen transformatie mislukt"))


def check_speed(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.service import blobs

    made = sorted(_derived())
    there = {one.sha256 for one in blobs.stored()}
    chosen = made if deep else random.sample(made, min(SAMPLE, len(made)))
    lost = [sha256 for sha256 in made if sha256 not in there]
    broken = [sha256 for sha256 in chosen if sha256 in there and not blobs.is_whole(sha256)]
    if lost or broken:
        text = _("{lost} onderdelen ontbreken, {broken} zijn beschadigd: grote tabellen lezen langzamer").format(
            lost=len(lost), broken=len(broken)
        )
        yield Finding("speed", "warning", text, _("sluis table rebuild-index maakt ze opnieuw."))
    else:
        yield Finding("speed", "good", _("{count} onderdelen om tabellen snel te lezen").format(count=len(made)))


def _derived() -> frozenset[str]:
    from sluis.release.service import reading_aid_blobs

    return frozenset(reading_aid_blobs())
