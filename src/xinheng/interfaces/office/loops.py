"""The closed loop of a field: pre-check and commitment, grading, visits, measures, repair, with the way into each stage."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.models import READERS as MODEL_READERS
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.services.loops import fields_of, loop_of

_STAGES = {
    "check": ("office:loop_checks", (Verb.READ_CASE,)),
    "commitments": ("office:commitment_figures", (Verb.READ_CASE,)),
    "grading": ("office:models", MODEL_READERS),
    "visits": ("office:visits_effect", (Verb.READ_DASHBOARD, Verb.OVERSEE_CHECKS)),
    "measures": ("office:measure_figures", (Verb.READ_CASE,)),
    "repair": ("office:cases", (Verb.READ_CASE,)),
}


@asks(Verb.READ_DASHBOARD, Verb.OVERSEE_CHECKS)
def loops(call: Call) -> HttpResponse:
    """The fields with an organ in charge."""
    table = Table(
        "领域",
        [Column("领域"), Column("主管单位")],
        [
            [Cell(title, reverse("office:loop", kwargs={"field": key})), _organs(call, key)]
            for key, title in fields_of(call.policy).items()
        ],
        empty="政策中没有写明任何领域的主管单位。",
        caption_hidden=True,
    )
    lead = "一个领域一页：事前核查和承诺、分级分类、入企检查、奖惩措施、信用修复，连到哪一步、缺哪一步。"
    return tables_page(call, [Crumb("闭环监管")], "闭环监管", lead, ("", table))


@asks(Verb.READ_DASHBOARD, Verb.OVERSEE_CHECKS)
def loop(call: Call, field: str) -> HttpResponse:
    """The stages of one field this year; each figure is that of the stage's own page."""
    titles = fields_of(call.policy)
    if field not in titles:
        raise Http404
    visits = call.reach(Verb.READ_DASHBOARD) | call.reach(Verb.OVERSEE_CHECKS)
    stages = loop_of(
        field, policy=call.policy, on=call.today, cases=call.reach(Verb.READ_CASE), visits=visits
    )
    table = Table(
        f"{call.today.year} 年各环节",
        [Column("环节"), Column("本年数"), Column("没有连上的")],
        [
            [
                Cell(stage.title, _url(call, stage.key, field)),
                "；".join(f"{label} {count(number)}" for label, number in stage.figures) or "没有数字",
                stage.gap or "—",
            ]
            for stage in stages
        ],
        caption_hidden=True,
    )
    crumbs = [Crumb("闭环监管", reverse("office:loops")), Crumb(titles[field])]
    lead = f"{call.today.year} 年，主管单位：{_organs(call, field)}。数字与各环节自己的页面一致，只在那里计一次。"
    return tables_page(call, crumbs, f"闭环监管：{titles[field]}", lead, ("", table))


def _organs(call: Call, field: str) -> str:
    agencies = call.policy.agencies
    return "、".join(agencies.agencies[key].name for key in agencies.of_sector(field))


def _url(call: Call, stage: str, field: str) -> str:
    """The page of a stage narrowed to the field and the year; empty where this person may not open it."""
    name, verbs = _STAGES[stage]
    if not any(call.may_somewhere(verb) for verb in verbs):
        return ""
    if stage == "check":
        return reverse(name, kwargs={"field": field})
    year = call.today.year
    chosen: dict[str, dict[str, str | int]] = {
        "commitments": {"year": year},
        "visits": {"year": year, "sector": field},
        "measures": {"field": field},
        "repair": {"kind": "repair"},
    }
    narrowed = chosen.get(stage, {})
    return reverse(name) + (f"?{urlencode(narrowed)}" if narrowed else "")
