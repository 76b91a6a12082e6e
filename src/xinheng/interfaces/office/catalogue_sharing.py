"""In the draft of a city's supplement: how others get the items of the basic list, where the list leaves it unsaid.

What may be stated is decided by core.catalogue_sharing; the page keeps what is chosen, sound or not, and says beside
it what speaks against it.
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.catalogue import Sharing
from xinheng.core.catalogue_change import Tree
from xinheng.core.catalogue_sharing import open_items
from xinheng.core.policy import Policy
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.catalogue_drafts import READERS, draft_of
from xinheng.interfaces.office.catalogue_forms import documents
from xinheng.interfaces.office.catalogue_shown import finding_lines, sharing_lines
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.web.parts import Crumb
from xinheng.services.approvals import body_of
from xinheng.services.catalogues import check_supplement, standing_of, state_sharing
from xinheng.store.casework import Case


class SharingForm(forms.Form):
    """One choice: the item, the attribute, the document with its clause."""

    item = forms.ChoiceField(label="信息项", error_messages={"required": "请选择信息项。"})
    sharing = forms.ChoiceField(
        label="共享属性",
        choices=[("", "请选择"), *((one.value, one.label) for one in Sharing)],
        error_messages={"required": "请选择共享属性。"},
    )
    source = forms.ChoiceField(label="依据的文件", error_messages={"required": "请选择依据的文件。"})
    clause = forms.CharField(label="条款", max_length=60, error_messages={"required": "请写明条款。"})
    verified = forms.BooleanField(label="已与原文核对", required=False)

    def __init__(self, policy: Policy, titles: dict[str, str], *args: Any) -> None:
        super().__init__(*args)
        self.fields["item"].choices = [("", "请选择"), *titles.items()]  # type: ignore[attr-defined]
        self.fields["source"].choices = [("", "请选择"), *documents(policy)]  # type: ignore[attr-defined]

    def tree(self) -> Tree:
        given = self.cleaned_data
        basis = {name: given[name] for name in ("source", "clause", "verified")}
        return {"sharing": given["sharing"], "basis": [basis]}


@asks(*READERS, of=CASE, methods=("GET", "POST"))
def supplement_sharing(call: Call, case: Case) -> HttpResponse:
    """The choices of the draft, and the form for one more."""
    tree = body_of(draft_of(case))
    form = SharingForm(call.policy, _titles(call, tree), call.request.POST or None)
    if call.request.method != "POST":
        return _page(call, case, tree, form)
    call.demand(Verb.DRAFT_POLICY, call.of(case.organisation_id))
    return _answered(call, case, tree, form)


def _titles(call: Call, tree: Tree) -> dict[str, str]:
    above = standing_of(str(tree["area"]), policy=call.policy).above
    return {code: f"{item.number}　{item.title}" for code, item in open_items(above).items()}


@once
def _answered(call: Call, case: Case, tree: Tree, form: SharingForm) -> HttpResponse:
    given: dict[str, Any] = {"actor": call.user, "policy": call.policy, "now": call.now}
    gone = call.request.POST.get("remove", "")
    if gone:
        state_sharing(case.public_id, gone, None, **given)
        call.tell("已从草稿中删去这项共享属性。")
        return redirect("office:supplement_sharing", case=case.public_id)
    if not form.is_valid():
        return _page(call, case, tree, form)
    state_sharing(case.public_id, form.cleaned_data["item"], form.tree(), **given)
    call.tell("已保存。")
    return redirect("office:supplement_sharing", case=case.public_id)


def _page(call: Call, case: Case, tree: Tree, form: SharingForm) -> HttpResponse:
    case_url = reverse("office:catalogue_draft", kwargs={"case": case.public_id})
    found = check_supplement(tree, policy=call.policy, on=call.today) if case.state == "drafted" else ()
    mine = tuple(one for one in found if one.item in (tree.get("sharing") or {}))
    may_save = case.state == "drafted" and bool(call.may(Verb.DRAFT_POLICY, call.of(case.organisation_id)))
    context = {
        "crumbs": [
            Crumb("信用信息目录", reverse("office:catalogue")),
            Crumb(case.number, case_url),
            Crumb("共享属性"),
        ],
        "stated": sharing_lines(tree, call.policy),
        "unsaid": len(_titles(call, tree).keys() - (tree.get("sharing") or {}).keys()),
        "findings": finding_lines(case, tree, mine, policy=call.policy),
        "form": form if may_save else None,
        "draft_url": case_url,
    }
    return call.render("catalogue_sharing", context)
