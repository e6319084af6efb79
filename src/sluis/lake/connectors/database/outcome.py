"""What a database answers, in words for who set the source up. Never with what was typed as a secret."""

import re
from typing import Any

import sqlalchemy as sa

from sluis.kernel.errors import ENGLISH, Invalid, SluisError, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors.base import Given, Refused
from sluis.lake.connectors.given import blotted

_LONGEST = 200
# SQLSTATE of PostgreSQL; numbers of MySQL, MariaDB, SQL Server and Oracle.
_LOGIN = {"28000", "28P01", "1045", "1698", "18456", "1017"}
_LOCKED = {"3118", "4151", "18470", "18486", "18487", "18488", "28001"}
# PostgreSQL gives no number to who does not get in.
_NO_LOGIN = re.compile('authentication failed|no password supplied|is not permitted to log in|role ".*" does not exist')
_ADMITTED = "pg_hba.conf"  # where the server keeps whom it lets in, from where
_NO_DATABASE = {"3D000", "1049", "1044", "4060", "12514"}
_NOT_ALLOWED = {"42501", "1142", "1143", "229", "1031"}
_TOO_SLOW = {"57014", "3024", "1969"}
_TLS_OFF = ("does not support SSL", "server doesn't support it", "server does not support secure")
_TURN_ON = N_(
    "Laat de beheerder van de database TLS aanzetten. Kan dat niet, en blijft alles in uw eigen netwerk, kies dan bij "
    "‘Beveiligde verbinding’ voor nee."
)
# What a server says that it is not there for now: full, going down, or the connection was cut. Oracle has numbers too.
_AWAY = {"1040", "1053", "1158", "1159", "1160", "1161", "1203", "1205", "1213", "1226", "1927", "1033", "1034", "1089"}
_NO_TLS = ("SSL", "TLS", "certificate")


def explained(error: Exception, place: str, given: Given) -> SluisError:
    """The SluisError for what the driver raised while talking to `place`."""
    cause = getattr(error, "orig", None) or error
    code, reason = _code(cause), _reason(cause, given)
    said: dict[str, Any] = {"place": place, "reason": reason, ENGLISH: "reason"}
    if _ADMITTED in reason:
        return Refused("source.not-let-in", N_("{place} laat Sluis niet toe: {reason}."),
                       way_out=N_("Vraag de beheerder van de database dit account en deze server toe te laten."),
                       **said)  # fmt: skip
    if code in _LOGIN | _LOCKED or _NO_LOGIN.search(reason):
        return Refused("source.login", N_("{place} weigert deze gebruikersnaam of dit wachtwoord."),
                       way_out=N_("Vul ze opnieuw in, of vraag het de beheerder van de database."), **said)  # fmt: skip
    if code in _NO_DATABASE or ("database" in reason and "does not exist" in reason):
        return Invalid("source.no-database", N_("Op {place} is er geen database {database} voor dit account."),
                       database=given["database"], **said)  # fmt: skip
    if code in _NOT_ALLOWED:
        return Invalid("source.not-allowed", N_("Dit account mag {table} op {place} niet lezen."),
                       way_out=N_("Vraag de beheerder van de database om leesrecht."),
                       table=given["table"], **said)  # fmt: skip
    if code in _TOO_SLOW:
        way_out = N_("Verhoog de wachttijd, of kies minder kolommen.")
        return Unavailable("source.too-slow", N_("{place} had te lang nodig voor deze tabel."),
                           way_out=way_out, passes=False, **said)  # fmt: skip
    if any(words in reason for words in _TLS_OFF):
        return Invalid("source.tls", N_("{place} kent geen beveiligde verbinding."), way_out=_TURN_ON, **said)
    if any(word in reason for word in _NO_TLS):
        return Invalid("source.tls", N_("Een beveiligde verbinding met {place} lukt niet: {reason}."),
                       way_out=N_("Vraag de beheerder van de database naar het certificaat."), **said)  # fmt: skip
    if _is_refusal(code):
        return Invalid("source.database", N_("De database op {place} weigert: {reason}."), **said)
    if isinstance(error, OSError | sa.exc.OperationalError | sa.exc.InterfaceError):
        return Unavailable("source.unreachable", N_("{place} is niet te bereiken: {reason}."),
                           way_out=N_("Controleer server en poort, en of de database aanstaat."), **said)  # fmt: skip
    return Invalid("source.database", N_("De database op {place} weigert: {reason}."), **said)


def no_table(table: str, close: list[str]) -> Invalid:
    known = {"way_out": N_("Bedoelt u een van deze: {known}?")} if close else {}
    return Invalid("source.no-table", N_("De tabel of view {table} is er niet, of is niet te zien voor dit account."),
                   table=table, known=", ".join(close), **known)  # fmt: skip


def no_column(column: str, known: list[str]) -> Invalid:
    return Invalid("source.no-column", N_("De kolom {column} is er niet."), way_out=N_("Kies uit: {known}."),
                   column=column, known=", ".join(known)[:1000])  # fmt: skip


def wrong_cursor(column: str) -> Invalid:
    return Invalid(
        "source.cursor",
        N_("De kolom {column} kan niet zeggen wat nieuw is."),
        way_out=N_("Kies een kolom met een datum, een tijdstip, een getal of een oplopende code."),
        column=column,
    )


def wrong_value(column: str, value: object) -> Invalid:
    return Invalid("source.value", N_("In de kolom {column} staat een waarde die niet bij haar soort past: {value}."),
                   column=column, value=str(value)[:80])  # fmt: skip


def _code(cause: BaseException) -> str:
    first = cause.args[0] if cause.args else ""
    number = getattr(first, "code", first)
    if isinstance(number, int):  # PyMySQL has a SQLSTATE too, which says less
        return str(number)
    return str(getattr(cause, "sqlstate", None) or "")


def _is_refusal(code: str) -> bool:
    """A number of MySQL and MariaDB themselves, which the driver calls "operational" whatever it is."""
    return len(code) == 4 and code.isdigit() and code.startswith("1") and code not in _AWAY


def _reason(cause: BaseException, given: Given) -> str:
    last = cause.args[-1] if cause.args else ""
    text = last.decode("utf-8", "replace") if isinstance(last, bytes) else str(last)
    line = " ".join(text.split())
    return blotted(line, given.secrets.values())[:_LONGEST].rstrip(".?! ") or type(cause).__name__
