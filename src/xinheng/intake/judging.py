"""Writes the one query that turns cleaned cells into normalised records and finds every defect of every row.

Each defect is a rule with one bit; a row without bits is accepted. Messages are only made for rows that go
back to their sender. Hashes identify the act (``natural_hash``) and what is said about it (``content_hash``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from xinheng.core.feeds import FINALITY_WORDS, SERIOUSNESS_WORDS, Kind, SeriousnessRule, Target
from xinheng.intake.cells import CODE_TARGETS
from xinheng.intake.engine import in_sql
from xinheng.intake.fields import Field, Plan
from xinheng.intake.lexicons import plain_date, plain_number
from xinheng.intake.rules import LATER, Rule, rules_of
from xinheng.intake.standards import SIMPLE, Standards

SEPARATOR = "chr(31)"
MOST_FEN = 9 * 10**15
ROW_TYPES = {
    "code": "VARCHAR",
    "other_kind": "VARCHAR",
    "other_code": "VARCHAR",
    "name": "VARCHAR",
    "item": "SMALLINT",
    "document_no": "VARCHAR",
    "decided_on": "DATE",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "authority": "VARCHAR",
    "authority_code": "VARCHAR",
    "amount_fen": "BIGINT",
    "headcount": "INTEGER",
    "result": "VARCHAR",
    "seriousness": "SMALLINT",
    "finality": "SMALLINT",
    "title": "VARCHAR",
    "details": "VARCHAR",
}
"""Columns of a normalised record between row_no and flags, in order."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """``query`` yields the normalised row with ``name_key``, ``bits``, and ``said`` texts for messages."""

    query: str
    rules: tuple[Rule, ...]


def judgement_of(plan: Plan, standards: Standards, *, today: date, title_day: date | None) -> Judgement:
    """``title_day``: the date that the title states, for feeds that allow it to stand for a missing one."""
    rules = rules_of(plan, today=today, workday_table=standards.calendar is not None)
    bits = " + ".join(
        f"CASE WHEN {rule.condition} THEN {1 << place}::BIGINT ELSE 0 END"
        for place, rule in enumerate(rules)
        if rule.condition != LATER
    )
    steps = (
        _unmarked(plan),
        _named(plan, today, title_day),
        _classed(plan, standards),
        ("document_key(document_no) AS document",),
        (f"{_content(plan)} AS content_hash", f"{_natural(plan)} AS natural_hash"),
    )
    written = [f"step0 AS (SELECT {', '.join(_read(plan))} FROM cells {' '.join(_joins(plan))})"]
    for place, step in enumerate(steps, start=1):
        written.append(f"step{place} AS (SELECT *, {', '.join(step)} FROM step{place - 1})")
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in ROW_TYPES.items())
    said = ", ".join(f"{field.sql}" for field in _said(plan))
    query = (
        f"WITH {', '.join(written)} SELECT row_no::INTEGER AS row_no, {columns}, content_hash, natural_hash,"
        f" name_key, fault, person, code_note{', ' + said if said else ''}, {bits or '0'} AS bits FROM step{len(steps)}"
    )
    return Judgement(query, rules)


def _said(plan: Plan) -> Iterator[Field]:
    """Fields whose text as received a message quotes."""
    quoted = (Kind.DATE, Kind.AMOUNT, Kind.ENUM, Kind.INTEGER)
    for target, field in plan.targets.items():
        if field.present and (field.kind in quoted or target in CODE_TARGETS):
            yield field


def _joins(plan: Plan) -> Iterator[str]:
    for target in CODE_TARGETS:
        if field := plan.field(target):
            yield f"LEFT JOIN lex_code AS k_{target} ON k_{target}.raw = {field.sql}"
    if field := plan.field(Target.AUTHORITY_CODE):
        yield f"LEFT JOIN lex_authority AS k_authority ON k_authority.raw = {field.sql}"
    for kind in (Kind.NAME, Kind.DATE, Kind.AMOUNT, Kind.ENUM):
        for target, field in plan.of_kind(kind):
            yield f"LEFT JOIN lex_{target} ON lex_{target}.raw = {field.sql}"


def _read(plan: Plan) -> Iterator[str]:
    """Every field with its value beside its text: v_… is the value, the lexicon's verdict where there is one."""
    yield from ("row_no", "fault", "personal", "padded", "forbidden")
    for shown in plan.fields():
        yield shown.sql
    for target in CODE_TARGETS:
        if field := plan.field(target):
            yield f"CASE WHEN ok_{target} THEN 'uscc' ELSE k_{target}.kind END AS kind_{target}"
            yield f"CASE WHEN ok_{target} THEN upper({field.sql}) ELSE k_{target}.value END AS seen_{target}"
            yield f"coalesce(ok_{target}, false) OR coalesce(k_{target}.valid, false) AS valid_{target}"
            yield f"k_{target}.note AS note_{target}"
    if authority := plan.field(Target.AUTHORITY_CODE):
        yield (
            f"CASE WHEN ok_{Target.AUTHORITY_CODE} THEN upper({authority.sql})"
            " WHEN k_authority.kind = 'uscc' AND k_authority.valid THEN k_authority.value END AS v_authority_code,"
            " k_authority.kind AS kind_authority"
        )
    if name := plan.field(Target.NAME):
        yield f"CASE WHEN ok_name THEN {name.sql} ELSE lex_name.tidy END AS v_name"
        yield f"CASE WHEN ok_name THEN translate({name.sql}, '（）', '()') ELSE lex_name.key END AS name_key"
        yield "coalesce(lex_name.person, false) AS person_name, coalesce(lex_name.repaired, false) AS name_repaired"
    for target, dated in plan.of_kind(Kind.DATE):
        yield f"coalesce({plain_date(dated.sql)}, lex_{target}.day) AS v_{target}"
        yield f"coalesce(lex_{target}.empty, false) AS empty_{target}"
    for target, money in plan.of_kind(Kind.AMOUNT):
        fast = f"{plain_number(money.sql)} * worth_{target}"
        yield f"coalesce(CASE WHEN {fast} <= {MOST_FEN} THEN round({fast})::BIGINT END, {_by_worth(target, money, 'fen')}) AS v_{target}"
        yield f"{_by_worth(target, money, 'unclear')} AS unclear_{target}"
    for target, _ in plan.of_kind(Kind.ENUM):
        yield f"lex_{target}.word AS v_{target}"


