"""How numbers and days are written for people, by whole-number arithmetic alone.

Points and money arrive as integers (thousandths of a point, fen) and leave without a rounding error.
"""

from datetime import date, datetime

from xinheng.core.parameters import percentage

MINUS = "−"


def count(value: int) -> str:
    """12408 → 12,408."""
    return f"{value:,}" if value >= 0 else f"{MINUS}{-value:,}"


def points(milli: int) -> str:
    """Thousandths of a point without needless zeros: 742500 → 742.5."""
    whole = points_full(milli)
    return whole.rstrip("0").rstrip(".")


def points_full(milli: int) -> str:
    """Thousandths of a point with all three places: 742500 → 742.500."""
    whole, part = divmod(abs(milli), 1000)
    return f"{MINUS if milli < 0 else ''}{whole:,}.{part:03d}"


def signed_points(milli: int) -> str:
    """A change of points: +12.5, −30, 0."""
    return f"+{points(milli)}" if milli > 0 else points(milli)


def yuan(fen: int) -> str:
    """Fen as yuan: 1234500 → 12,345.00 元."""
    whole, part = divmod(abs(fen), 100)
    return f"{MINUS if fen < 0 else ''}{whole:,}.{part:02d} 元"


def percent(part: int, whole: int) -> str:
    """One decimal, rounded half up; an em dash where there is no whole."""
    if whole <= 0:
        return "—"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def per_mille(value: int | None) -> str:
    """A ratio of policy in per mille as a percentage with one decimal: 15 → 1.5%; unknown → 待确认."""
    return "待确认" if value is None else percentage(value)


def day(value: date | None) -> str:
    """2026-11-20, as in tables."""
    return value.strftime("%Y-%m-%d") if value else "—"


def long_day(value: date | None) -> str:
    """2026年11月20日, as in letters."""
    return f"{value.year}年{value.month}月{value.day}日" if value else "—"


def moment(value: datetime | None) -> str:
    """2026-11-20 09:05, in the zone of ``value``."""
    return value.strftime("%Y-%m-%d %H:%M") if value else "—"
