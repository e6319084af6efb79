"""Roles and what each may do: one table, read by operations, by pages and by the generated access matrix."""

from dataclasses import dataclass

from sluis.kernel.text import N_


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    title: str
    description: str
    permissions: frozenset[str]
    bound: bool = False  # only in person and for a whole organisation: never for one team, never lent to a colleague


PERMISSIONS: dict[str, str] = {
    "dataset.view": N_("datasets van de eigen organisatie zien, ook als ze niet openbaar zijn"),
    "dataset.edit": N_("de beschrijving van een dataset maken en wijzigen"),
    "table.view": N_("de rijen van een nog niet vrijgegeven tabel zien"),
    "table.add": N_("een bestand aanleveren en opnieuw laten inlezen"),
    "contract.edit": N_("een concept maken van de afspraken over data (datacontract)"),
    "contract.decide": N_("afspraken over data in werking laten gaan of beëindigen"),
    "source.view": N_("bronnen zien en hoe het ophalen ging"),
    "source.manage": N_("bronnen koppelen waaruit data vanzelf binnenkomt"),
    "query.share": N_("een bewaarde vraag in SQL openbaar maken, over open data"),
    "dossier.view": N_("dossiers zien"),
    "dossier.prepare": N_("een dossier openen en klaarzetten voor een besluit"),
    "dossier.ask-change": N_("vragen om wijziging of het einde van een dataset die buiten staat"),
    "dossier.advise": N_("een advies in een dossier zetten"),
    "dossier.decide": N_("besluiten of een dataset open wordt"),
    "dossier.withdraw": N_("een vrijgegeven dataset intrekken"),
    "process.view": N_("lopende processen en hun taken zien"),
    "process.work": N_("een proces starten, en een taak die bij de eigen rol hoort doen"),
    "process.manage": N_("een proces stoppen, verplaatsen of opnieuw proberen, en taken herverdelen"),
    "process.deploy": N_("een proces of beleid inlezen"),
    "policy.propose": N_("een nieuwe versie van een proces of beleid voorstellen"),
    "policy.decide": N_("besluiten of een voorgestelde versie van een proces of beleid in werking treedt"),
    "feedback.handle": N_("meldingen van bezoekers lezen en beantwoorden"),
    "processing.view": N_("het register van verwerkingen zien"),
    "processing.edit": N_("het register van verwerkingen aanvullen"),
    "request.contact": N_("naam en e-mailadres zien van wie om data vraagt"),
    "audit.view": N_("het logboek inzien"),
    "people.manage": N_("accounts, teams en rollen beheren"),
    "platform.operate": N_("taken, waardelijsten en de zoekindex beheren"),
}
PUBLIC = "public"
SIGNED_IN = "signed-in"

_LOOK = frozenset({"dataset.view", "table.view", "source.view", "dossier.view", "process.view"})
_VIEW = _LOOK | {"process.work"}
_KEEP = frozenset({"process.view", "process.work", "process.manage", "process.deploy", "policy.propose"})
_EDIT = _VIEW | {"dataset.edit", "table.add", "contract.edit", "feedback.handle", "query.share"}
_CARE = frozenset({"dossier.withdraw", "dossier.ask-change"})  # who may take it back may ask for something milder

ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role("viewer", N_("Lezer"), N_("Kijkt mee, wijzigt niets."), _LOOK),
        Role(
            "data_steward",
            N_("Datasteward"),
            N_("Levert data aan, beschrijft ze en zet het dossier klaar."),
            _EDIT | {"dossier.prepare", "dossier.ask-change", "source.manage"},
        ),
        Role(
            "data_owner",
            N_("Data-eigenaar"),
            N_("Besluit of een dataset open wordt en trekt hem zo nodig in."),
            _VIEW | _CARE | {"dossier.decide", "policy.decide", "contract.decide"},
        ),
        Role(
            "privacy_officer",
            N_("Privacy officer"),
            N_("Adviseert over persoonsgegevens en kan in nood intrekken."),
            _VIEW | _CARE | {"dossier.advise", "processing.view", "processing.edit", "audit.view"},
        ),
        Role(
            "ciso",
            N_("CISO"),
            N_("Adviseert over informatiebeveiliging en kan in nood intrekken."),
            _VIEW | _CARE | {"dossier.advise", "audit.view"},
        ),
        Role(
            "lawyer",
            N_("Jurist"),
            N_("Adviseert over de Woo, auteursrecht en databankrecht."),
            _VIEW | {"dossier.advise", "processing.view"},
        ),
        Role(
            "coordinator",
            N_("Opendatacoördinator"),
            N_("Bewaakt het proces over alle datasets."),
            _EDIT
            | _KEEP
            | {"dossier.prepare", "dossier.ask-change", "dossier.advise"}
            | {"processing.view", "request.contact", "platform.operate"},
        ),
        Role(
            "data_manager",
            N_("Gegevensbeheerder"),
            N_("Houdt gepubliceerde data actueel en kan in nood intrekken."),
            _EDIT | _CARE | {"source.manage", "contract.decide"},
        ),
        Role(
            "administrator",
            N_("Beheerder"),
            N_("Beheert accounts en het platform, maar besluit niet over data."),
            _KEEP | {"people.manage", "audit.view", "platform.operate", "source.view", "source.manage"},
            bound=True,
        ),
    )
}
