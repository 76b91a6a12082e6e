"""Asks in a form for what a commitment letter names, field by field."""

from typing import Any

from django import forms

from xinheng.core.commitment_letters import FieldKind, LetterField, PromiseLetter

ANSWER = "answer_"
"""Before the key of a field in a form."""


def letter_field(field: LetterField) -> forms.Field:
    """The field of a form that asks for it."""
    says = {"required": f"请填写{field.label}。"}
    note = "" if field.public else "不公开"
    plain: dict[str, Any] = {
        "label": field.label, "required": field.required, "help_text": note, "error_messages": says,
    }  # fmt: skip
    if field.kind is FieldKind.CHOICE:
        return forms.ChoiceField(choices=[(one, one) for one in field.choices], **plain)
    if field.kind is FieldKind.DAY:
        return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **plain)
    long = field.longest > 200
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    return forms.CharField(max_length=field.longest, widget=widget, **plain)


class LetterForm(forms.Form):
    """Asks first for what the letter names, then for what the form itself declares."""

    def __init__(self, letter: PromiseLetter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter
        for field in letter.fields:
            self.fields[ANSWER + field.key] = letter_field(field)
        self.order_fields([ANSWER + field.key for field in letter.fields])

    def answers(self) -> dict[str, str]:
        """What was filled in, by key of the field of the letter."""
        return {field.key: self.cleaned_data.get(ANSWER + field.key, "") for field in self.letter.fields}
