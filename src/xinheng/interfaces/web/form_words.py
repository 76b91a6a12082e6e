"""What forms say of wrong input, in words of people: no variables, no values of the page, no names of fields."""

from django import forms
from django.core import validators

_WORDS: tuple[tuple[type[forms.Field], str, str], ...] = (
    (forms.Field, "required", "请填写或者选择。"),
    (forms.ChoiceField, "invalid_choice", "请从列表中选择。"),
    (forms.MultipleChoiceField, "invalid_choice", "请从列表中选择。"),
)


def speak() -> None:
    """Once, before forms are made. A field with words of its own keeps them."""
    for field, code, words in _WORDS:
        field.default_error_messages[code] = words
    validators.MaxLengthValidator.message = (
        "最多 %(limit_value)d 个字，现在 %(show_value)d 个。请缩短，没有提交的内容还在。"
    )
    validators.MinValueValidator.message = "不能小于 %(limit_value)s。"
    validators.MaxValueValidator.message = "不能大于 %(limit_value)s。"
