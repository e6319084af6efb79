"""States and codes in words: what the reader sees instead of `ready_to_decide`."""

from datetime import timedelta

from django.utils.translation import ngettext

from sluis.kernel.text import N_
from sluis.lake.contracts.types import Change, ContractStatus
from sluis.lake.contracts.types import Verdict as Kept
from sluis.lake.types import ColumnType
from sluis.lake.watching.types import Trouble
from sluis.register.types import Availability, Openness, Publication
from sluis.release.types import Outcome, Stage, Verdict

OPENNESS = {
    Openness.UNKNOWN: (N_("Nog niet bepaald"), "neutral"),
    Openness.OPEN: (N_("Open"), "positive"),
    Openness.RESTRICTED: (N_("Beperkt"), "warning"),
    Openness.CLOSED: (N_("Gesloten"), "negative"),
}
AVAILABILITY = {
    Availability.UNDER_STUDY: (N_("In onderzoek"), "neutral"),
    Availability.PLANNED: (N_("Gepland"), "info"),
    Availability.AVAILABLE: (N_("Beschikbaar"), "positive"),
    Availability.UNAVAILABLE: (N_("Niet beschikbaar"), "negative"),
}
PUBLICATION = {
    Publication.DRAFT: (N_("Nog niet naar buiten"), "neutral"),
    Publication.PUBLISHED: (N_("Staat buiten"), "positive"),
    Publication.WITHDRAWN: (N_("Ingetrokken"), "negative"),
}
STAGES = {
    Stage.INTAKE: (N_("Vragen en beschrijving"), "info"),
    Stage.CHECKING: (N_("Controles lopen"), "info"),
    Stage.JUDGING: (N_("Een collega beoordeelt"), "warning"),
    Stage.READY_TO_DECIDE: (N_("Wacht op besluit"), "warning"),
    Stage.DECIDED: (N_("Besloten, wordt gepubliceerd"), "info"),
    Stage.PUBLISHED: (N_("Gepubliceerd"), "positive"),
    Stage.REFUSED: (N_("Blijft binnen"), "negative"),
    Stage.RETURNED: (N_("Teruggestuurd"), "warning"),
    Stage.WITHDRAWN: (N_("Gestopt of ingetrokken"), "neutral"),
}
REPLACEMENT = {
    "planned": (N_("Gepland"), "info"),
    "active": (N_("Loopt"), "positive"),
    "over": (N_("Voorbij"), "neutral"),
}
OUTCOMES = {
    Outcome.OPEN: (N_("Open"), "positive"),
    Outcome.RESTRICTED: (N_("Beperkt"), "warning"),
    Outcome.CLOSED: (N_("Gesloten"), "negative"),
    Outcome.PLANNED: (N_("Gepland"), "info"),
}
VERDICTS = {
    Verdict.PASSED: (N_("In orde"), "positive"),
    Verdict.ATTENTION: (N_("Let op"), "warning"),
    Verdict.FAILED: (N_("Niet in orde"), "negative"),
    Verdict.ERROR: (N_("Controle mislukt"), "negative"),
    Verdict.NOT_APPLICABLE: (N_("Niet van toepassing"), "neutral"),
}
KEPT = {
    Kept.PASSED: (N_("Nagekomen"), "positive"),
    Kept.ATTENTION: (N_("Let op"), "warning"),
    Kept.FAILED: (N_("Niet nagekomen"), "negative"),
    Kept.ERROR: (N_("Controle mislukt"), "negative"),
}
RULE = {
    "passed": (N_("Nagekomen"), "positive"),
    "failed": (N_("Niet nagekomen"), "negative"),
    "error": (N_("Niet te controleren"), "negative"),
}
TROUBLE = {
    Trouble.CONTRACT: (N_("Afspraken niet nagekomen"), "negative"),
    Trouble.LATE: (N_("Te laat"), "warning"),
    Trouble.VOLUME: (N_("Onverwacht aantal rijen"), "warning"),
    Trouble.DRIFT: (N_("Waarden verschoven"), "warning"),
}
CONTRACT = {
    ContractStatus.DRAFT: (N_("Concept"), "neutral"),
    ContractStatus.IN_FORCE: (N_("In werking"), "positive"),
    ContractStatus.RETIRED: (N_("Beëindigd"), "neutral"),
}
CHANGE = {
    Change.NONE: (N_("Geen verandering"), "neutral"),
    Change.COMPATIBLE: (N_("Belooft meer"), "info"),
    Change.BREAKING: (N_("Laat een belofte vallen"), "warning"),
}
TABLE = {
    "queued": (N_("Staat in de rij"), "neutral"),
    "running": (N_("Wordt ingelezen"), "info"),
    "ready": (N_("Ingelezen"), "positive"),
    "failed": (N_("Niet gelukt"), "negative"),
    "expired": (N_("Opgeruimd"), "neutral"),
}
JOB = {
    "ready": (N_("Wacht"), "neutral"),
    "waiting": (N_("Probeert het later weer"), "warning"),
    "running": (N_("Bezig"), "info"),
    "successful": (N_("Gelukt"), "positive"),
    "failed": (N_("Mislukt"), "negative"),
}
SOURCE = {
    "new": (N_("Nog niet opgehaald"), "neutral"),
    "running": (N_("Wordt opgehaald"), "info"),
    "good": (N_("In orde"), "positive"),
    "failed": (N_("Mislukt, probeert opnieuw"), "warning"),
    "late": (N_("Te laat"), "warning"),
    "paused": (N_("Gepauzeerd"), "neutral"),
    "dead": (N_("Gestopt na fouten"), "negative"),
}
SOURCE_RUN = {
    "queued": (N_("Staat in de rij"), "neutral"),
    "running": (N_("Bezig"), "info"),
    "unchanged": (N_("Niets nieuws"), "neutral"),
    "loaded": (N_("Nieuwe versie"), "positive"),
    "failed": (N_("Mislukt"), "warning"),
    "dead": (N_("Mislukt, gestopt"), "negative"),
}
TRIGGER = {"schedule": N_("volgens het schema"), "hand": N_("met de hand"), "retry": N_("nieuwe poging")}
SOURCE_MODES = {
    "replace": N_("De rijen vervangen de vorige."),
    "append": N_("De rijen komen erbij."),
    "upsert": N_("Rijen met dezelfde sleutel worden vervangen, andere komen erbij."),
}
TRANSFORMATION = {
    "new": (N_("Nog niet gemaakt"), "neutral"),
    "running": (N_("Wordt gemaakt"), "info"),
    "good": (N_("In orde"), "positive"),
    "failed": (N_("Mislukt"), "warning"),
    "paused": (N_("Gepauzeerd"), "neutral"),
}
TRANSFORMATION_RUN = {
    "queued": (N_("Staat in de rij"), "neutral"),
    "running": (N_("Bezig"), "info"),
    "unchanged": (N_("Niets nieuws"), "neutral"),
    "made": (N_("Nieuwe versie"), "positive"),
    "failed": (N_("Mislukt"), "warning"),
}
RUN_TRIGGER = {
    "inputs": N_("een tabel waaruit zij wordt gemaakt, veranderde"),
    "schedule": N_("volgens het schema"),
    "hand": N_("met de hand"),
}
LAYER = {"bronze": N_("brons"), "silver": N_("zilver"), "gold": N_("goud")}
START = {
    "inputs": N_("als een van de tabellen verandert"),
    "schedule": N_("op een vast moment"),
    "hand": N_("alleen met de hand"),
}
STEPS = {
    "drop": N_("kolommen weglaten"),
    "generalise": N_("waarden grover maken"),
    "round": N_("getallen afronden"),
    "aggregate": N_("rijen samentellen"),
    "pseudonymise": N_("waarden vervangen door pseudoniemen"),
    "k_anonymise": N_("kleine groepen weglaten (k-anonimiteit)"),
}
HIDING_FIGURES = {
    "rows": N_("Rijen"),
    "groups": N_("Verschillende combinaties"),
    "smallest": N_("Rijen in de kleinste groep"),
    "unique": N_("Rijen die alleen staan"),
}
COLUMN_TYPES = {
    ColumnType.TEXT: N_("tekst"),
    ColumnType.INTEGER: N_("geheel getal"),
    ColumnType.DECIMAL: N_("getal met vaste decimalen"),
    ColumnType.NUMBER: N_("getal"),
    ColumnType.BOOLEAN: N_("ja/nee"),
    ColumnType.DATE: N_("datum"),
    ColumnType.DATETIME: N_("datum en tijd"),
    ColumnType.TIME: N_("tijd"),
    ColumnType.GEOMETRY: N_("vorm op de kaart"),
    ColumnType.JSON: N_("json"),
}
PERSONAL = {
    "bsn": N_("Burgerservicenummer"),
    "iban": N_("Rekeningnummer (IBAN)"),
    "email": N_("E-mailadres"),
    "phone": N_("Telefoonnummer"),
    "address": N_("Adres"),
    "name": N_("Naam"),
    "birth_date": N_("Geboortedatum"),
    "licence_plate": N_("Kenteken"),
}
CONFIDENCE = {
    "sure": (N_("Zeker"), "negative"),
    "probable": (N_("Waarschijnlijk"), "warning"),
    "possible": (N_("Mogelijk"), "neutral"),
}
DIALECT = {
    "encoding": N_("Tekencodering"),
    "delimiter": N_("Scheidingsteken"),
    "header_line": N_("Regel met de koppen"),
    "first_line": N_("Eerste regel met data"),
    "decimal": N_("Decimaalteken"),
    "sheet": N_("Werkblad"),
    "layer": N_("Laag"),
    "comment": N_("Toelichting boven de koppen overgeslagen"),
    "crs": N_("Coördinatenstelsel"),
}
MARKS = {
    ";": N_("puntkomma (;)"),
    ",": N_("komma (,)"),
    "\t": N_("tab"),
    "|": N_("verticale streep (|)"),
    ".": N_("punt (.)"),
}
PROCESS = {
    "running": (N_("Loopt"), "info"),
    "stuck": (N_("Vastgelopen"), "negative"),
    "ended": (N_("Klaar"), "positive"),
    "cancelled": (N_("Gestopt"), "neutral"),
}
EVENTS = {
    "lake.table.ready": N_("Ingelezen"),
    "lake.table.failed": N_("Inlezen niet gelukt"),
    "lake.table.compacted": N_("In één bestand gezet"),
    "lake.table.compared": N_("Vergeleken met een andere versie"),
    "lake.table.expired": N_("Opgeruimd"),
    "lake.contract.checked": N_("Gecontroleerd op de afspraken"),
    "process.started": N_("Proces gestart"),
    "process.task.completed": N_("Taak gedaan"),
    "process.task.claimed": N_("Taak opgepakt"),
    "process.task.unclaimed": N_("Taak teruggelegd"),
    "process.task.reassigned": N_("Taak overgedragen"),
    "process.task.returned": N_("Teruggestuurd"),
    "process.step.done": N_("Stap gedaan"),
    "process.step.failed": N_("Stap mislukt"),
    "process.timer": N_("Termijn verstreken"),
    "process.timer.failed": N_("Termijn kon niet verwerkt worden"),
    "process.message": N_("Bericht ontvangen"),
    "process.migrated": N_("Naar een andere versie van het proces gezet"),
    "process.retried": N_("Opnieuw geprobeerd"),
    "process.cancelled": N_("Proces gestopt"),
    "release.dossier.opened": N_("Dossier geopend"),
    "release.dossier.proposed": N_("Voorstel gedaan"),
    "release.dossier.checks-asked": N_("Controles gevraagd"),
    "release.dossier.checked": N_("Controles klaar"),
    "release.dossier.advised": N_("Advies gegeven"),
    "release.dossier.submitted": N_("Ingediend voor besluit"),
    "release.dossier.returned": N_("Teruggestuurd"),
    "release.dossier.decided": N_("Besluit genomen"),
    "release.dossier.refused": N_("Afgewezen"),
    "release.dossier.stopped": N_("Dossier gestopt"),
    "release.dossier.failed": N_("Publicatie mislukt"),
    "release.dossier.publication-asked": N_("Publicatie opnieuw gevraagd"),
    "governance.processing.fed": N_("Register van verwerkingen bijgewerkt uit een dossier"),
    "governance.processing.described": N_("Verwerking aangevuld"),
    "governance.processing.exported": N_("Register van verwerkingen gedownload"),
    "release.dossier.exported": N_("Dossier als archief gedownload"),
    "release.dossier.taken-up": N_("Overgenomen uit de oude werkwijze"),
    "release.dossier.linked": N_("Gekoppeld aan een ander dossier"),
    "release.dossier.out-of-scope": N_("Valt buiten de regels voor hergebruik"),
    "release.dossier.referred": N_("Verwezen naar wie de data heeft"),
    "release.dossier.undecided": N_("Gesloten zonder besluit"),
    "release.dossier.closed": N_("Dossier gesloten"),
    "release.decided": N_("Besluit genomen"),
    "release.announced": N_("Betrokkenen ingelicht"),
    "release.embargo.lifted": N_("Eerder vrijgegeven dan gepland"),
    "release.confirmed": N_("Buiten nagekeken en bevestigd"),
    "release.rolled-back": N_("Teruggehaald: buiten klopte er iets niet"),
    "release.noticed": N_("Mededeling bij de dataset geplaatst"),
    "release.withdrawn": N_("Ingetrokken"),
    "release.change-requested": N_("Wijziging gevraagd"),
    "release.published": N_("Gepubliceerd"),
    "release.copy.made": N_("Downloadbestand gemaakt"),
    "release.aid.made": N_("Index om snel te lezen gemaakt of weggelaten"),
}

