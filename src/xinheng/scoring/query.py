"""Writes a plan as one set-wise query over ``facts`` and ``population``, built from SQLGlot expressions.

The same tree serves every dialect. Only comparison, addition, LEAST, GREATEST and CASE are used: nothing in
which engines differ.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sqlglot import exp

from xinheng.core.records import Finality
from xinheng.core.treatment import FINAL, OPEN, Treatment
from xinheng.scoring.compile import Condition, Ladder, Operation, Plan, Reduce, Slot

LINEAR = 4
"""Ladders up to this length are tried step by step, longer ones are halved."""

A_DAY = 100_000_000
"""More than the points of any fact, so that a day outweighs them."""

NO_FACT = -(10**17)
"""Less than the rank of any fact."""


def query(plan: Plan) -> exp.Select:
    """Columns: subject_id, points_milli, grade, veto, contributions; ordered by subject."""
    return (
        _result(plan)
        .with_("sums", as_=_sums(plan))
        .with_("capped", as_=_capped(plan))
        .with_("points", as_=_points(plan))
        .with_("ranks", as_=_ranks(plan))
    )


def sql(plan: Plan, *, dialect: str = "duckdb") -> str:
    return query(plan).sql(dialect=dialect)


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table)


def _one_of(column: str, values: Iterable[int | str]) -> exp.Expr:
    literals = [
        exp.Literal.string(value) if isinstance(value, str) else _number(value) for value in sorted(values)
    ]
    return exp.In(this=_column(column), expressions=literals)


def _case(pairs: Iterable[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None) -> exp.Case:
    case = exp.Case()
    for condition, value in pairs:
        case = case.when(condition, value)
    return case if otherwise is None else case.else_(otherwise)


def _least(*parts: exp.Expr) -> exp.Expr:
    """No operand is NULL wherever this is used; ``ignore_nulls`` keeps the generated query plain."""
    return exp.Least(this=parts[0], expressions=list(parts[1:]), ignore_nulls=True)


def _greatest(*parts: exp.Expr) -> exp.Expr:
    return exp.Greatest(this=parts[0], expressions=list(parts[1:]), ignore_nulls=True)


def _cast_int(expression: exp.Expr) -> exp.Expr:
    return exp.cast(expression, "int")


def _total(parts: Sequence[exp.Expr]) -> exp.Expr:
    total = parts[0]
    for part in parts[1:]:
        total = exp.Add(this=total, expression=part)
    return total


def _climb(name: str, steps: Sequence[tuple[int, exp.Expr]], below: Callable[[], exp.Expr]) -> exp.Expr:
    """The value of the last step whose start is reached; a tree of comparisons for long ladders."""
    if len(steps) <= LINEAR:
        pairs = [
            (exp.GTE(this=_column(name), expression=_number(start)), value)
            for start, value in reversed(steps)
        ]
        return _case(pairs, below())
    half = len(steps) // 2
    start, value = steps[half]
    upper = _climb(name, steps[half + 1 :], lambda: value.copy()) if steps[half + 1 :] else value
    return _case(
        [(exp.GTE(this=_column(name), expression=_number(start)), upper)], _climb(name, steps[:half], below)
    )


def _ladder(name: str, ladder: Ladder, *, certain: bool) -> exp.Expr:
    """``certain``: the column is never below the first start, so that start needs no test."""
    steps = [(start, _number(value)) for start, value in ladder]
    if certain:
        first = steps[0][1]
        return _climb(name, steps[1:], lambda: first.copy()) if steps[1:] else first
    return _climb(name, steps, lambda: _number(0))


def _weighing(treatment: Treatment, *, as_of: date) -> exp.Expr:
    """core.treatment.weighing for a set. ``age`` is a column."""
    day = exp.cast(exp.Literal.string(as_of.isoformat()), "date")
    valid: list[exp.Expr] = [
        exp.Is(this=_column("valid_to"), expression=exp.Null()),
        exp.GT(this=_column("valid_to"), expression=day),
    ]
    if treatment.outlive_validity:
        valid.append(_one_of("item", treatment.outlive_validity))
    conditions = [
        exp.GTE(this=_column("age"), expression=_number(0)),
        _young(treatment),
        _one_of("state", treatment.states),
        exp.NEQ(this=_column("finality"), expression=_number(Finality.REVOKED)),
        exp.or_(*valid),
    ]
    if treatment.final_items:
        final: list[exp.Expr] = [
            exp.not_(_one_of("item", treatment.final_items)),
            _one_of("finality", [int(value) for value in FINAL]),
        ]
        if treatment.presumed_final_days is not None:
            old = exp.GTE(this=_column("age"), expression=_number(treatment.presumed_final_days))
            final.append(exp.and_(_one_of("finality", [int(value) for value in OPEN]), old))
        conditions.append(exp.or_(*final))
    return exp.and_(*conditions)


def _young(treatment: Treatment) -> exp.Expr:
    """Younger than the rules let a record weigh."""
    age = _column("age")
    arms: list[tuple[exp.Expr, exp.Expr]] = []
    if treatment.until_removed:
        arms.append((_one_of("item", treatment.until_removed), exp.true()))
    for item, terms in treatment.longest_days:
        by_class = _case(
            [
                (exp.EQ(this=_column("seriousness"), expression=_number(place)), _number(days))
                for place, days in enumerate(terms)
            ],
            _number(0),
        )
        arms.append((_one_of("item", [item]), exp.LT(this=age.copy(), expression=by_class)))
    otherwise = exp.LT(this=age, expression=_number(treatment.otherwise_days))
    return _case(arms, otherwise) if arms else otherwise


def _facts(plan: Plan) -> exp.Select:
    """Weighing facts with their age; unknown amounts and headcounts are nothing."""
    day = exp.cast(exp.Literal.string(plan.as_of.isoformat()), "date")
    age = exp.DateDiff(this=day, expression=_column("decided_on"), unit=exp.var("DAY"))
    columns = ["subject_id", "item", "seriousness", "finality", "state", "valid_to", "result"]
    aged = exp.select(
        *(_column(name) for name in columns),
        _cast_int(age).as_("age"),
        _greatest(exp.func("COALESCE", _column("amount_fen"), _number(0)), _number(0)).as_("amount"),
        _greatest(exp.func("COALESCE", _column("headcount"), _number(0)), _number(0)).as_("headcount"),
    ).from_("facts")
    return exp.select("*").from_(aged.subquery("aged")).where(_weighing(plan.treatment, as_of=plan.as_of))


def _has_word(word: str) -> exp.Expr:
    result = exp.func("COALESCE", _column("result"), exp.Literal.string(""))
    words = exp.Concat(expressions=[exp.Literal.string("+"), result, exp.Literal.string("+")])
    return exp.Contains(this=words, expression=exp.Literal.string(f"+{word}+"))


def _condition(condition: Condition) -> exp.Expr:
    parts: list[exp.Expr] = [_one_of("item", condition.items)] if condition.items else []
    parts += _between("age", condition.age_from or None, condition.age_below)
    if condition.classes:
        parts.append(_one_of("seriousness", condition.classes))
    parts += _between("amount", condition.amount_from, condition.amount_below)
    parts += _between("headcount", condition.headcount_from, condition.headcount_below)
    if condition.results:
        parts.append(exp.or_(*(_has_word(word) for word in condition.results)))
    parts.extend(exp.not_(_has_word(word)) for word in condition.not_results)
    return exp.and_(*parts)


def _between(name: str, least: int | None, below: int | None) -> list[exp.Expr]:
    parts: list[exp.Expr] = []
    if least is not None:
        parts.append(exp.GTE(this=_column(name), expression=_number(least)))
    if below is not None:
        parts.append(exp.LT(this=_column(name), expression=_number(below)))
    return parts


def _in_slot(condition: Condition, slot: Slot) -> exp.Expr:
    parts = [_condition(condition)]
    if slot.item is not None:
        parts.append(_one_of("item", [slot.item]))
    if slot.result is not None:
        parts.append(_has_word(slot.result))
    return exp.and_(*parts, *_between("age", slot.age_from or None, slot.age_below))


def _fact_points(operation: Operation) -> exp.Expr:
    if operation.result_points:
        return _by_result(operation)
    if operation.valued_by is None:
        return _ladder("age", operation.points[0][1], certain=True)
    first, *others = [(start, _ladder("age", ladder, certain=True)) for start, ladder in operation.points]
    return _climb(operation.valued_by.value, others, lambda: first[1].copy()) if others else first[1]


def _by_result(operation: Operation) -> exp.Expr:
    """The ladder of the highest value whose word the fact has."""
    ladders = dict(operation.points)
    words: dict[int, list[str]] = {}
    for word, value in operation.result_points:
        words.setdefault(value, []).append(word)
    pairs = [
        (exp.or_(*(_has_word(word) for word in words[value])), _ladder("age", ladders[value], certain=True))
        for value in sorted(words, reverse=True)
    ]
    return _case(pairs, _number(0))


def _reduced(operation: Operation, condition: exp.Expr) -> exp.Expr:
    """One aggregate. Where bands follow, no fact at all must stay NULL."""
    if operation.reduce.of_points:
        worth = _case([(condition, _fact_points(operation))], _number(0))
        if operation.reduce is Reduce.LATEST:
            return exp.ArgMax(this=worth, expression=_youth(operation, condition))
        return exp.Sum(this=worth) if operation.reduce is Reduce.SUM else exp.Max(this=worth)
    if operation.reduce is Reduce.YOUNGEST:
        return exp.Min(this=_case([(condition, _column("age"))], None))
    if operation.reduce is Reduce.COUNT:
        return exp.Sum(this=_case([(condition, _number(1))], None))
    clamped = _least(_column(operation.reduce.value), _number(operation.clamp))
    return exp.Sum(this=_case([(condition, clamped)], None))


def _youth(operation: Operation, condition: exp.Expr) -> exp.Expr:
    """Highest for the youngest fact, of facts of one day for that with the most points."""
    older = exp.Mul(this=exp.cast(_column("age"), "bigint"), expression=_number(A_DAY))
    rank = exp.Sub(this=exp.paren(_fact_points(operation)), expression=older)
    return _case([(condition.copy(), rank)], _number(NO_FACT))


def _flag(condition: Condition) -> exp.Expr:
    return exp.Max(this=_case([(_condition(condition), _number(1))], _number(0)))


def _sums(plan: Plan) -> exp.Select:
    columns = [_flag(plan.evidence).as_("evident")]
    for place, operation in enumerate(plan.operations):
        if not operation.slots:
            columns.append(_reduced(operation, _condition(operation.condition)).as_(f"r{place}"))
        for number, slot in enumerate(operation.slots):
            reduced = _reduced(operation, _in_slot(operation.condition, slot))
            columns.append(reduced.as_(f"r{place}_{number}"))
    columns += [_flag(condition).as_(name) for name, condition in _flags(plan)]
    facts = _facts(plan).subquery("weighing")
    return exp.select(_column("subject_id"), *columns).from_(facts).group_by("subject_id")


def _flags(plan: Plan) -> list[tuple[str, Condition]]:
    """Facts that are there or not: limits, downgrades and starts."""
    return [
        *((f"v{place}", limit.condition) for place, limit in enumerate(plan.limits)),
        *((f"d{place}", downgrade.condition) for place, downgrade in enumerate(plan.downgrades)),
        *((f"s{place}", start.condition) for place, start in enumerate(plan.starts)),
    ]


def _or_nothing(name: str) -> exp.Expr:
    return exp.func("COALESCE", _column(name, "s"), _number(0))


def _number_of(operation: Operation, place: int) -> exp.Expr:
    """The reduced number; slots are capped and added."""
    if not operation.slots:
        return _column(f"r{place}", "s")
    parts = [_or_nothing(f"r{place}_{number}") for number in range(len(operation.slots))]
    if operation.slot_cap is None:
        return exp.paren(_total(parts))
    return exp.paren(_total([_least(part, _number(operation.slot_cap)) for part in parts]))


def _capped(plan: Plan) -> exp.Select:
    """Every subject of the population with the points of each indicator, whether facts are there or not."""
    columns: list[exp.Expr] = [_or_nothing("evident").as_("evident")]
    for place, operation in enumerate(plan.operations):
        reduced = _number_of(operation, place)
        if operation.bands:
            pairs = [
                (exp.GTE(this=reduced.copy(), expression=_number(start)), _number(value))
                for start, value in reversed(operation.bands)
            ]
            points: exp.Expr = _case(pairs, _number(0))
        else:
            points = exp.func("COALESCE", reduced, _number(0))
        columns.append(_cast_int(_within(points, operation.floor, operation.cap)).as_(f"p{place}"))
    columns += [_or_nothing(name).as_(name) for name, _ in _flags(plan)]
    wanted: exp.Expr = exp.In(
        this=_column("kind", "p"), expressions=[exp.Literal.string(kind) for kind in plan.kinds]
    )
    if plan.sectors:
        sectors = [exp.Literal.string(sector) for sector in plan.sectors]
        wanted = exp.and_(wanted, exp.In(this=_column("sector", "p"), expressions=sectors))
    return (
        exp.select(_column("subject_id", "p"), *columns)
        .from_(exp.to_table("population").as_("p"))
        .join("sums AS s", on="p.subject_id = s.subject_id", join_type="left")
        .where(wanted)
    )


def _within(points: exp.Expr, floor: int, cap: int) -> exp.Expr:
    capped = _least(points, _number(cap))
    return _greatest(_number(floor), capped) if floor else capped


def _points(plan: Plan) -> exp.Select:
    """Families capped and added; taken points are subtracted last."""
    gained: list[exp.Expr] = [_start(plan)]
    lost: list[exp.Expr] = [_number(0)]
    for group in plan.groups:
        if group.members or group.floor:
            total = _total([_column(f"p{place}") for place in group.members] or [_number(0)])
            (gained if group.sign > 0 else lost).append(_within(total, group.floor, group.cap))
    reached = exp.Sub(this=exp.paren(_total(gained)), expression=exp.paren(_total(lost)))
    points = _greatest(_number(plan.least), _least(_number(plan.greatest), reached))
    return exp.select("*", _cast_int(points).as_("points_milli")).from_("capped")


def _start(plan: Plan) -> exp.Expr:
    pairs = [(_is_set(f"s{place}"), _number(start.milli)) for place, start in enumerate(plan.starts)]
    return _case(pairs, _number(plan.start)) if pairs else _number(plan.start)


def _ranks(plan: Plan) -> exp.Select:
    """Rank of the grade by points, by points and downgrades, and the worst that a limit demands (-1: none)."""
    demanded = [
        _case([(_is_set(f"v{place}"), _number(limit.rank))], _number(-1))
        for place, limit in enumerate(plan.limits)
    ]
    worst = _greatest(_number(-1), *demanded) if demanded else _number(-1)
    by_points = _ladder("points_milli", plan.bands, certain=True)
    lowered = _total(
        [by_points.copy()]
        + [
            _case([(_is_set(f"d{place}"), _number(downgrade.levels))], _number(0))
            for place, downgrade in enumerate(plan.downgrades)
        ]
    )
    if plan.downgrades:
        lowered = _least(lowered, _number(len(plan.grades) - 1))
    return exp.select("*", by_points.as_("by_points"), lowered.as_("lowered"), worst.as_("worst")).from_(
        "points"
    )


def _is_set(name: str) -> exp.Expr:
    return exp.EQ(this=_column(name), expression=_number(1))


def _result(plan: Plan) -> exp.Select:
    rank = _greatest(_column("lowered"), _column("worst"))
    letters = _case(
        [
            (exp.EQ(this=rank.copy(), expression=_number(place)), exp.Literal.string(grade))
            for place, grade in enumerate(plan.grades)
        ],
        None,
    )
    return (
        exp.select(
            _column("subject_id"),
            _column("points_milli"),
            _case([(exp.not_(exp.paren(_unseen())), letters)], None).as_("grade"),
            _decider(plan).as_("veto"),
            exp.Array(expressions=_signed(plan)).as_("contributions"),
        )
        .from_("ranks")
        .order_by("subject_id")
    )


def _unseen() -> exp.Expr:
    """Neither evidence nor a limit."""
    return exp.and_(
        exp.EQ(this=_column("evident"), expression=_number(0)),
        exp.EQ(this=_column("worst"), expression=_number(-1)),
    )


def _decider(plan: Plan) -> exp.Expr:
    """The first of the strictest limits, if it lowers the grade; else the first downgrade, if one did."""
    strictest = exp.GT(this=_column("worst"), expression=_column("lowered"))
    pairs = [
        (
            exp.and_(
                strictest.copy(),
                _is_set(f"v{place}"),
                exp.EQ(this=_column("worst"), expression=_number(limit.rank)),
            ),
            exp.Literal.string(limit.key),
        )
        for place, limit in enumerate(plan.limits)
    ]
    lowers = exp.GT(this=_column("lowered"), expression=_column("by_points"))
    seen = exp.not_(exp.paren(_unseen()))
    pairs += [
        (exp.and_(lowers.copy(), seen.copy(), _is_set(f"d{place}")), exp.Literal.string(downgrade.key))
        for place, downgrade in enumerate(plan.downgrades)
    ]
    return _case(pairs, None) if pairs else exp.cast(exp.Null(), "varchar")


def _signed(plan: Plan) -> list[exp.Expr]:
    return [
        exp.Neg(this=_column(f"p{place}")) if plan.groups[operation.family].sign < 0 else _column(f"p{place}")
        for place, operation in enumerate(plan.operations)
    ]
