"""What happened to the enterprises: one SQL query for each kind of record, without dirt.

A query yields, in the order of the enterprises' codes, the columns of ``enterprise`` and COLUMNS. It reads
nothing but that table, so that any slice of it can be made again at any time and on any number of threads.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xinheng.core.feeds import ITEMS
from xinheng.core.records import Finality
from xinheng.sample.chance import GOLDEN, below, listed, quoted, weighted
from xinheng.sample.departments import COMMON, DEPARTMENTS, INDEX, LEADING
from xinheng.sample.rates import (
    COMMITMENT_BREAKS,
    EVEN,
    FIRST_DAY,
    INSPECTION_FAILS,
    NOT_FINAL,
    PENALTY_KINDS,
    RATES,
    RECENT,
    RECENT_DAYS,
    ROUTINE,
    SOLE_TRADER_SHARE,
    UTILITY_ARREARS,
    Size,
)

COLUMNS = (
    "num",
    "department",
    "variant",
    "decided_on",
    "valid_from",
    "valid_to",
    "amount_fen",
    "confiscated_fen",
    "headcount",
    "words",
    "result",
    "seriousness",
    "finality",
)
"""``num`` tells records of one kind apart; ``words`` is the result as a department writes it."""

_TIMES_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Shape:
    """What differs from kind to kind, as SQL; later fields may use the earlier ones by name. ``valid_to`` is the day that
    the papers say; with ``first_day_off`` it is the first after the period, else its last."""

    department: str
    decided_on: str
    variant: str = "0"
    valid_from: str = "decided_on"
    valid_to: str = "NULL::DATE"
    pick: str = "0"
    amount_fen: str = "NULL::BIGINT"
    confiscated_fen: str = "NULL::BIGINT"
    words: str = "''"
    result: str = "''"
    seriousness: str = "0"
    finality: str = "0"
    where: str = "true"
    first_day_off: bool = False


def history(kind: str, *, size: Size, as_of: date, of: str = "enterprise") -> str:
    """SQL of all records of ``kind`` of the enterprises in table or query ``of``."""
    shape = SHAPES[kind](size, as_of)
    return f"""
        WITH counted AS (SELECT *, {_times(kind, size)} AS times FROM {of}),
        each AS (SELECT * EXCLUDE (times), unnest(range(times)) AS j FROM counted),
        told AS (
            SELECT * EXCLUDE (h, j), sid::BIGINT * 1000 + j AS num, j,
                fmix32(low32(xor(record_h, {_salt(kind)}::UBIGINT) + j::UBIGINT * {GOLDEN}::UBIGINT)) AS h
            FROM each),
        placed AS (SELECT *, ({shape.department})::UTINYINT AS department, ({shape.decided_on})::DATE AS decided_on FROM told),
        varied AS (SELECT *, ({shape.variant})::UTINYINT AS variant, ({shape.pick})::UTINYINT AS picked FROM placed
            WHERE {shape.where}),
        dated AS (SELECT *, {shape.valid_from} AS valid_from, {shape.valid_to} AS valid_to FROM varied)
        SELECT * EXCLUDE (picked, j), {shape.amount_fen} AS amount_fen, {shape.confiscated_fen} AS confiscated_fen,
            NULL::INTEGER AS headcount, {shape.words} AS words, {shape.result} AS result,
            ({shape.seriousness})::SMALLINT AS seriousness, ({shape.finality})::SMALLINT AS finality
        FROM dated"""


def _salt(kind: str) -> int:
    return ITEMS[kind] * 0x1000193 & 0xFFFFFFFF


def _times(kind: str, size: Size) -> str:
    if kind == "registration":
        return "1"
    rate = str(size.utility) if kind == "utility" else by_tier(RATES[kind])
    rate = f"{rate} * {size.routine}" if kind in ROUTINE else rate
    gain = "(700 + gain * 3 // 10)" if kind in EVEN else "gain"
    share = SOLE_TRADER_SHARE.get(kind, 1000)
    if share != 1000:
        gain = f"(CASE head WHEN '92' THEN {gain} * {share} // 1000 ELSE {gain} END)"
    chance = below(1_000_000, f"times {kind}")
    return f"least(({rate} * {gain}::BIGINT + {chance}) // 1000000, {_TIMES_LIMIT})"


def by_tier(values: Sequence[int]) -> str:
    """SQL of the value of the enterprise's tier."""
    return f"list_extract([{', '.join(map(str, values))}], tier + 1)"


def _any_day(as_of: date) -> str:
    """A day between the later of FIRST_DAY and the founding, and three days before ``as_of``; never at a week-end."""
    first = f"greatest(established_on + 14, DATE {quoted(FIRST_DAY.isoformat())} + 2)"
    return _workday(first, as_of=as_of)


def _bad_day(as_of: date, *, days: int = RECENT_DAYS) -> str:
    """A day as of ``_any_day``; the worse the tier, the more often one of the last ``days``."""
    last = f"DATE {quoted(as_of.isoformat())}"
    recent = f"CASE WHEN {below(1000, 'recent')} < {by_tier(RECENT)} THEN {days} ELSE 100000 END"
    first = f"greatest(established_on + 14, DATE {quoted(FIRST_DAY.isoformat())} + 2, {last} - {recent})"
    return _workday(first, as_of=as_of)


