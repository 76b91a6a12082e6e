"""Forms of the own space that move a case say which version of it was on the page, so that nobody acts on what has changed.

Two agents of one enterprise, or the window and an agent, may come at once: whoever is second reads what is new first.
"""

from typing import Any

from django import forms

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.refusals import told
from xinheng.store.casework import Case


class SeenForm(forms.Form):
    """``seen``: the version of ``case`` on the page from which the form is sent."""

    seen = forms.IntegerField(
        label="页面", widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "页面不完整，请刷新后重新填写。"),
    )  # fmt: skip

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = case.version

    def refused(self, refusal: Refusal, case: Case) -> None:
        """Say why not and go on from the case as it is now; what was typed stays. Who of the office moved it is not told."""
        case.refresh_from_db()
        typed = dict(self.data.items()) | {self.add_prefix("seen"): str(case.version)}
        self.add_error(None, _MOVED if refusal.code == "C02" else told(refusal))
        self.data = typed


_MOVED = "这个事项刚刚有了变化，您填写的内容还没有提交。请看清页面上的现状，仍要办理的再提交一次。"
