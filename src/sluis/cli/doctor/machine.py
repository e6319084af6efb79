"""The machine: the program, the sandbox, the disk, the clock and the secrets."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from re import match
from urllib.parse import urlsplit

from sluis.cli import start
from sluis.cli.doctor.finding import Finding
from sluis.cli.language import _
from sluis.conf.env import Env
from sluis.kernel import clock
from sluis.kernel.errors import fill

LOW_SPACE = 2 * 1024**3
SKEW_SECONDS = 300


def check_program(env: Env, deep: bool) -> Iterator[Finding]:
    missing = sorted(name for name in _needed() if not _present(name))
    if missing:
        text = _("niet geïnstalleerd: {names}").format(names=", ".join(missing))
        yield Finding("program", "bad", text, _("Installeer Sluis opnieuw: make demo, of pip install."))
    else:
        yield Finding("program", "good", ", ".join(f"{name} {number}" for name, number in start.version().items()))


def _needed() -> set[str]:
    from importlib.metadata import requires

    names = (match(r"[A-Za-z0-9_.-]+", line) for line in requires("sluis") or [] if "extra ==" not in line)
    return {found.group() for found in names if found}


def _present(name: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return bool(version(name))
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
    if others := _of_others(env.data):
        text = _("niet van deze gebruiker: {names}").format(names=", ".join(path.name for path in others[:3]))
        way_out = _("Voer uit: chown -R {user} {data}. Start Sluis altijd als dezelfde gebruiker.")
        yield Finding("storage", "bad", text, way_out.format(user=os.geteuid(), data=env.data))
    yield from _bucket(env)
    free = shutil.disk_usage(env.data).free
    text = _("{data}, {free} GB vrij").format(data=env.data, free=round(free / 1024**3, 1))
    state = "good" if free > LOW_SPACE else "warning"
    yield Finding("storage", state, text, "" if state == "good" else _("Maak ruimte vrij."))


def _bucket(env: Env) -> Iterator[Finding]:
    from sluis.foundation.storage import bucket

    remote = bucket(env)
    if remote is None:
        return
    text = f"{env.storage} ({env.storage_endpoint})"
    if (fault := remote.fault()) is None:
        yield Finding("storage", "good", text)
    else:
        way_out = _("Kijk of de opslag draait, of de bucket er is, en of de sleutel in de instellingen klopt.")
        yield Finding("storage", "bad", f"{text}: {fill(fault.message, fault.params, _)}", way_out)


def _of_others(data: Path) -> list[Path]:
    """Of what must be written to: the folder itself and what stands directly in it."""
    return [path for path in (data, *sorted(data.iterdir())) if path.lstat().st_uid != os.geteuid()]


def check_clock(env: Env, deep: bool) -> Iterator[Finding]:
    """Against the newest moment in the database, and against the disk, which may keep its own time (NFS)."""
    from sluis.foundation.service import audit

    probe = env.data / ".doctor"
    probe.write_bytes(b"")
    skew = probe.stat().st_mtime - clock.now().timestamp()
    probe.unlink()
    newest = audit.newest_at()
    ahead = (newest - clock.now()).total_seconds() if newest else 0.0
    if ahead > SKEW_SECONDS:
        text = _("de klok loopt {seconds} s achter op de laatste regel van het logboek").format(seconds=round(ahead))
        yield Finding("clock", "bad", text, _("Zet de klok gelijk (NTP); termijnen en besluiten hangen ervan af."))
    elif abs(skew) > SKEW_SECONDS:
        text = _("de schijf en de klok verschillen {seconds} s").format(seconds=round(abs(skew)))
        yield Finding("clock", "warning", text, _("Zet de klok gelijk, ook op de server van de schijf (NTP)."))
    else:
        yield Finding("clock", "good", clock.now().isoformat(timespec="seconds"))


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
