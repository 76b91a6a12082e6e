"""Asks in a form for what a commitment letter names, field by field."""

from typing import Any

from django import forms

from xinheng.core.commitment_letters import FieldKind, LetterField

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
