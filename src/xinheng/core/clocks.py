"""Running terms of a case: when they begin, fall due, stand still, go on, are extended and end.

Work-days where the law says so, natural days, months and years otherwise; the first day is not counted and a term of
natural days that ends on a day off ends on the next work-day. A term that begins with a letter begins at its service
(legal guard G17); an unknown length has no due day and is shown as 待确认 (G15).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from xinheng.core.days import Calendar, DueDate, add_months
from xinheng.core.flows import Step
from xinheng.core.parameters import Reading, Status, Unit
from xinheng.core.refusal import Refusal

TERMS = frozenset({Unit.WORKDAY, Unit.DAY, Unit.MONTH, Unit.YEAR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A term of ``count`` units after ``started_on``; ``count`` None is 待确认.

    While suspended, ``count`` is what is left; going on makes a new start of it.
    """

    key: str
    started_on: date
    count: int | None
    unit: Unit = Unit.WORKDAY
    suspended_on: date | None = None
    ended_on: date | None = None

    @property
    def running(self) -> bool:
        return self.suspended_on is None and self.ended_on is None


def begin(key: str, *, reading: Reading, on: date) -> Clock | None:
    """The clock that policy sets under ``key``; None where policy has no rule for it."""
    if reading.status is Status.NO_RULE:
        return None
    if reading.unit not in TERMS:
        raise ValueError(f"{key} is counted in {reading.unit}, which is no term")
    return Clock(key=key, started_on=on, count=reading.value, unit=reading.unit)


def clocks_of(
    step: Step, *, readings: Mapping[str, Reading], taken_on: date, served_on: date | None = None
) -> tuple[Clock, ...]:
    """The clocks that a step starts. A step with a letter starts them at service: none until it is served."""
    start = served_on if step.notice else taken_on
    if start is None:
        return ()
    begun = (begin(key, reading=readings[key], on=start) for key in step.starts)
    return tuple(clock for clock in begun if clock is not None)


def after_step(clock: Clock, step: Step, *, on: date, calendar: Calendar) -> Clock:
    """A clock of the case once ``step`` was taken. A step that suspends finds a clock that is over: it stays as it is."""
    if clock.ended_on is not None:
        return clock
    if clock.key in step.ends:
        return end(clock, on=on)
    if clock.key in step.suspends and clock.running and not is_overdue(clock, on=on, calendar=calendar):
        return suspend(clock, on=on, calendar=calendar)
    if clock.key in step.resumes and not clock.running:
        return resume(clock, on=on)
    return clock


def due(clock: Clock, *, calendar: Calendar) -> DueDate | None:
    """The last day of the term; None while it stands still, after it ended and while its length is unknown."""
    if not clock.running or clock.count is None:
        return None
    if clock.unit is Unit.WORKDAY and clock.count:
        return calendar.add_workdays(clock.started_on, clock.count)
    return calendar.next_workday(_nominal(clock, clock.count))


def _nominal(clock: Clock, count: int) -> date:
    if clock.unit is Unit.MONTH or clock.unit is Unit.YEAR:
        return add_months(clock.started_on, count * (12 if clock.unit is Unit.YEAR else 1))
    return clock.started_on + timedelta(days=count)


def is_overdue(clock: Clock, *, on: date, calendar: Calendar) -> bool:
    last = due(clock, calendar=calendar)
    return last is not None and on > last.on


def workdays_left(clock: Clock, *, on: date, calendar: Calendar) -> int | None:
    """Work-days from ``on`` to the due day; 0 on that day, negative after it; None without a due day."""
    last = due(clock, calendar=calendar)
    return None if last is None else calendar.workdays_between(on, last.on)


def suspend(clock: Clock, *, on: date, calendar: Calendar) -> Clock:
    """Stands still from the day after ``on``: that day still counts."""
    _check_running(clock, on=on)
    if is_overdue(clock, on=on, calendar=calendar):
        raise Refusal("clock_overdue", "期限已届满，不能中止", advice="请按逾期办理并说明原因")
    if clock.count is None:
        return replace(clock, suspended_on=on)
    if clock.unit is Unit.WORKDAY:
        left = clock.count - calendar.workdays_between(clock.started_on, on)
        return replace(clock, count=max(left, 0), suspended_on=on)
    left = (_nominal(clock, clock.count) - on).days
    return replace(clock, count=max(left, 0), unit=Unit.DAY, suspended_on=on)


def resume(clock: Clock, *, on: date) -> Clock:
    """Goes on with what was left, from the day after ``on``."""
    if clock.suspended_on is None:
        raise Refusal("clock_not_suspended", "期限没有中止，不能恢复", advice="请刷新页面查看期限现状")
    _check_order(clock.suspended_on, on)
    return replace(clock, started_on=on, suspended_on=None)


def extend(clock: Clock, *, by: int, on: date, limit: int | None, calendar: Calendar) -> Clock:
    """Longer by ``by`` units, at most ``limit``; before the term is over. No limit known, no extension (G15)."""
    _check_running(clock, on=on)
    if limit is None or clock.count is None:
        raise Refusal(
            "clock_unconfirmed", "延长的规定待确认，不能延长", advice="请法制机构核对文件后补入政策数据"
        )
    if not 0 < by <= limit:
        raise Refusal("clock_extension", f"最多可延长{limit}{clock.unit.label}", advice="请缩短延长的期限")
    if is_overdue(clock, on=on, calendar=calendar):
        raise Refusal("clock_overdue", "期限已届满，不能延长", advice="请按逾期办理并说明原因")
    return replace(clock, count=clock.count + by)


def end(clock: Clock, *, on: date) -> Clock:
    """The matter is done; a clock that stands still may end as well."""
    if clock.ended_on is not None:
        raise Refusal("clock_ended", "期限已经终止", advice="请刷新页面查看期限现状")
    _check_order(clock.suspended_on or clock.started_on, on)
    return replace(clock, ended_on=on)


def _check_running(clock: Clock, *, on: date) -> None:
    if not clock.running:
        raise Refusal("clock_not_running", "期限已中止或终止", advice="请刷新页面查看期限现状")
    _check_order(clock.started_on, on)


def _check_order(earlier: date, later: date) -> None:
    if later < earlier:
        raise Refusal("clock_order", f"日期{later}早于上一次变动的{earlier}", advice="请核对日期")
