"""A back-test in Chinese lines for people, and as one object for machines."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xinheng.planning.backtest import Backtest

FORMAT = 1
_ORDERS = {
    "model": "按积分表",
    "as_it_was": "按实际先后",
    "random": "随机",
    "last_result": "按上次结果",
    "own_rate": "按以往不合格率",
}


def sentences(found: "Backtest", frozen: date) -> Iterator[str]:
    learnt, drift = found.table.learnt, found.drift
    yield (
        f"冻结日 {frozen}：用此前 {learnt.visits:,} 次检查（不合格 {float(learnt.base_rate):.1%}）学习，"
        f"用当天及以后 {found.visits:,} 次（不合格 {found.failed:,} 次，{found.failed / found.visits:.1%}）检验。"
    )
    yield ""
    yield "先查一半，查出全部不合格的："
    for name, label in _ORDERS.items():
        yield f"  {label}  {found.half[name]:.1%}"
    yield f"不合格平均早 {found.earlier:.1f} 天查出（同样的日子，按积分先后安排；负数为晚）。"
    yield f"AUC {found.area:.3f}（标准误 {found.error:.3f}；0.5 为随机）。"
    yield ""
    yield "先查的部分   次数   查出率   为随机的几倍"
    for one in found.first:
        yield f"  前{one.share:.0%}   {one.visits:,}   {one.precision:.1%}   {one.lift:.2f}"
    yield ""
    yield "校准：积分   次数   预计不合格率   实际不合格率"
    for band in found.bands:
        yield f"  {band.least} 至 {band.most}   {band.visits:,}   {band.expected:.1%}   {band.found:.1%}"
    yield ""
    yield f"漂移判断：{drift.verdict.label}"
    for reason in drift.reasons:
        yield f"  · {reason}"
    if drift.reasons:
        yield "  怎么办：请查明原因（检查内容、对象或执法尺度是否变化），用新的历史重新学习后再回测。"
    yield (
        f"drift={drift.verdict.value} psi={drift.shift:.4f} rate_change={drift.rate_change:+.4f}"
        f" auc={found.area:.4f} first_half={found.half['model']:.4f} random=0.5000"
        f" as_it_was={found.half['as_it_was']:.4f}"
    )


def as_object(found: "Backtest", frozen: date) -> dict[str, Any]:
    """Shares and rates as fractions of one; unrounded digits are cut at six."""
    drift = asdict(found.drift)
    drift |= {
        "verdict": found.drift.verdict.value,
        "label": found.drift.verdict.label,
        "moved": dict(found.drift.moved),
    }
    shown = {
        "format": FORMAT,
        "freeze": frozen.isoformat(),
        "learnt": found.table.learnt.model_dump(mode="json"),
        "features": [row.title for row in found.table.rows],
        "left_out": [one.model_dump(mode="json") for one in found.table.left_out],
        "visits": found.visits,
        "failed": found.failed,
        "auc": found.area,
        "auc_error": found.error,
        "found_in_first_half": found.half,
        "lift_first_half": found.half["model"] / 0.5,
        "precision": [asdict(one) for one in found.first],
        "days_earlier": found.earlier,
        "calibration": [asdict(band) for band in found.bands],
        "drift": drift,
    }
    return dict(_rounded(shown))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value
