"""A Django form field as what the field template needs."""

from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.utils.html import format_html

from sluis.web import spoken
from sluis.web.shapes import Fault

# Without `--html-textarea`: that paints every required field red before anybody typed.
CLASSES = {
    forms.Textarea: "utrecht-textarea",
    forms.Select: "utrecht-select utrecht-select--html-select",
    forms.FileInput: "",
}
MOST_BESIDE, SHORT = 4, 14
PLAIN = "utrecht-textbox utrecht-textbox--html-input"


def field_context(bound: BoundField, autocomplete: str = "") -> dict[str, Any]:
    """Shape of the field with its control rendered: classes, aria-describedby and aria-invalid set."""
    widget = bound.field.widget
    grouped = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    id_ = bound.id_for_label or bound.auto_id
    described = [f"{id_}_help"] if bound.help_text else []
    described += [f"{id_}_error"] if bound.errors else []
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    attrs |= {"aria-invalid": "true"} if bound.errors else {}
    attrs |= {"autocomplete": autocomplete} if autocomplete else {}
    suggestions: list[str] = getattr(widget, "suggestions", [])
    attrs |= {"list": f"{id_}_list"} if suggestions and not grouped else {}
    return {
        "field": bound,
        "id": id_,
        "grouped": grouped,
        "choices": list(bound) if grouped else [],
        "suggestions": suggestions,
        "more": getattr(widget, "unknown", lambda _: "")(bound.value() or ()),
        "short": grouped and _short(bound),
        "single": isinstance(widget, forms.CheckboxInput),
        "hidden": bound.is_hidden,
        "control": "" if grouped else bound.as_widget(attrs=attrs | _look(widget, attrs)),
        "described": " ".join(described),
        "optional": not bound.field.required,
    }


def _short(bound: BoundField) -> bool:
    """Yes, no and the like stand beside each other: below each other a form of twenty questions is twice as long."""
    labels = [str(choice.choice_label) for choice in bound]
    return len(labels) <= MOST_BESIDE and all(len(label) <= SHORT for label in labels)


def _look(widget: forms.Widget, attrs: dict[str, Any]) -> dict[str, str]:
    if isinstance(widget, forms.CheckboxInput):
        return {}
    own = next((name for kind, name in CLASSES.items() if isinstance(widget, kind)), PLAIN)
    names = [own, widget.attrs.get("class", "")]
    if own and "aria-invalid" in attrs:
        names.append(own.split()[0] + "--invalid")
    return {"class": " ".join(name for name in names if name)}


def faults_of(form: BaseForm) -> list[Fault]:
    """Every error of a form as "Label: text", pointing at its field; those of the whole form first."""
    found = [Fault(error) for error in form.non_field_errors()]
    for name in form.fields:
        bound = form[name]
        target = bound.id_for_label or bound.auto_id
        found += [Fault(format_html("{}: {}", spoken.stored(bound.label, ""), error), target) for error in bound.errors]
    return found
