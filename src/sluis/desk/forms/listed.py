"""Choosing from a long list by typing: a text box with suggestions that the browser itself gives (`<datalist>`).

It works without JavaScript. What was typed is understood here: the words of an option in either case, its code, or a
part that fits one option only. The form holds and gives back the value, never the words.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from sluis.kernel.text import N_

LONGEST_SELECT = 15
MOST_NAMED = 5
Options = Sequence[tuple[str, str]]


class Listed:
    """The options of one list, and which of them was meant."""

    def __init__(self, options: Iterable[tuple[str, str]]) -> None:
        self.options = _told_apart([(str(value), str(words)) for value, words in options])
        self.words = dict(self.options)
        self._known = {_plain(key): value for value, words in reversed(self.options) for key in _names(value, words)}

    def fitting(self, text: str) -> list[str]:
        """The values that this text can mean: one when it is clear, several when it is not, none when unknown."""
        if text in self.words:
            return [text]
        if (value := self._known.get(_plain(text))) is not None:
            return [value]
        return [value for value, words in self.options if _plain(text) in _plain(words)]

    def meant(self, text: str) -> str:
        """The one value that fits; the text itself when that is not clear."""
        fitting = self.fitting(text) if text else []
        return fitting[0] if len(fitting) == 1 else text

    def refuse(self, text: str) -> None:
        """Raises ValidationError unless `text` is a value of the list."""
        if text in self.words:
            return
        if near := [self.words[value] for value in self.fitting(text)][:MOST_NAMED]:
            said = gettext(N_("‘{text}’ past op meer: {near}. Kies er één."))
            raise ValidationError(said.format(text=text, near=", ".join(near)), code="invalid_choice")
        said = gettext(N_("‘{text}’ staat niet in de lijst. Typ een paar letters en kies uit wat dan verschijnt."))
        raise ValidationError(said.format(text=text[:100]), code="invalid_choice")


def _names(value: str, words: str) -> tuple[str, ...]:
    return (words, value, value.rstrip("/").rsplit("/", 1)[-1])


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _told_apart(options: list[tuple[str, str]]) -> Options:
    """Two options with the same words get their code behind it."""
    words = [words for _, words in options]
    return [
        (value, said if words.count(said) == 1 else f"{said} ({_names(value, said)[2]})") for value, said in options
    ]


class ListedInput(forms.TextInput):
    """A text box with the options as suggestions; `web/parts/field.html` writes the list beside it."""

    def __init__(self, listed: Listed) -> None:
        super().__init__({"autocomplete": "off"})
        self.listed = listed

    @property
    def suggestions(self) -> list[str]:
        return list(self.listed.words.values())

    def format_value(self, value: Any) -> str:
        return self.listed.words.get(str(value or ""), str(value or ""))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        return self.listed.meant(str(data.get(name) or "").strip())


class ListedField(forms.CharField):
    """One value of a long list."""

    widget: ListedInput

    def __init__(self, options: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(widget=ListedInput(Listed(options)), **kwargs)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            self.widget.listed.refuse(value)


class ListedMany(forms.CheckboxSelectMultiple):
    """Boxes for the usual values and for what was chosen, and a text box that adds any other of the list."""

    def __init__(self, listed: Listed, usual: Iterable[str]) -> None:
        super().__init__()
        self.listed, self.usual = listed, set(usual)

    @property
    def suggestions(self) -> list[str]:
        return list(self.listed.words.values())

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        more = [self.listed.meant(text.strip()) for text in data.getlist(f"{name}_more") if text.strip()]
        return list(dict.fromkeys([*data.getlist(name), *more]))

    def boxes(self, value: Iterable[str]) -> Options:
        chosen = self.usual | set(value)
        return [(uri, words) for uri, words in self.listed.options if uri in chosen]

    def unknown(self, value: Iterable[str]) -> str:
        """What was typed and not understood; it stays in the text box."""
        return "; ".join(text for text in value if text not in self.listed.words)

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        self.choices = self.boxes(value)
        return super().optgroups(name, value, attrs)


class ListedManyField(forms.MultipleChoiceField):
    """Several values of a long list."""

    def __init__(self, options: Iterable[tuple[str, str]], usual: Iterable[str], **kwargs: Any) -> None:
        listed = Listed(options)
        super().__init__(choices=listed.options, widget=ListedMany(listed, usual), **kwargs)
        self.listed = listed

    def validate(self, value: list[str]) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        for text in value:
            self.listed.refuse(text)


def one_of(options: Options, *, empty: bool = True, **kwargs: Any) -> forms.Field:
    """A list to choose one from: short ones fold out, long ones are searched by typing."""
    if len(options) > LONGEST_SELECT:
        return ListedField(options, **kwargs)
    first = [("", gettext("Maak een keuze"))] if empty else []
    return forms.ChoiceField(choices=[*first, *options], **kwargs)