CHANGES = {
    "added": N_("Nieuwe kolom: {title}."),
    "missing": N_("De kolom {title} stond niet in dit bestand en is leeg in de nieuwe rijen."),
    "moved": N_("De kolom {title} staat op een andere plaats."),
    "widened": N_("{title} was {was} en is nu {now}."),
    "removed": N_("Verdwenen kolom: {title}."),
    "renamed": N_("De kolom {was} heet nu {now}."),
    "retyped": N_("{title} was {was} en is nu {now}."),
}
MODES = {
    "append": N_("toegevoegd aan versie {number}"),
    "upsert": N_("bijgewerkt op {key}, vanaf versie {number}: {replaced} rijen vervangen"),
}


def period(every: timedelta) -> str:
    """How often something comes back: elke dag, elke 5 minuten."""
    seconds = round(every.total_seconds())
    if seconds % 86_400 == 0:
        text, n = ngettext("elke dag", "elke {n} dagen", seconds // 86_400), seconds // 86_400
    elif seconds % 3600 == 0:
        text, n = ngettext("elk uur", "elke {n} uur", seconds // 3600), seconds // 3600
    elif seconds % 60 == 0:
        text, n = ngettext("elke minuut", "elke {n} minuten", seconds // 60), seconds // 60
    else:
        text, n = ngettext("elke seconde", "elke {n} seconden", seconds), seconds
    return text.format(n=n)