def _by_worth(target: Target, field: Field, column: str) -> str:
    """What the lexicon reads in a text when a unit is worth what it is in the column of the cell."""
    cases = " ".join(f"WHEN {fen} THEN lex_{target}.{column}_{fen}" for fen in field.worths())
    return f"CASE worth_{target} {cases} END"


def _unmarked(plan: Plan) -> Iterator[str]:
    """m_… is the text without mark-up of every field that is shown as prose."""
    prose = [plan.field(target) for target in (Target.DOCUMENT_NO, Target.AUTHORITY, Target.TITLE)]
    yield "0 AS step"
    for field in (*prose, *_told(plan).values()):
        if field is not None:
            yield f"unmarked({field.sql}) AS m_{field.sql}"


def _told(plan: Plan) -> dict[str, Field]:
    """The publishable fields beside those of every record, by their label."""
    return {
        label: field
        for label, field in plan.details.items()
        if field.present and field.column.public and not field.column.person
    }


def _named(plan: Plan, today: date, title_day: date | None) -> Iterator[str]:
    """Who is meant, and the values that do not need a class."""
    codes = [target for target in CODE_TARGETS if plan.field(target)]
    first = codes[0] if codes else None
    yield f"{_code(codes)} AS code"
    yield f"{_other(codes, 'seen')} AS other_code_found"
    yield f"{_other(codes, 'kind')} AS other_kind_found"
    yield f"{f'note_{first}' if first else 'NULL::VARCHAR'} AS code_note"
    yield f"{_has_person_number(plan, codes)} AS person_number"
    if not plan.field(Target.NAME):
        yield "NULL::VARCHAR AS v_name, NULL::VARCHAR AS name_key, false AS person_name, false AS name_repaired"
    yield "v_name AS name"
    yield f"{_text(plan, Target.DOCUMENT_NO)} AS document_no"
    yield f"{_text(plan, Target.AUTHORITY, default=plan.feed.agency)} AS authority"
    if plan.field(Target.AUTHORITY_CODE) is None:
        own = in_sql(plan.feed.agency_code) if plan.feed.agency_code else "NULL::VARCHAR"
        yield f"{own} AS v_authority_code"
    yield "v_authority_code AS authority_code"
    decided = f"v_{Target.DECIDED_ON}" if plan.field(Target.DECIDED_ON) else "NULL::DATE"
    stated = f"coalesce({decided}, DATE '{title_day}')" if title_day else decided
    yield f"{stated} AS stated_on"
    received = f"coalesce({stated}, DATE '{today}')" if plan.feed.undated.received else stated
    yield f"{received} AS decided_on"
    for target in (Target.VALID_FROM, Target.REPORTED_ON):
        yield f"{f'v_{target}' if plan.field(target) else 'NULL::DATE'} AS {target}"
    yield f"{_stop(plan)} AS valid_to"
    yield f"{f'v_{Target.AMOUNT}' if plan.field(Target.AMOUNT) else 'NULL::BIGINT'} AS amount_fen"
    if field := plan.field(Target.HEADCOUNT):
        yield f"CASE WHEN regexp_full_match({field.sql}, '[0-9]{{1,9}}') THEN {field.sql}::INTEGER END AS headcount"
    else:
        yield "NULL::INTEGER AS headcount"
    for target in (Target.RESULT, Target.PARTY_CATEGORY, Target.PROCEDURE):
        yield f"{f'v_{target}' if plan.field(target) else 'NULL::VARCHAR'} AS {target}"
    title = plan.field(Target.TITLE)
    yield f"{_short(f'm_{title.sql}') if title else 'NULL::VARCHAR'} AS title"
    yield f"{_details(plan)} AS details"


