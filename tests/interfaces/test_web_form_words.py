"""Wrong input is answered in words of people, and no browser cuts what is pasted."""

import pytest
from django import forms
from django.template import Context, Template

LONG = "字" * 12


class Sample(forms.Form):
    kind = forms.ChoiceField(choices=[("a", "甲")])
    words = forms.CharField(max_length=10, widget=forms.Textarea)
    months = forms.IntegerField(min_value=1, max_value=12)
    other = forms.CharField(error_messages={"required": "请写明。"})


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("kind", "<b>", "请从列表中选择。"),
        ("kind", "", "请填写或者选择。"),
        ("words", LONG, "最多 10 个字，现在 12 个。请缩短，没有提交的内容还在。"),
        ("months", "0", "不能小于 1。"),
        ("months", "13", "不能大于 12。"),
        ("other", "", "请写明。"),
    ],
)
def test_what_is_wrong_is_said_plainly(name: str, given: str, words: str) -> None:
    assert Sample({name: given}).errors[name] == [words]


def test_what_is_pasted_stays_whole() -> None:
    form = Sample({"words": LONG})
    shown = Template("{% load look %}{% field form.words %}{% field form.other %}").render(
        Context({"form": form})
    )
    assert LONG in shown
    assert "maxlength" not in shown
