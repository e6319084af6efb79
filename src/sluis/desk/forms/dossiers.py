"""Forms of the dossier: proposal, advice, decision, sending back and withdrawing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.desk import words
from sluis.kernel.text import N_
from sluis.release.types import DossierRecord, Outcome

OUTCOMES = {
    Outcome.OPEN: N_("Open: iedereen mag de data bekijken en gebruiken"),
    Outcome.PLANNED: N_("Gepland: nu alleen de beschrijving, de data later"),
    Outcome.RESTRICTED: N_("Beperkt: alleen de beschrijving, de data onder voorwaarden"),
    Outcome.CLOSED: N_("Gesloten: alleen de beschrijving, met de reden"),
}
# Wet open overheid art. 5.1 and 5.2; Wet hergebruik van overheidsinformatie art. 2 (text of 19-06-2024).
GROUNDS = (
    N_("Woo 5.1 lid 1 a: eenheid van de Kroon"),
    N_("Woo 5.1 lid 1 b: veiligheid van de Staat"),
    N_("Woo 5.1 lid 1 c: bedrijfs- en fabricagegegevens die vertrouwelijk zijn verstrekt"),
    N_("Woo 5.1 lid 1 d: bijzondere of strafrechtelijke persoonsgegevens"),
    N_("Woo 5.1 lid 1 e: nationale identificatienummers"),
    N_("Woo 5.1 lid 2 a: internationale betrekkingen"),
    N_("Woo 5.1 lid 2 b: economische of financiële belangen van de overheid"),
    N_("Woo 5.1 lid 2 c: opsporing en vervolging van strafbare feiten"),
    N_("Woo 5.1 lid 2 d: inspectie, controle en toezicht"),
    N_("Woo 5.1 lid 2 e: de persoonlijke levenssfeer"),
    N_("Woo 5.1 lid 2 f: concurrentiegevoelige bedrijfsgegevens"),
    N_("Woo 5.1 lid 2 g: bescherming van het milieu"),
    N_("Woo 5.1 lid 2 h: beveiliging van personen en bedrijven en voorkomen van sabotage"),
    N_("Woo 5.1 lid 2 i: goed functioneren van de overheid"),
    N_("Woo 5.1 lid 5: onevenredig nadeel"),
    N_("Woo 5.2: persoonlijke beleidsopvattingen"),
    N_("Who 2 lid 1 b: rechten van een ander (auteursrecht, databankrecht)"),
    N_("Who 2 lid 1 d: hergebruik past niet bij het doel van de persoonsgegevens"),
)


def _outcome() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Wat wordt het?"), widget=forms.RadioSelect)


def _reasons(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=20_000, widget=forms.Textarea({"rows": rows}))


class _OutcomeForm(forms.Form):
    """An outcome with what it needs: a ground when it is not open, a date when it is planned."""

    outcome = _outcome()
    article = forms.ChoiceField(label=_("Grond"), required=False, help_text=_("Alleen nodig bij beperkt of gesloten."))
    ground = forms.CharField(
        label=_("Uitleg bij de grond"),
        required=False,
        max_length=20_000,
        help_text=_("Waarom geldt dit artikel hier? In gewone woorden; bezoekers lezen dit."),
        widget=forms.Textarea({"rows": 3}),
    )
    planned_date = forms.DateField(
        label=_("Verwacht op"),
        required=False,
        help_text=_("Alleen nodig bij gepland."),
        widget=forms.DateInput({"type": "date", "class": "sluis-textbox--short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(key.value, gettext(text)) for key, text in OUTCOMES.items()]
        self.fields["article"].choices = [("", gettext("Maak een keuze")), *((g, gettext(g)) for g in GROUNDS)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("outcome") in (Outcome.RESTRICTED, Outcome.CLOSED):
            for name, text in (
                ("article", N_("Kies het artikel waarop dit rust.")),
                ("ground", N_("Leg uit waarom dit artikel hier geldt.")),
            ):
                if not given.get(name):
                    self.add_error(name, gettext(text))
        if given.get("outcome") == Outcome.PLANNED and not given.get("planned_date") and not self.errors:
            self.add_error("planned_date", gettext("Vul in vanaf wanneer de data naar verwachting open is."))
        return given

    def said_ground(self) -> str:
        """Article and explanation as one text; '' for an outcome that needs none."""
        given = self.cleaned_data
        if given["outcome"] not in (Outcome.RESTRICTED, Outcome.CLOSED):
            return ""
        return f"{given['article']}. {given['ground']}".strip()


class ProposalForm(_OutcomeForm):
    motivation = _reasons(_("Toelichting voor de beslisser"), _("Wat moet de data-eigenaar weten?"))
    quasi_identifiers = forms.MultipleChoiceField(
        label=_("Kolommen die samen naar een mens kunnen wijzen"),
        required=False,
        help_text=_("Bijvoorbeeld geboortejaar, postcode en beroep. Sluis telt dan of er kleine groepen zijn."),
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("outcome", "article", "ground", "planned_date", "motivation", "quasi_identifiers")

    def __init__(self, *args: Any, columns: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motivation"].required = False
        self.fields["quasi_identifiers"].choices = list(columns)
        if not self.fields["quasi_identifiers"].choices:
            del self.fields["quasi_identifiers"]


class DecisionForm(_OutcomeForm):
    motivation = _reasons(_("Motivering"), _("Waarom besluit u dit? Bezoekers lezen de motivering bij de dataset."))
    expected_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    field_order = ("outcome", "article", "ground", "planned_date", "motivation")


class AdviceForm(forms.Form):
    agrees = forms.ChoiceField(label=_("Uw advies"), widget=forms.RadioSelect)
    text = _reasons(_("Waarom?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agrees"].choices = [
            ("ja", gettext("Akkoord: het voorstel kan door")),
            ("nee", gettext("Niet akkoord: het voorstel moet anders")),
        ]


class ReasonForm(forms.Form):
    reason = _reasons(_("Reden"), rows=3)


class WithdrawForm(forms.Form):
    reason = _reasons(_("Waarom trekt u dit in?"), _("Bezoekers lezen deze reden op het adres van de dataset."), rows=3)
    ground = forms.CharField(label=_("Grond, als die er is"), required=False, max_length=2_000)


def proposal_initial(dossier: DossierRecord) -> dict[str, Any]:
    """The proposal as it stands, with the article taken apart from its explanation."""
    article = next((g for g in GROUNDS if dossier.proposal_ground.startswith(g)), "")
    return {
        "outcome": dossier.proposal.value if dossier.proposal else None,
        "article": article,
        "ground": dossier.proposal_ground.removeprefix(article).lstrip(". ") if article else dossier.proposal_ground,
        "planned_date": dossier.planned_date,
        "motivation": dossier.proposal_motivation,
        "quasi_identifiers": list(dossier.quasi_identifiers),
    }


def outcome_label(outcome: Any) -> str:
    return gettext(words.OUTCOMES[Outcome(outcome)][0])
