"""What the forms of the model editor show comes back unchanged, and so does what they have no room for."""

from typing import Any

from xinheng.core.policy import Policy
from xinheng.interfaces.office.model_forms import GROUNDS, RuleForm


def _sent(initial: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in initial.items() if value not in (None, "", False)}


def test_grounds_beyond_the_form_and_quoted_words_stay(policy: Policy) -> None:
    basis = [
        {"source": source, "clause": f"第{number}条", "quote": "原文", "verified": False}
        for number, source in enumerate(sorted(policy.sources)[: GROUNDS + 2], start=1)
    ]
    part = {"label": "列入名单", "facts": {"items": ["serious_list"]}, "grade": "E", "basis": basis}
    initial = RuleForm.initial_of(part)
    form = RuleForm(policy, _sent(initial), initial=initial, section="vetoes")
    assert form.is_valid(), form.errors
    assert form.tree()["basis"] == basis


def test_another_clause_loses_the_words_quoted_from_the_first(policy: Policy) -> None:
    source = min(policy.sources)
    old = {"source": source, "clause": "第一条", "quote": "原文", "verified": True}
    part = {"label": "列入名单", "facts": {"items": ["serious_list"]}, "grade": "E", "basis": [old]}
    initial = RuleForm.initial_of(part)
    sent = {**_sent(initial), "basis_0_clause": "第二条"}
    form = RuleForm(policy, sent, initial=initial, section="vetoes")
    assert form.is_valid(), form.errors
    assert form.tree()["basis"] == [{"source": source, "clause": "第二条", "verified": True}]
