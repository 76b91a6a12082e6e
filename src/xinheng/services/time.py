"""The day on which something happens is the day in China, whatever the zone of the moment."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(moment: datetime) -> date:
    """The day in China of an aware moment."""
    return moment.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The first moment after ``day`` in China: what was known before it was known on that day."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
