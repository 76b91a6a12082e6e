"""How the results of a model have moved: the share of each grade and the drift from run to run, each run with its proof
(汴政办〔2020〕46号第9项 on feedback and iteration).
"""

from collections.abc import Sequence

from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.models import ScoringModel
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.model_shown import run_line
from xinheng.interfaces.office.models import READERS, unknown_model
from xinheng.interfaces.office.paging import newest_first, number
from xinheng.interfaces.web.charts import Chart
from xinheng.interfaces.web.figures import percent
from xinheng.interfaces.web.lines import MOST_LINES, Series, line
from xinheng.interfaces.web.parts import Column, Crumb, Filter, Option
from xinheng.services.feedback import Drift, beside, runs_of
from xinheng.services.models import retired_model
from xinheng.store.scores import EvaluationRun

_RUNS = 60
_PARTS = 10_000
"""Shares and drift are drawn in ten-thousandths."""


@asks(*READERS)
def model_history(call: Call, model: str) -> HttpResponse:
    """Full runs, newest first; with ``version`` those of one version of the model."""
    every = runs_of(model)
    versions = dict(every.order_by().values_list("model_version").annotate(runs=Count("pk")))
    living = call.policy.models.get(model)
    retired = None if living else retired_model(model, today=call.today)
    known = living or (retired[0] if retired else None)
    if known is None and not versions:
        raise unknown_model()
    version = number(call.request, "version")
    wanted = every if version is None or version not in versions else every.filter(model_version=version)
    page, paging = newest_first(wanted, call.request, size=_RUNS)
    found = beside(page)
    letters = _letters(known, page)
    context = {
        "crumbs": _crumbs(known, model),
        "title": known.title if known else model,
        "retired": living is None,
        "filters": [_filter(versions, version)] if len(versions) > 1 else [],
        "reset_url": reverse("office:model_history", kwargs={"model": model}),
        "charts": _charts(found[::-1], letters) if len(found) > 1 else [],
        "letters": [Column(letter, "number") for letter in letters],
        "runs": [{**run_line(one), "shares": _shares(one.run, letters)} for one in found],
        "paging": paging,
    }
    return call.render("model_history", context)


def _crumbs(known: ScoringModel | None, model: str) -> list[Crumb]:
    above = Crumb(known.title, reverse("office:model", kwargs={"model": model})) if known else Crumb(model)
    return [Crumb("评价模型", reverse("office:models")), above, Crumb("历次评价")]


def _filter(versions: dict[int, int], version: int | None) -> Filter:
    options = [Option(str(one), f"第 {one} 版（{runs} 次）") for one, runs in sorted(versions.items())]
    value = str(version) if version in versions else ""
    return Filter("version", "模型版本", "select", value, [Option("", "全部"), *options])


def _letters(known: ScoringModel | None, runs: Sequence[EvaluationRun]) -> list[str]:
    """Every grade that was given, in the order of the scale in force, those it has no more behind."""
    given = sorted({letter for run in runs for letter in run.distribution if letter})
    scale = [band.grade for band in known.scale.bands] if known else []
    return [*(letter for letter in scale if letter in given), *(each for each in given if each not in scale)]


def _graded(run: EvaluationRun) -> int:
    return sum(int(number) for letter, number in run.distribution.items() if letter)


def _part(run: EvaluationRun, letter: str) -> int | None:
    whole = _graded(run)
    if not whole or letter not in run.distribution:
        return None
    return round(int(run.distribution[letter]) * _PARTS / whole)


def _shares(run: EvaluationRun, letters: Sequence[str]) -> list[tuple[str, str]]:
    """(grade, share among the graded), and those without a grade among all."""
    whole = _graded(run)
    shares = [
        (letter, percent(int(run.distribution[letter]), whole) if letter in run.distribution else "—")
        for letter in letters
    ]
    return [*shares, ("信息不足", percent(int(run.distribution.get("", 0)), run.subjects))]


def _charts(found: Sequence[Drift], letters: Sequence[str]) -> list[Chart]:
    """``found``: oldest first."""
    periods = [str(one.run.as_of) for one in found]
    shown = letters[:MOST_LINES]
    series = [Series(letter, tuple(_part(one.run, letter) for one in found)) for letter in shown]
    charts = []
    if shown:
        left = letters[MOST_LINES:]
        note = f"另有等级 {'、'.join(left)}，见下表。" if left else "占有等级的户数的比例；信息不足的不计入。"
        charts.append(line(periods, series, title=_moved(found, letters), write=_percent, note=note))
    drifts = tuple(None if one.psi is None else round(one.psi * _PARTS) for one in found)
    if any(value is not None for value in drifts):
        title = _steady([one for one in found if one.psi is not None])
        charts.append(
            line(
                periods,
                [Series("PSI", drifts)],
                title=title,
                write=_psi,
                note="小于 0.1 通常视为稳定，大于 0.25 视为明显变化（行业惯例，不是法定标准）。",
            )
        )
    return charts


def _percent(parts: int) -> str:
    return f"{parts / 100:.1f}%"


def _psi(parts: int) -> str:
    return f"{parts / _PARTS:.4f}"


def _moved(found: Sequence[Drift], letters: Sequence[str]) -> str:
    """Which grade has moved most since the first run that gave grades."""
    known = [one.run for one in found if _graded(one.run)]
    first, last = (known[0], known[-1]) if known else (found[0].run, found[-1].run)
    moved = {letter: (_part(last, letter) or 0) - (_part(first, letter) or 0) for letter in letters}
    most = max(letters, key=lambda letter: abs(moved[letter]))
    if not moved[most]:
        return f"{first.as_of} 至 {last.as_of}，各等级所占的比例没有变化"
    verb = "升" if moved[most] > 0 else "降"
    share = _percent(_part(last, most) or 0)
    return f"{most} 级占 {share}，{first.as_of} 以来{verb} {abs(moved[most]) / 100:.1f} 个百分点"


def _steady(known: Sequence[Drift]) -> str:
    widest = max(known, key=lambda one: one.psi or 0)
    return f"与上一次相比，分布变化最大的是 {widest.run.as_of}，PSI {widest.psi:.4f}"
