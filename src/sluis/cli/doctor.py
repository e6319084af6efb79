"""`sluis doctor`: looks at everything that must hold, and says what to do about what does not."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires
from importlib.metadata import version as installed
from re import match
from typing import Annotated
from urllib.parse import urlsplit

import typer

from sluis.cli.language import _
from sluis.cli.start import start, version
from sluis.cli.terminal import Command, progress, result, speech
from sluis.conf.env import Env
from sluis.kernel.errors import SluisError

SAMPLE = 200
LOW_SPACE = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One look at one thing. `state`: good, warning or bad; `way_out` says what to do when it is not good."""

    check: str
    state: str
    text: str
    way_out: str = ""


Check = Callable[[Env, bool], Iterator[Finding]]


def doctor(
    deep: Annotated[bool, typer.Option("--deep", help=_("Controleer elk bestand en de hele database."))] = False,
) -> None:
    env = start()
    findings: list[Finding] = []
    with progress(_("onderzoek"), len(CHECKS)) as step:
        for name, check in CHECKS.items():
            step(name)
            findings += _look(name, check, env, deep)
    sound = all(finding.state != "bad" for finding in findings)
    result({"sound": sound, "findings": [asdict(f) for f in findings]}, _report(findings))
    if not sound:
        raise typer.Exit(1)


def _look(name: str, check: Check, env: Env, deep: bool) -> list[Finding]:
    """What the check found; a check that cannot be done is itself a finding."""
    from django.db import DatabaseError

    try:
        return list(check(env, deep))
    except (SluisError, DatabaseError, sqlite3.Error, OSError) as error:
        return [Finding(name, "bad", str(error), _("Deze controle kon niet worden gedaan; herstel eerst de rest."))]


def _report(findings: list[Finding]) -> str:
    marks = {"good": "ok", "warning": "!", "bad": "X"}
    shown = [f for f in findings if not (speech.quiet and f.state == "good")]
    return "\n".join(
        f"{marks[f.state]:>2}  {f.check}: {f.text}" + (f"\n      → {f.way_out}" if f.way_out else "") for f in shown
    )


def check_program(env: Env, deep: bool) -> Iterator[Finding]:
    missing = sorted(name for name in _needed() if not _present(name))
    if missing:
        text = _("niet geïnstalleerd: {names}").format(names=", ".join(missing))
        yield Finding("program", "bad", text, _("Installeer Sluis opnieuw: make demo, of pip install."))
    else:
        yield Finding("program", "good", ", ".join(f"{name} {number}" for name, number in version().items()))


def _needed() -> set[str]:
    names = (match(r"[A-Za-z0-9_.-]+", line) for line in requires("sluis") or [] if "extra ==" not in line)
    return {found.group() for found in names if found}


def _present(name: str) -> bool:
    try:
        return bool(installed(name))
    except PackageNotFoundError:
        return False


