"""What must go on by itself: workers, jobs, processes and backups."""

from collections.abc import Iterator
from datetime import timedelta

from sluis.cli.doctor.finding import Finding
from sluis.cli.language import _
from sluis.conf.env import Env
from sluis.kernel import clock

BACKUP_EVERY = timedelta(days=2)


def check_workers(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.service import workers

    if alive := workers():
        hosts = {beat.name.partition(":")[0] for beat in alive}
        if len(hosts) > 1 and not env.secret_key:
            text = _("er werken {count} hosts, en deze heeft een geheime sleutel van zichzelf").format(count=len(hosts))
            way_out = _("Zet op elke host dezelfde SLUIS_SECRET_KEY: anders geldt een aanmelding maar op één ervan.")
            yield Finding("workers", "bad", text, way_out)
        yield Finding("workers", "good", _("{count} werken").format(count=len(alive)))
    else:
        text = _("geen worker gaf de laatste minuut een teken van leven")
        yield Finding("workers", "warning", text, _("Start sluis serve of sluis worker; zonder blijft alles wachten."))


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
    if state.away:
        text = _("{count} taken wachten op iets buiten Sluis dat weg is").format(count=state.away)
        way_out = _("Kijk met sluis jobs list --state waiting waarop. Ze beginnen vanzelf weer.")
        yield Finding("waiting jobs", "warning", text, way_out)
    if state.failed:
        text = _("{count} taken zijn mislukt").format(count=state.failed)
        yield Finding("failed jobs", "warning", text, _("Kijk met sluis jobs list --state failed wat eraan scheelde."))


def check_processes(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.process.service import keys, settle_shipped

    if lacking := settle_shipped():
        text = _("deze installatie kent niet alle stappen van {names}").format(names=", ".join(lacking))
        yield Finding("processes", "warning", text, _("Dit proces kan hier nog niet gestart worden."))
    else:
        yield Finding("processes", "good", ", ".join(keys("process")))


def check_backup(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.service import last_backup

    way_out = _("Maak elke dag een back-up: sluis backup DOEL, op een andere schijf.")
    made = last_backup()
    if made is None:
        yield Finding("backup", "warning", _("hier is nog nooit een back-up gemaakt"), way_out)
    elif (age := clock.now() - made) > BACKUP_EVERY:
        text = _("de laatste back-up is {days} dagen oud").format(days=age.days)
        yield Finding("backup", "warning", text, way_out)
    else:
        yield Finding("backup", "good", made.isoformat(timespec="minutes"))
