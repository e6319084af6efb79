"""When a steward wants to hear about a table."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.desk import words
from sluis.lake.watching.types import DRIFT_LIMIT, VOLUME_PERCENT, Limits, Trouble


class LimitsForm(forms.Form):
    """Empty means: as usual."""

    fresh_hours = forms.IntegerField(
        label=_("Hoe oud mag de data zijn, in uren?"),
        required=False,
        help_text=_("Leeg: zoals in de afspraken staat, en anders zoals de beschrijving zegt. Een week is 168 uur."),
    )
    volume_percent = forms.IntegerField(label=_("Hoeveel procent meer of minder rijen is gewoon?"), required=False)
    drift_limit = forms.FloatField(label=_("Hoever mogen waarden verschuiven?"), required=False, localize=True)
    silent = forms.MultipleChoiceField(
        label=_("Waarover wilt u geen bericht?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, limits: Limits) -> None:
        initial = {name: getattr(limits, name) for name in ("fresh_hours", "volume_percent", "drift_limit")}
        super().__init__(data, initial={**initial, "silent": sorted(limits.silent)})
        self.fields["volume_percent"].help_text = gettext(
            "Leeg: {percent} procent. Sluis trekt een lijn door de eerdere versies; versies die sterk wisselen krijgen "
            "vanzelf meer ruimte."
        ).format(percent=VOLUME_PERCENT)
        self.fields["drift_limit"].help_text = gettext(
            "Leeg: {limit}. Bij 0 is er niets veranderd in hoe vaak elke waarde voorkomt, bij 1 lijkt niets meer op "
            "eerst."
        ).format(limit=str(DRIFT_LIMIT).replace(".", ","))
        silent: Any = self.fields["silent"]
        silent.choices = [(trouble.value, gettext(words.TROUBLE[trouble][0])) for trouble in Trouble]

    def limits(self) -> Limits:
        given = self.cleaned_data
        return Limits(
            given["fresh_hours"],
            given["volume_percent"],
            given["drift_limit"],
            frozenset(Trouble(value) for value in given["silent"]),
        )