def _workday(first: str, *, as_of: date) -> str:
    drawn = f"{first} + {below(f'DATE {quoted(as_of.isoformat())} - 3 - {first}', 'day')}"
    return f"({drawn}) - greatest(isodow({drawn}) - 5, 0)::INTEGER"


def _acting_department() -> str:
    leading = " ".join(f"WHEN {quoted(sector)} THEN {INDEX[key]}" for sector, key in LEADING.items())
    common = (
        f"list_extract([{', '.join(str(INDEX[key]) for key in COMMON)}], {below(len(COMMON), 'common')} + 1)"
    )
    return f"CASE WHEN {below(100, 'leads')} < 55 THEN (CASE sector {leading} END) ELSE {common} END"


def _variant(attribute: str) -> str:
    counts = [len(getattr(department, attribute)) for department in DEPARTMENTS]
    return below(f"list_extract([{', '.join(map(str, counts))}], department + 1)", attribute)


def _registration(size: Size, as_of: date) -> Shape:
    return Shape(
        department=f"CASE WHEN head[1] = '5' THEN {INDEX['civil']} ELSE {INDEX['market']} END",
        decided_on="established_on",
        result="status",
        words="CASE status WHEN 'active' THEN '存续' WHEN 'suspended' THEN '歇业' WHEN 'revoked' THEN '吊销' ELSE '注销' END",
    )


def _permit(size: Size, as_of: date) -> Shape:
    years = weighted([("3", 3), ("5", 5), ("0", 2)], "permit term")
    return Shape(
        department=_acting_department(),
        decided_on=_any_day(as_of),
        variant=_variant("permits"),
        pick=years,
        valid_to="CASE picked WHEN 0 THEN DATE '2099-12-31' ELSE (decided_on - 1 + to_years(picked))::DATE END",
        words="'普通'",
        result="'granted'",
    )


def _penalty(size: Size, as_of: date) -> Shape:
    arms = []
    for tier in range(5):
        choice = weighted([(str(n), row[3][tier]) for n, row in enumerate(PENALTY_KINDS)], "penalty kind")
        arms.append(f"WHEN {tier} THEN {choice}")
    fined = [n for n, row in enumerate(PENALTY_KINDS) if "fine" in row[1]]
    severe = f"list_extract([{', '.join(str(row[2]) for row in PENALTY_KINDS)}], picked + 1)"
    steps = "[200, 500, 1000, 2000, 3000, 5000, 8000, 10000, 20000, 50000]"
    amount = f"list_extract({steps}, {below(10, 'fine')} + 1) * (CASE {severe} WHEN 3 THEN 1000 ELSE 100 END)"
    confiscated = f"CASE picked WHEN 3 THEN ({below(400, 'gain')} + 1) * 5000::BIGINT END"
    recent = f"decided_on > DATE {quoted(as_of.isoformat())} - 180"
    within, final = Finality.WITHIN_TERM.value, Finality.FINAL.value
    return Shape(
        department=_acting_department(),
        decided_on=_bad_day(as_of),
        variant=_variant("violations"),
        pick=f"CASE tier {' '.join(arms)} END",
        amount_fen=f"CASE WHEN picked IN ({', '.join(map(str, fined))}) THEN ({amount})::BIGINT END",
        confiscated_fen=confiscated,
        words=listed([row[0] for row in PENALTY_KINDS], "picked"),
        result=listed([row[1] for row in PENALTY_KINDS], "picked"),
        seriousness=severe,
        finality=f"CASE WHEN {recent} AND {below(1000, 'final')} < {NOT_FINAL * 4} THEN {within} ELSE {final} END",
    )


def _inspection(size: Size, as_of: date) -> Shape:
    fails = f"{below(1000 * size.routine, 'found')} < {by_tier(INSPECTION_FAILS)}"
    kind = weighted([("1", 70), ("2", 20), ("3", 10)], "what was found")
    words = ("未发现问题", "发现问题已责令改正", "不合格", "通过登记的住所（经营场所）无法联系")
    return Shape(
        department=_acting_department(),
        decided_on=_any_day(as_of),
        variant=_variant("checks"),
        pick=f"CASE WHEN {fails} THEN {kind} ELSE 0 END",
        words=listed(words, "picked"),
        result=listed(("passed", "corrected", "failed", "unreachable"), "picked"),
        seriousness="CASE picked WHEN 0 THEN 0 ELSE 1 END",
    )


def _abnormal(size: Size, as_of: date) -> Shape:
    removed = f"decided_on + 30 + {below(400, 'removal')}"
    return Shape(
        department=str(INDEX["market"]),
        decided_on=_bad_day(as_of, days=900),
        variant=below(3, "why abnormal"),
        pick=f"CASE WHEN {below(100, 'removed')} < 65 AND {removed} < DATE {quoted(as_of.isoformat())} THEN 1 ELSE 0 END",
        valid_to=f"CASE picked WHEN 1 THEN {removed} END",
        words="CASE picked WHEN 1 THEN '已移出' ELSE '在列' END",
        result="CASE picked WHEN 1 THEN 'removed' ELSE 'listed' END",
        first_day_off=True,
        seriousness="1",
    )