def _stop(plan: Plan) -> str:
    """The first day on which the fact holds no more; most columns say the last on which it does."""
    field = plan.field(Target.VALID_TO)
    if field is None:
        return "NULL::DATE"
    return f"v_{Target.VALID_TO}" if field.column.says_first_day_off else f"v_{Target.VALID_TO} + 1"


def _code(codes: Sequence[Target]) -> str:
    """The first valid credit code, whichever column it stands in."""
    cases = [f"WHEN kind_{target} = 'uscc' AND valid_{target} THEN seen_{target}" for target in codes]
    return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"


def _other(codes: Sequence[Target], column: str) -> str:
    cases = [
        f"WHEN valid_{target} AND kind_{target} IN ('registration', 'organisation', 'tax') THEN {column}_{target}"
        for target in codes
    ]
    return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"


def _has_person_number(plan: Plan, codes: Sequence[Target]) -> str:
    """A resident ID where a code should stand, or a person's document in the column for it."""
    parts = [f"coalesce(kind_{target} = 'resident_id', false)" for target in codes]
    if party := plan.field(Target.PARTY_ID):
        filled = f"{party.sql} IS NOT NULL"
        if kind := plan.field(Target.PARTY_ID_KIND):
            words = "|".join(plan.feed.natural_person.id_kinds)
            filled += f" AND coalesce(regexp_matches({kind.sql}, {in_sql(words)}), false)"
        parts.append(f"({filled})")
    return " OR ".join(parts) if parts else "false"


def _text(plan: Plan, target: Target, *, default: str = "") -> str:
    field = plan.field(target)
    fallback = in_sql(default) if default else "NULL::VARCHAR"
    return f"coalesce(half_width(m_{field.sql}), {fallback})" if field else fallback


def _short(text: str) -> str:
    """At most 120 characters, on one line."""
    line = f"regexp_replace({text}, '\\s+', ' ', 'g')"
    return f"CASE WHEN length({text}) > 120 OR contains({text}, chr(10)) THEN left({line}, 119) || '…' ELSE {text} END"


def _details(plan: Plan) -> str:
    """A JSON object of the publishable fields that are filled."""
    members = [
        f"{in_sql(_json_key(label))} || to_json(m_{field.sql})" for label, field in _told(plan).items()
    ]
    return f"'{{' || concat_ws(',', {', '.join(members)}) || '}}'" if members else "'{}'"


def _json_key(label: str) -> str:
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '":'


