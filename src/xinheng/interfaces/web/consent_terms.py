"""The terms of a consent as one fills them in, at the office or in the own space of an enterprise."""

from datetime import date
from typing import Any

from django import forms

from xinheng.core.consent import Terms, agreeable_feeds, agreeable_items
from xinheng.core.policy import Policy
from xinheng.core.sharing import Purpose
from xinheng.services.reach import Tree
from xinheng.store.organisations import Organisation

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


ANY = "any"
"""The choice that lets every unit use the information; nobody makes it by leaving a field alone."""


class TermsForm(forms.Form):
    """What may be used and collected, what for, by whom, from when until when. Nothing is chosen beforehand."""

    items = forms.MultipleChoiceField(
        label="可以使用的信息",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一类信息。"},
    )
    feeds = forms.MultipleChoiceField(
        label="可以归集的来源", required=False, widget=forms.CheckboxSelectMultiple
    )
    purpose = forms.ChoiceField(
        label="用途",
        choices=[("", "请选择"), *((one.value, one.label) for one in Purpose)],
        error_messages={"required": "请选择用途。"},
    )
    receiver = forms.ChoiceField(label="使用单位", error_messages={"required": "请选择给哪个单位使用。"})
    fields_only = forms.CharField(
        label="只限这些字段", required=False, max_length=500, help_text="用顿号分隔；留空则不限。"
    )
    from_on = forms.DateField(label="起", widget=_DAY, error_messages={"required": "请填写起始日。"})
    until_on = forms.DateField(label="止", widget=_DAY, error_messages={"required": "请填写截止日。"})

    def __init__(self, policy: Policy, tree: Tree, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        feeds = agreeable_feeds(policy.feeds.values(), policy.catalogue)
        units = Organisation.objects.order_by("pk").values_list("public_id", "pk")
        self.units = dict(units)
        self.fields["items"].choices = list(agreeable_items(policy.catalogue).items())  # type: ignore[attr-defined]
        self.fields["feeds"].choices = list(feeds.items())  # type: ignore[attr-defined]
        self.fields["receiver"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((public_id, tree.name(number)) for public_id, number in units),
            (ANY, "不限单位（按上述用途，任何单位都可以用）"),
        ]
        self.initial.setdefault("from_on", today)

    def terms(self) -> Terms:
        given = self.cleaned_data
        names = given["fields_only"].replace("，", "、").replace(",", "、").split("、")
        return Terms(
            items=frozenset(given["items"]),
            feeds=frozenset(given["feeds"]),
            fields=frozenset(name.strip() for name in names if name.strip()),
            purpose=given["purpose"],
            receiver=self.units.get(given["receiver"]),
            from_on=given["from_on"],
            until_on=given["until_on"],
        )
