"""The work-day calendar by year: days off, weekends worked, provisional years, and the adding of a year by two persons."""

import re
from calendar import Calendar as Months
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from pydantic import ValidationError

from xinheng.core.days import CalendarYear, DayKind
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.wording import case_state
from xinheng.interfaces.web.parts import Link
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.approvals import drafts, versions
from xinheng.services.calendars import propose_year, provisional_terms
from xinheng.services.policies import CALENDAR

_KINDS = {
    DayKind.WORKDAY: "work",
    DayKind.WEEKEND: "rest",
    DayKind.HOLIDAY: "holiday",
    DayKind.MAKE_UP_WORKDAY: "makeup",
}
_RANGE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:至|到|~|～|—+)\s*(\d{4}-\d{1,2}-\d{1,2}))?")
SEED = "国务院办公厅历年放假安排"


def _days(text: str) -> tuple[date, ...]:
    """Days and ranges, separated by blanks, commas or lines. Raises ValidationError on anything else."""
    rest = _RANGE.sub("", text)
    if rest.strip(" \t\r\n,，、;；"):
        raise forms.ValidationError(f"读不懂“{rest.strip()[:30]}”。请写成 2027-10-01 至 2027-10-07。")
    found: list[date] = []
    for first, last in _RANGE.findall(text):
        start, end = _day(first), _day(last or first)
        if not 0 <= (end - start).days <= 31:
            raise forms.ValidationError(f"{first} 至 {last} 的先后或长度不对。")
        found += [start + timedelta(days=ahead) for ahead in range((end - start).days + 1)]
    return tuple(sorted(found))


def _day(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    try:
        return date(year, month, day)
    except ValueError as error:
        raise forms.ValidationError(f"没有 {text} 这一天。") from error


class YearForm(forms.Form):
    """The announced days of one year."""

    year = forms.IntegerField(label="年份", min_value=1949, max_value=2999)
    holidays = forms.CharField(
        label="放假的日子",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "请填写放假的日子。"},
    )
    make_up = forms.CharField(
        label="调休上班的周末", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    source = forms.CharField(
        label="来源", max_length=200, error_messages={"required": "请写明文件名称和文号。"}
    )

    def clean_holidays(self) -> tuple[date, ...]:
        return _days(self.cleaned_data["holidays"])

    def clean_make_up(self) -> tuple[date, ...]:
        return _days(self.cleaned_data["make_up"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        try:
            given["calendar"] = CalendarYear(
                year=given["year"],
                source=given["source"],
                verified=False,
                holidays=given["holidays"],
                make_up_workdays=given["make_up"],
            )
        except ValidationError as error:
            causes = (str(item.get("ctx", {}).get("error", item["msg"])) for item in error.errors())
            raise forms.ValidationError("；".join(causes)) from error
        return given


@asks(Verb.READ_DESK, Verb.MANAGE_CALENDAR, Verb.PUBLISH_POLICY)
def calendar(call: Call, year: int | None = None) -> HttpResponse:
    form = YearForm(initial=_initial(call)) if _may_add(call) else None
    return _page(call, year or call.today.year, form)


@asks(Verb.MANAGE_CALENDAR, methods=("POST",))
@once
def add_year(call: Call) -> HttpResponse:
    """Send a year to the decider."""
    form = YearForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            case = propose_year(
                form.cleaned_data["calendar"], actor=call.user, policy=call.policy, now=call.now
            )
            call.tell("日历已送批，由另一人核对批准后生效。")
            return redirect("office:approval", case=case.public_id)
    return _page(call, call.policy.calendar.last.year + 1, form)


def _may_add(call: Call) -> bool:
    return call.may_somewhere(Verb.MANAGE_CALENDAR)


def _initial(call: Call) -> dict[str, Any]:
    following = call.policy.calendar.last.year + 1
    return {"year": following, "holidays": f"{following}-01-01"}


def _page(call: Call, year: int, form: YearForm | None) -> HttpResponse:
    known = call.policy.calendar
    first, last = known.first.year, known.last.year
    year = min(max(year, first), last + 1)
    provisional = year > last
    context = {
        "year": year,
        "years": [
            Link(f"{one}（暂定）" if one > last else str(one), _url(one), current=one == year)
            for one in range(max(first, min(year, last) - 3), min(last + 1, year + 3) + 1)
        ],
        "workdays": sum(known.is_workday(date(year, 1, 1) + timedelta(days=n)) for n in range(_length(year))),
        "source": _source(year) if not provisional else "推算",
        "version": known.version,
        "provisional": provisional,
        "today": call.today,
        "months": [_month(call, year, month) for month in range(1, 13)],
        "changes": _changes(call),
        "form": form,
        "add_url": reverse("office:add_year"),
        "affected": provisional_terms(),
    }
    return call.render("calendar", context)


def _url(year: int) -> str:
    return reverse("office:calendar_year", kwargs={"year": year})


def _length(year: int) -> int:
    return (date(year, 12, 31) - date(year, 1, 1)).days + 1


def _source(year: int) -> str:
    published = versions(CALENDAR).filter(key=str(year)).first()
    return str(published.body.get("source", "")) if published else SEED


def _month(call: Call, year: int, month: int) -> dict[str, Any]:
    def cell(number: int) -> dict[str, Any] | None:
        if not number:
            return None
        day = date(year, month, number)
        kind = call.policy.calendar.kind_of(day)
        label = kind.label if kind in (DayKind.HOLIDAY, DayKind.MAKE_UP_WORKDAY) else ""
        return {"number": number, "kind": _KINDS[kind], "label": label, "today": day == call.today}

    weeks = Months().monthdayscalendar(year, month)
    return {"name": f"{month} 月", "weeks": [[cell(number) for number in week] for week in weeks]}


def _changes(call: Call) -> list[dict[str, Any]]:
    """Years added in the office, and those that wait for the second person."""
    waiting = [
        {
            "title": case.title,
            "url": reverse("office:approval", kwargs={"case": case.public_id}),
            "source": str(case.details["body"].get("source", "")),
            "by": case.opened_by.display_name if case.opened_by else "",
            "at": case.opened_at,
            "state": case_state(case)[0],
            "tone": case_state(case)[1],
        }
        for case in drafts(CALENDAR)
    ]
    done = [
        {
            "title": f"{version.key}年工作日历",
            "url": reverse("office:approval", kwargs={"case": version.case.public_id})
            if version.case
            else "",
            "source": str(version.body.get("source", "")),
            "by": f"{version.drafted_by.display_name}、{version.approved_by.display_name}",
            "at": version.approved_at,
            "state": "已生效" if version.body.get("verified") else "已生效，依据待核",
            "tone": "done",
        }
        for version in versions(CALENDAR).select_related("case")
    ]
    return [*waiting, *done]