def _classed(plan: Plan, standards: Standards) -> Iterator[str]:
    """Person or not, other codes only where there is no credit code, seriousness and finality as numbers."""
    by_name = " OR person_name" if plan.feed.natural_person.names else ""
    unknown = "code IS NULL AND other_code_found IS NULL"
    yield f"coalesce(party_category = 'person', false) OR ({unknown} AND (person_number{by_name})) AS person"
    yield "CASE WHEN code IS NULL THEN other_code_found END AS other_code"
    yield "CASE WHEN code IS NULL THEN other_kind_found END AS other_kind"
    yield f"{plan.feed.item_number} AS item"
    by_rule = _by_rule(plan.feed.seriousness) if plan.feed.seriousness else _by_kind(plan, standards)
    yield f"{_number_of(plan, Target.SERIOUSNESS, SERIOUSNESS_WORDS, by_rule)} AS seriousness"
    yield f"{_number_of(plan, Target.FINALITY, FINALITY_WORDS, '0')} AS finality"


def _number_of(plan: Plan, target: Target, words: Sequence[str], otherwise: str) -> str:
    if not plan.field(target):
        return otherwise
    cases = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(words))
    return f"coalesce(CASE v_{target} {cases} END, {otherwise})"


def _by_kind(plan: Plan, standards: Standards) -> str:
    """The gravest class of the kinds of a penalty; a simple procedure decides alone."""
    classes = standards.penalty_classes
    if plan.feed.item != "penalty" or not classes:
        return "0"
    kinds = [
        f"CASE WHEN regexp_matches(result, '(^|[+]){word}($|[+])') THEN {seriousness.value} ELSE 0 END"
        for word, seriousness in classes.items()
        if word != SIMPLE
    ]
    gravest = f"greatest({', '.join(kinds)})"
    return f"CASE WHEN procedure = 'simple' THEN {classes[SIMPLE].value} ELSE {gravest} END"


def _by_rule(rule: SeriousnessRule) -> str:
    cases = []
    for case in rule.cases:
        conditions = []
        if case.result:
            conditions.append(f"regexp_matches(result, '(^|[+])({'|'.join(case.result)})($|[+])')")
        if case.amount_from_fen is not None:
            conditions.append(f"amount_fen >= {case.amount_from_fen}")
        if case.amount_below_fen is not None:
            conditions.append(f"amount_fen < {case.amount_below_fen}")
        if case.title_contains:
            conditions.append(
                "(" + " OR ".join(f"contains(title, {in_sql(word)})" for word in case.title_contains) + ")"
            )
        cases.append(f"WHEN {' AND '.join(conditions)} THEN {SERIOUSNESS_WORDS.index(case.seriousness)}")
    otherwise = SERIOUSNESS_WORDS.index(rule.otherwise)
    return f"CASE {' '.join(cases)} ELSE {otherwise} END" if cases else str(otherwise)


def _hash(parts: Sequence[str]) -> str:
    """16 bytes of SHA-256 over the parts; an empty part keeps its place."""
    joined = ", ".join(f"coalesce(({part})::VARCHAR, '')" for part in parts)
    return f"unhex(left(sha256(concat_ws({SEPARATOR}, {joined})), 32))"


_WHO = "coalesce(code, other_kind || ':' || other_code, name_key)"


def _source_key(plan: Plan) -> str:
    field = plan.field(Target.SOURCE_KEY)
    return field.sql if field else "NULL"


def _content(plan: Plan) -> str:
    """What is said: without the class, which policy may change, and without an imputed date."""
    return _hash(
        (
            "item",
            _WHO,
            "document",
            "stated_on",
            "valid_from",
            "valid_to",
            "authority",
            "amount_fen",
            "headcount",
            "result",
            f"v_{Target.FINALITY}" if plan.field(Target.FINALITY) else "NULL",
            "title",
            "details",
            _source_key(plan),
        )
    )


def _natural(plan: Plan) -> str:
    """Which act it is. Where neither a document nor the sender's key names it, its words tell it from others, the end among
    them as it was delivered, whichever day the column says."""
    key = _source_key(plan)
    told = f"v_{Target.VALID_TO}" if plan.field(Target.VALID_TO) else "NULL"
    words = f"CASE WHEN document_no IS NULL AND {key} IS NULL THEN concat_ws({SEPARATOR}, title, result, {told}::VARCHAR) END"
    return _hash(("item", "document", _WHO, "authority", "stated_on", key, words))