def check_sandbox(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation import sandbox

    offer = sandbox.available()
    text = f"Landlock {offer['landlock']}, seccomp {'ja' if offer['seccomp'] else 'nee'}, {env.sandbox}"
    if offer["ok"]:
        yield Finding("sandbox", "good", text)
    elif env.sandbox == "strict":
        way_out = _("Gebruik Linux 5.13 of nieuwer met Landlock. Zonder worden geen bestanden ingelezen.")
        yield Finding("sandbox", "bad", text, way_out)
    else:
        yield Finding(
            "sandbox", "warning", text, _("Zet SLUIS_SANDBOX=strict voordat anderen bestanden mogen aanleveren.")
        )


def check_storage(env: Env, deep: bool) -> Iterator[Finding]:
    probe = env.data / ".doctor"
    try:
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        yield Finding("storage", "bad", f"{env.data}: {error.strerror}", _("Geef Sluis schrijfrecht op deze map."))
        return
    free = shutil.disk_usage(env.data).free
    text = _("{data}, {free} GB vrij").format(data=env.data, free=round(free / 1024**3, 1))
    state = "good" if free > LOW_SPACE else "warning"
    yield Finding("storage", state, text, "" if state == "good" else _("Maak ruimte vrij."))


def check_database(env: Env, deep: bool) -> Iterator[Finding]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    pragma = "integrity_check" if deep else "quick_check"
    with closing(sqlite3.connect(f"{(env.data / 'sluis.sqlite3').as_uri()}?mode=ro", uri=True)) as reading:
        verdict = reading.execute(f"PRAGMA {pragma}").fetchone()[0]
        loose = reading.execute("PRAGMA foreign_key_check").fetchone()
    if verdict != "ok" or loose:
        text = verdict if verdict != "ok" else _("verwijst naar iets dat er niet is: {row}").format(row=loose)
        yield Finding("database", "bad", text, _("Zet de laatste back-up terug: sluis restore."))
    else:
        yield Finding("database", "good", f"{pragma} ok")
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        text = _("{count} wachten").format(count=len(waiting))
        yield Finding("migrations", "bad", text, _("Voer uit: sluis migrate."))
    else:
        yield Finding("migrations", "good", _("bij"))


def check_audit(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.service import audit

    verdict = audit.verify()
    if verdict.sound:
        text = _("{count} regels, kop {head}").format(count=verdict.entries, head=verdict.head[:16])
        yield Finding("audit", "good", text)
    else:
        text = _("de keten breekt bij regel {seq} ({fault})").format(seq=verdict.seq, fault=verdict.fault)
        way_out = _("Bewaar deze map als bewijs, meld het als incident en vergelijk met de laatste back-up.")
        yield Finding("audit", "bad", text, way_out)


def check_files(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.service import blobs

    held = blobs.wanted()
    present = {file.name for file in blobs.all_files()}
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


def check_queues(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.service import backlog

    state = backlog()
    if state.stuck or state.unsent_seconds > 300:
        text = _("{stuck} taken hangen, oudste gebeurtenis wacht {seconds} s").format(
            stuck=state.stuck, seconds=round(state.unsent_seconds)
        )
        yield Finding("jobs", "warning", text, _("Draait er een worker? Start sluis serve of sluis worker."))
    else:
        yield Finding(
            "jobs", "good", _("{waiting} wachten, {running} lopen").format(waiting=state.waiting, running=state.running)
        )
    if state.failed:
        text = _("{count} taken zijn mislukt").format(count=state.failed)
        yield Finding("failed jobs", "warning", text, _("Kijk in het logboek van de taken wat eraan scheelde."))


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


def check_index(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.release.service import index_is_behind

    if index_is_behind():
        yield Finding("index", "warning", _("loopt achter"), _("De worker werkt de zoekindex bij; start sluis serve."))
    else:
        yield Finding("index", "good", _("bij"))


def check_secrets(env: Env, deep: bool) -> Iterator[Finding]:
    key = env.data / "secret-key"
    public = (urlsplit(env.url).hostname or "") not in ("127.0.0.1", "localhost", "::1")
    faults = []
    if key.exists() and key.stat().st_mode & 0o077:
        faults.append(Finding("secrets", "bad", _("anderen kunnen secret-key lezen"), f"chmod 600 {key}"))
    if public and env.debug:
        faults.append(Finding("secrets", "bad", _("technische fouten zijn zichtbaar"), _("Zet SLUIS_DEBUG uit.")))
    if public and (env.data / "demo-accounts.txt").exists():
        text = _("de demo-accounts staan open op een publiek adres")
        faults.append(
            Finding("secrets", "bad", text, _("Sluit ze met sluis user close en verwijder demo-accounts.txt."))
        )
    if public and not env.https:
        faults.append(
            Finding("secrets", "warning", _("het publieke adres heeft geen https"), _("Zet een proxy met TLS ervoor."))
        )
    yield from faults or [Finding("secrets", "good", _("geen standaardgeheimen"))]


def check_mail(env: Env, deep: bool) -> Iterator[Finding]:
    from smtplib import SMTPException

    from django.core.mail import mailers

    if not env.mail_host:
        text = _("geen mailserver: herinneringen staan alleen in de lijst van elke medewerker")
        yield Finding("mail", "good", text)
        return
    where = f"{env.mail_host}:{env.mail_port}"
    try:
        with mailers["default"]:
            yield Finding("mail", "good", _("{where} antwoordt").format(where=where))
    except (SMTPException, OSError) as error:
        text = _("{where} antwoordt niet ({reason})").format(where=where, reason=type(error).__name__)
        yield Finding("mail", "warning", text, _("Kijk de instellingen SLUIS_MAIL_… na."))


def check_processes(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.process.service import keys, settle_shipped

    if lacking := settle_shipped():
        text = _("deze installatie kent niet alle stappen van {names}").format(names=", ".join(lacking))
        yield Finding("processes", "warning", text, _("Dit proces kan hier nog niet gestart worden."))
    else:
        yield Finding("processes", "good", ", ".join(keys("process")))


CHECKS: dict[str, Check] = {
    "program": check_program,
    "sandbox": check_sandbox,
    "storage": check_storage,
    "database": check_database,
    "audit": check_audit,
    "files": check_files,
    "jobs": check_queues,
    "tables": check_tables,
    "index": check_index,
    "processes": check_processes,
    "mail": check_mail,
    "secrets": check_secrets,
}


def add_to(app: typer.Typer) -> None:
    app.command("doctor", cls=Command, help=_("Onderzoek deze installatie en zeg wat er moet gebeuren."))(doctor)
