"""Forms around a process or policy: a new version by file or from the editor, and the decision on it."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.kernel.text import N_

MOST_BYTES = 10 * 1024 * 1024
ENDINGS = {"process": "bpmn", "policy": "dmn"}


class VersionForm(forms.Form):
    """A new version: as file, as text from the editor, or (`held`) as what was compared a moment ago, byte for byte."""

    file = forms.FileField(label=_("Bestand met de nieuwe versie"), required=False, max_length=200)
    cases_file = forms.FileField(
        label=_("Gevallen (CSV)"),
        required=False,
        max_length=200,
        help_text=_("Alleen nodig als de gevallen anders moeten uitkomen. Zonder bestand blijven de gevallen gelijk."),
    )
    xml = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    held = forms.CharField(required=False, widget=forms.HiddenInput)
    cases = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    motivation = forms.CharField(
        label=_("Wat verandert er en waarom?"),
        help_text=_("Iedereen leest dit bij de nieuwe versie. Noem geen namen van mensen."),
        max_length=5_000,
        widget=forms.Textarea({"rows": 3}),
    )
    organisation = forms.ChoiceField(
        label=_("Voor welke organisatie stelt u dit voor?"),
        help_text=_("Een data-eigenaar van die organisatie besluit erover."),
        required=False,
    )

    def __init__(self, *args: Any, kind: str, places: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        """`places`: organisations (id, name) for which somebody proposes; who has one is not asked."""
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["organisation"]).choices = [
            ("", gettext("Kies een organisatie")),
            *places,
        ]
        if len(places) < 2:
            del self.fields["organisation"]
        self.fields["file"].widget.attrs["accept"] = f".{ENDINGS[kind]},.xml"
        self.fields["cases_file"].widget.attrs["accept"] = ".csv"
        if kind == "process":
            del self.fields["cases_file"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        xml = self._bytes(given)
        if xml is None:
            self.add_error("file", gettext(N_("Kies het bestand met de nieuwe versie.")))
        elif len(xml) > MOST_BYTES:
            self.add_error("file", gettext(N_("Het bestand is groter dan 10 MB.")))
        given["bytes"] = xml or b""
        if given.get("cases_file"):
            given["cases"] = given["cases_file"].read(MOST_BYTES).decode("utf-8-sig", errors="replace")
        return given

    def _bytes(self, given: dict[str, Any]) -> bytes | None:
        if given.get("file"):
            return bytes(given["file"].read(MOST_BYTES + 1))
        if given.get("held"):
            try:
                return base64.b64decode(given["held"], validate=True)
            except binascii.Error:
                return None
        # A form sends every line end as CRLF (HTML, 4.10.5.4).
        return given["xml"].replace("\r\n", "\n").encode() if given.get("xml") else None

    def carried(self) -> dict[str, str]:
        """What the next form takes along of this one."""
        given = self.cleaned_data
        return {
            "held": base64.b64encode(given["bytes"]).decode(),
            "cases": given.get("cases", ""),
            "motivation": given.get("motivation", ""),
        }


class NewRuleForm(VersionForm):
    """A process or policy that is not there yet; its file name is its key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, kind="policy", **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".bpmn,.dmn"
        self.fields["file"].label = gettext("Bestand (.bpmn of .dmn)")


class RuleDecisionForm(forms.Form):
    decision = forms.ChoiceField(label=_("Wat besluit u?"), widget=forms.RadioSelect)
    answer = forms.CharField(label=_("Waarom?"), max_length=5_000, widget=forms.Textarea({"rows": 3}))
    expected = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ChoiceField", self.fields["decision"])
        choice.choices = [
            ("approve", gettext("Akkoord: de nieuwe versie treedt in werking")),
            ("refuse", gettext("Niet akkoord: wat nu geldt, blijft gelden")),
        ]
