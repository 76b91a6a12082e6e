"""The catalogue beside the departments' lists of powers and duties: who must supply what, and where nobody must."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.duties import OF_SUBJECTS, Duty, Matrix
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.quality_tables import exported, exports
from xinheng.interfaces.office.wording import case_state
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb, Tile
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.duties import DUTIES, duties_in_force, matrix, propose_list
from xinheng.store.casework import Case
from xinheng.store.organisations import OrganisationName

READERS = (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY, Verb.IMPORT_FILE)
MOST = 300
HEAD = ("目录编号", "信息项", "单位", "职权编号", "职权名称", "缺口")


class ListForm(forms.Form):
    """A list as a table file."""

    file = forms.FileField(
        label="权责清单（CSV）",
        error_messages={"required": "请选择一个文件。", "empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".csv"}),
    )


@asks(*READERS)
def duties(call: Call) -> HttpResponse:
    found = matrix(policy=call.policy, on=call.today)
    names = _names(call)
    if file := exported(call, "权责清单对照", HEAD, _table(call, found, names)):
        return file
    return _page(call, ListForm(), found, names)


@asks(Verb.DRAFT_POLICY, methods=("POST",))
@once
def import_duties(call: Call) -> HttpResponse:
    """Send the list of a file to the decider."""
    form = ListForm(call.request.POST, call.request.FILES)
    if form.is_valid():
        with refusals_on(form):
            content = form.cleaned_data["file"].read()
            case = propose_list(content, actor=call.user, policy=call.policy, now=call.now)
            call.tell("权责清单已送批，由另一人批准后生效。")
            return redirect("office:approval", case=case.public_id)
    return _page(call, form, matrix(policy=call.policy, on=call.today), _names(call))


def _names(call: Call) -> dict[str, str]:
    named = OrganisationName.objects.filter(to_on__isnull=True).values_list("organisation__key", "name")
    return {key: agency.short for key, agency in call.policy.agencies.agencies.items()} | dict(named)


def _page(call: Call, form: ListForm, found: Matrix, names: dict[str, str]) -> HttpResponse:
    items, asked = call.policy.catalogue.items, call.request.GET.get("item", "")
    shown = {code: each for code, each in found.of_item.items() if asked not in items or code == asked}
    total = len(duties_in_force(on=call.today))
    context = {
        "crumbs": [Crumb("信用信息目录", reverse("office:catalogue")), Crumb("与权责清单对照")],
        "only": items[asked].title if asked in items else "",
        "all_url": reverse("office:duties"),
        "tiles": [
            Tile("权责事项", count(total), unit="项"),
            Tile(
                "目录项没有对应职权",
                count(len(found.items_without_duty)),
                unit="项",
                url="#items",
                attention=bool(found.items_without_duty and total),
            ),
            Tile(
                "职权没有对应目录项",
                count(len(found.duties_without_item)),
                unit="项",
                url="#duties",
                attention=bool(found.duties_without_item),
            ),
        ],
        "gap_tone": "decide" if total else "",
        "lines": [_line(call, code, each, names) for code, each in shown.items()],
        "loose": [_duty(one, names) for one in found.duties_without_item[:MOST]],
        "more": max(len(found.duties_without_item) - MOST, 0),
        "exports": exports(call),
        "waiting": [_waiting(case) for case in _cases(call)],
        "form": form if call.may_somewhere(Verb.DRAFT_POLICY) else None,
        "import_url": reverse("office:import_duties"),
    }
    return call.render("duties", context)


def _cases(call: Call) -> list[Case]:
    return list(Case.objects.filter(kind=DUTIES, closed_at__isnull=True).select_related("opened_by"))


def _waiting(case: Case) -> dict[str, Any]:
    state, tone = case_state(case)
    url = reverse("office:approval", kwargs={"case": case.public_id})
    return {"title": case.title, "url": url, "state": state, "tone": tone}


def _line(call: Call, code: str, found: tuple[Duty, ...], names: dict[str, str]) -> dict[str, Any]:
    item = call.policy.catalogue.items[code]
    sectors = call.policy.sectors.sectors
    return {
        "number": item.number,
        "title": item.title,
        "url": reverse("office:catalogue_item", kwargs={"item": code}),
        "duties": [_duty(one, names) for one in found[:MOST]],
        "by_subjects": code in OF_SUBJECTS,
        "providers": "、".join(
            names.get(key) or (sectors[key].title if key in sectors else key)
            for key in item.organisations or item.providers
        ),
    }


def _duty(duty: Duty, names: dict[str, str]) -> tuple[str, str, str]:
    return names.get(duty.organisation, duty.organisation), duty.number, duty.title


def _table(call: Call, found: Matrix, names: dict[str, str]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for code, each in found.of_item.items():
        item = call.policy.catalogue.items[code]
        rows += [(item.number, item.title, *_duty(one, names), "") for one in each]
        if code in found.items_without_duty:
            rows.append((item.number, item.title, "", "", "", "没有对应职权"))
    rows += [("", "", *_duty(one, names), "没有对应目录项") for one in found.duties_without_item]
    return rows