def _serious_list(size: Size, as_of: date) -> Shape:
    return Shape(
        department=_acting_department(),
        decided_on=_bad_day(as_of, days=900),
        variant=below(3, "why serious"),
        valid_to="(decided_on + to_years(3))::DATE",
        words="'列入'",
        result="'listed'",
        seriousness="3",
        where="num % 1000 = 0",
    )


def _commitment(size: Size, as_of: date) -> Shape:
    broken = f"{below(1000 * size.routine, 'broken')} < {by_tier(COMMITMENT_BREAKS)}"
    judged = f"decided_on < DATE {quoted(as_of.isoformat())} - 120"
    words = ("全部履行", "部分履行", "全部未履行", "")
    return Shape(
        department=_acting_department(),
        decided_on=_any_day(as_of),
        variant=below(6, "type of commitment"),
        pick=f"CASE WHEN NOT ({judged}) THEN 3 WHEN {broken} THEN 1 + {below(2, 'how broken')} ELSE 0 END",
        valid_to="decided_on + 365",
        words=listed(words, "picked"),
        result=listed(("kept", "partly_kept", "broken", ""), "picked"),
        seriousness="CASE WHEN picked IN (1, 2) THEN 1 ELSE 0 END",
    )


def _honour(size: Size, as_of: date) -> Shape:
    last = as_of.year - 1 if (as_of.month, as_of.day) > (4, 23) else as_of.year - 2
    return Shape(
        department=str(INDEX["tax"]),
        decided_on=f"make_date(({last + 1} - j)::BIGINT, 4, 20)",
        words="'A级'",
        result="'A'",
        where=f"decided_on >= DATE {quoted(FIRST_DAY.isoformat())} AND decided_on > established_on + 365",
    )


def _complaint(size: Size, as_of: date) -> Shape:
    found = weighted([("0", 45), ("1", 35), ("2", 20)], "complaint")
    return Shape(
        department=str(INDEX["hotline"]),
        decided_on=_any_day(as_of),
        variant=below(5, "what about"),
        pick=found,
        words=listed(("属实", "不属实", "已调解"), "picked"),
        result=listed(("upheld", "unfounded", "settled"), "picked"),
    )


def _evaluation(size: Size, as_of: date) -> Shape:
    last = as_of.year - 1
    leading = " ".join(f"WHEN {quoted(sector)} THEN {INDEX[key]}" for sector, key in LEADING.items())
    grades = [
        weighted([(str(n), weight) for n, weight in enumerate(row)], "grade")
        for row in ((80, 18, 2, 0), (25, 65, 10, 0), (5, 40, 50, 5), (0, 10, 60, 30), (0, 0, 30, 70))
    ]
    arms = " ".join(f"WHEN {tier} THEN {grade}" for tier, grade in enumerate(grades))
    return Shape(
        department=f"CASE sector {leading} END",
        decided_on=f"make_date(({last} - j)::BIGINT, 12, 20)",
        pick=f"CASE tier {arms} END",
        words=listed(("优秀", "良好", "一般", "较差"), "picked"),
        result=listed(("excellent", "good", "fair", "poor"), "picked"),
        where=f"decided_on >= DATE {quoted(FIRST_DAY.isoformat())} AND decided_on > established_on",
    )


def _utility(size: Size, as_of: date) -> Shape:
    month = f"DATE {quoted(as_of.replace(day=1).isoformat())} - to_months((j // 3 * 3)::INTEGER + 1 + {below(3, 'month')})"
    late = f"{below(1000, 'paid')} < {by_tier(UTILITY_ARREARS)}"
    return Shape(
        department=f"{INDEX['water']} + (sid + j) % 3",
        decided_on=f"last_day({month})",
        valid_from="date_trunc('month', decided_on)::DATE",
        valid_to="decided_on",
        pick=f"CASE WHEN {late} THEN 1 + {below(2, 'arrears')} ELSE 0 END",
        amount_fen=f"(({below(9000, 'bill')} + 100) * 100)::BIGINT",
        words=listed(("按时缴纳", "逾期缴纳", "欠费"), "picked"),
        result=listed(("paid", "paid_late", "unpaid"), "picked"),
        where=f"decided_on >= DATE {quoted(FIRST_DAY.isoformat())} AND decided_on > established_on",
    )


SHAPES: Mapping[str, Callable[[Size, date], Shape]] = {
    "registration": _registration,
    "permit": _permit,
    "penalty": _penalty,
    "inspection": _inspection,
    "abnormal_operation": _abnormal,
    "serious_list": _serious_list,
    "commitment": _commitment,
    "honour": _honour,
    "complaint": _complaint,
    "evaluation": _evaluation,
    "utility": _utility,
}
