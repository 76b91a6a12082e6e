"""How drafts, reports and runs of models are shown: words, charts with their table twins, addresses."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from xinheng.core.model_draft import HEAD, LISTS, SCALE, Finding
from xinheng.core.model_report import AGES, DIMENSIONS
from xinheng.core.models import ScoringModel, kind_label
from xinheng.core.policy import Policy
from xinheng.interfaces.office.wording import case_state
from xinheng.interfaces.web.charts import Chart, GradeCount, Stack, grade_distribution, stacks
from xinheng.interfaces.web.figures import count
from xinheng.services.evaluation_cycles import REMIND_DAYS, Cycle
from xinheng.services.feedback import Drift
from xinheng.store.casework import Case

STATE_WORDS = {"": "信息不足", "-": "不在评价范围"}


def case_line(case: Case) -> dict[str, Any]:
    state, tone = case_state(case)
    return {
        "number": case.number,
        "title": case.title,
        "url": reverse("office:model_draft", kwargs={"case": case.public_id}),
        "by": case.opened_by.display_name if case.opened_by else "",
        "at": case.opened_at,
        "state": state,
        "tone": tone,
    }


def cycle_words(cycle: Cycle) -> str:
    """The cycle in words; 待确认 where nobody has set one (legal guard G15)."""
    return f"每 {cycle.rule.months} 个月" if cycle.rule else "待确认"


def due_words(cycle: Cycle, *, today: date) -> tuple[str, str]:
    if not cycle.taken_up:
        return "尚未采用", ""
    if cycle.due_on is None:
        return "周期待确认", ""
    if cycle.due_on < today and cycle.last_on is not None:
        return "已过周期", "decide"
    if cycle.due_on <= today:
        return "应当评价", "decide"
    return ("即将到期", "clock") if (cycle.due_on - today).days <= REMIND_DAYS else ("在周期内", "done")


def psi_words(psi: float | None) -> str:
    return "—" if psi is None else f"{psi:.4f}"


def run_line(one: Drift) -> dict[str, Any]:
    """A run in a list of the runs of its model."""
    run = one.run
    return {
        "number": run.public_id[:6].upper(),
        "url": reverse("office:evaluation_run", kwargs={"run": run.public_id}),
        "version": run.model_version,
        "as_of": run.as_of,
        "by": run.started_by.display_name if run.started_by else "系统",
        "subjects": run.subjects,
        "psi": psi_words(one.psi),
        "state": "现行" if run.current else "留存",
        "tone": "done" if run.current else "",
    }


def run_chart(model: ScoringModel, newest: Drift) -> Chart:
    before = newest.before.distribution if newest.before else None
    counts = [
        GradeCount(
            band.grade,
            int(newest.run.distribution.get(band.grade, 0)),
            int(before.get(band.grade, 0)) if before is not None else None,
            band.label,
        )
        for band in model.scale.bands
    ]
    ungraded = count(int(newest.run.distribution.get("", 0)))
    title = f"{newest.run.as_of} 的评价：{count(newest.run.subjects)} 户，其中信息不足 {ungraded} 户"
    return grade_distribution(counts, title=title)


def finding_lines(case: Case, found: Sequence[Finding]) -> list[dict[str, str]]:
    return [
        {"place": place_words(each), "sentence": each.sentence, "url": place_url(case, each)}
        for each in found
    ]


def place_words(found: Finding) -> str:
    """The part and the field, e.g. 指标第 1 条“窗口天数”."""
    field = f"“{found.field_words}”" if found.field_words else ""
    if found.section in LISTS:
        number = "" if found.place is None else f"第 {found.place + 1} 条"
        return f"{LISTS[found.section]}{number}{field}"
    return {HEAD: "基本情况", SCALE: "分制和等级"}.get(found.section, "模型") + field


def place_url(case: Case, found: Finding) -> str:
    if found.section in LISTS and found.place is None:
        return f"{reverse('office:model_draft', kwargs={'case': case.public_id})}#{found.section}"
    return part_url(case, found.section, found.place or 0)


def part_url(case: Case, section: str, place: int) -> str:
    return reverse("office:model_part", kwargs={"case": case.public_id, "section": section, "place": place})


def state_word(state: str, labels: Mapping[str, str]) -> str:
    return STATE_WORDS.get(state) or f"{state} {labels.get(state, '')}".strip()


def report_chart(report: Mapping[str, Any]) -> Chart:
    """Distribution under the draft, with that of the version in force as ticks."""
    whole, states = report["whole"], report["states_new"]
    alike = report["base"] is not None and report["states_old"] == states
    counts = [
        GradeCount(
            letter,
            whole["new"][place],
            whole["old"][place] if alike else None,
            report["labels"].get(letter, ""),
        )
        for place, letter in enumerate(states[:-2])
    ]
    better, worse = whole["better"], whole["worse"]
    moved = f"{count(better)} 户升、{count(worse)} 户降" if alike else "没有现行版本可比"
    return grade_distribution(
        counts, title=f"草稿下的等级分布：{moved}", note="竖线为现行版本。" if alike else ""
    )


def part_chart(report: Mapping[str, Any], dimension: str, policy: Policy) -> Chart | None:
    """For each value of a dimension who keeps the grade, who rises, who falls."""
    parts = report["parts"].get(dimension, [])
    if not parts or report["base"] is None or parts[0]["better"] is None:
        return None
    rows = [
        Stack(value_word(dimension, part["value"], policy), (part["same"], part["better"], part["worse"]))
        for part in parts
    ]
    return stacks(rows, ("等级不变", "上升", "下降"), title=f"按{DIMENSIONS[dimension]}：谁升谁降", unit="户")


def value_word(dimension: str, value: str, policy: Policy) -> str:
    if not value:
        return "不详"
    if dimension == "kind":
        return kind_label(value)
    if dimension == "sector":
        known = policy.sectors.sectors.get(value)
        return known.title if known else value
    if dimension == "county":
        county = policy.counties.get(value)
        return county.name if county else value
    return AGES.get(value, value)


def curve_rows(report: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Version, good, bad, AUC, KS."""
    found = []
    for label, key in (("现行版本", "old"), ("草稿", "new")):
        told = report["history"][key]
        if told is not None:
            auc, ks = (_thousandths(told[name]) for name in ("auc", "ks"))
            found.append((label, count(told["good"]), count(told["bad"]), auc, ks))
    return found


def _thousandths(value: int | None) -> str:
    return "不足以计算" if value is None else f"0.{value:03d}" if value < 1000 else "1.000"
