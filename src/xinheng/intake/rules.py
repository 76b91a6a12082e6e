"""The rules by which a row is found defective, as conditions over the columns of the judging query.

Every rule names the defect, the field in the sender's words and a Chinese sentence; personal data never
enters a sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from xinheng.core.checks import Defect
from xinheng.core.feeds import Kind, Target
from xinheng.intake.cells import CODE_TARGETS, ODD_WIDTH
from xinheng.intake.engine import in_sql
from xinheng.intake.fields import Field, Plan
from xinheng.intake.records_text import Fault

LATER = "later"
"""Condition of a rule that only the comparison of rows decides."""

LENGTHS = {Target.NAME: 200, Target.DOCUMENT_NO: 128, Target.AUTHORITY: 200, Target.SOURCE_KEY: 200}
_ROUNDED = "[0-9][.][0-9]+[eE][+]?[0-9]{1,3}"
_FAULTS = {
    **{fault.value: fault.message for fault in Fault},
    "header": "本行重复了表头",
    "shifted": "本应为空的列中有内容，疑似错列",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """``message`` is an SQL expression that yields the sentence, ``written`` one for the text that is wrong."""

    defect: Defect
    field: str
    condition: str
    message: str
    written: str = ""


def rules_of(plan: Plan, *, today: date, workday_table: bool) -> tuple[Rule, ...]:
    """All rules of the plan; the position of a rule is its bit."""
    return (
        *_faults(),
        *_persons(plan),
        *_forbidden(plan),
        *_codes(plan),
        *_required(plan),
        *_values(plan),
        *_dates(plan, today),
        *_amounts(plan),
        *_lengths(plan),
        *_repairs(plan),
        *_lateness(plan, workday_table),
        Rule(Defect.DUPLICATE_KEY, "文书号", LATER, "'同一文书号、主体、机关和日期的另一行内容不同'"),
        Rule(Defect.CONFLICT, "主体名称", LATER, "'同一代码在本文件中多数属于另一名称'"),
        Rule(Defect.CONFLICT, "统一社会信用代码", LATER, "'同一名称在本文件中多数对应另一代码'"),
    )


def _faults() -> Iterator[Rule]:
    cases = " ".join(f"WHEN {in_sql(key)} THEN {in_sql(text)}" for key, text in _FAULTS.items())
    yield Rule(Defect.UNREADABLE, "整行", "fault IS NOT NULL", f"CASE fault {cases} END")


def _persons(plan: Plan) -> Iterator[Rule]:
    yield Rule(Defect.NATURAL_PERSON, "主体", "fault IS NULL AND person", "'该行的主体是自然人'")
    if plan.field(Target.PROCEDURE):
        yield Rule(
            Defect.SIMPLE_PROCEDURE,
            "程序",
            "fault IS NULL AND person AND procedure = 'simple'",
            "'对自然人按简易程序作出的处罚'",
        )


def _forbidden(plan: Plan) -> Iterator[Rule]:
    if plan.forbidden:
        kinds = "、".join(dict.fromkeys(plan.forbidden.values()))
        yield Rule(Defect.CATALOGUE, kinds, "forbidden", in_sql(f"“{kinds}”不得归集，请删去该列后重新报送"))


def _codes(plan: Plan) -> Iterator[Rule]:
    codes = [target for target in CODE_TARGETS if plan.field(target)]
    wrong = "false"
    if codes:
        first = codes[0]
        label = plan.targets[first].label
        written = f"left(upper({plan.targets[first].sql}), 30)"
        wrong = f"coalesce(kind_{first} NOT IN ('placeholder', 'resident_id'), false) AND NOT valid_{first}"
        yield Rule(
            Defect.CODE_CHECK,
            label,
            f"fault IS NULL AND NOT person AND {wrong}",
            f"'“' || {written} || '”：' || code_note",
            written,
        )
    yield Rule(
        Defect.NO_CODE,
        "统一社会信用代码",
        f"fault IS NULL AND NOT person AND code IS NULL AND other_code IS NULL AND NOT ({wrong}) AND name IS NOT NULL",
        "coalesce('没有可用的主体代码（' || code_note || '），不凭名称归入主体', '没有可用的主体代码，不凭名称归入主体')",
    )
    name = plan.targets.get(Target.NAME)
    if name is None or not name.column.required:
        nobody = "fault IS NULL AND name IS NULL AND code IS NULL AND other_code IS NULL"
        yield Rule(Defect.EMPTY, "主体", nobody, "'没有主体名称，也没有主体代码'")
    if authority := plan.field(Target.AUTHORITY_CODE):
        yield Rule(
            Defect.AUTHORITY,
            authority.label,
            f"fault IS NULL AND {authority.sql} IS NOT NULL AND v_authority_code IS NULL"
            " AND kind_authority <> 'placeholder'",
            "'机关代码校验不通过，未采用'",
        )


def _required(plan: Plan) -> Iterator[Rule]:
    for target, field in plan.targets.items():
        if field.column.required and target is not Target.DECIDED_ON:
            filled = _filled(field, target)
            yield _empty(field.label, f"NOT ({filled})", dated=field if field.kind is Kind.DATE else None)
    for label, field in plan.details.items():
        if field.column.required:
            yield _empty(label, f"{field.sql} IS NULL")
    said = plan.field(Target.DECIDED_ON)
    unread = f"({said.sql} IS NULL OR empty_{Target.DECIDED_ON})" if said else "true"
    yield _empty(said.label if said else "决定日期", f"decided_on IS NULL AND {unread}", dated=said)


def _filled(field: Field, target: Target) -> str:
    if target is Target.CODE:
        return f"{field.sql} IS NOT NULL"
    if field.kind is Kind.DATE:
        return f"{field.sql} IS NOT NULL AND NOT empty_{target}"
    return f"{field.sql} IS NOT NULL"


def _empty(label: str, condition: str, *, dated: Field | None = None) -> Rule:
    """``dated``: the field, where a cell that is filled may still name no day, as 1900-01-01 does."""
    blank = in_sql(f"“{label}”没有填写")
    if dated is None:
        return Rule(Defect.EMPTY, label, f"fault IS NULL AND {condition}", blank)
    default = (
        f"{in_sql(f'“{label}”填的是“')} || left({dated.sql}, 30) || "
        f"{in_sql('”，这是系统默认值，不代表任何日期，等于没有填写')}"
    )
    return Rule(Defect.EMPTY, label, f"fault IS NULL AND {condition}", f"coalesce({default}, {blank})")


def _values(plan: Plan) -> Iterator[Rule]:
    for target, field in plan.targets.items():
        if not field.present:
            continue
        label = field.label
        if field.kind is Kind.DATE:
            yield _wrong(label, field, f"v_{target} IS NULL AND NOT empty_{target}", "不是可识别的日期")
        elif field.kind is Kind.AMOUNT:
            yield _wrong(
                label, field, f"v_{target} IS NULL AND coalesce(unclear_{target}, true)", "不是确定的金额"
            )
        elif field.kind is Kind.ENUM:
            yield _wrong(label, field, f"v_{target} IS NULL", "不在规定的取值范围内")
        elif field.kind is Kind.INTEGER:
            yield _wrong(label, field, "headcount IS NULL", "不是整数")


def _wrong(label: str, field: Field, condition: str, said: str) -> Rule:
    return Rule(
        Defect.VALUE,
        label,
        f"fault IS NULL AND {field.sql} IS NOT NULL AND {condition}",
        f"'“' || left({field.sql}, 30) || '”{said}'",
    )


def _dates(plan: Plan, today: date) -> Iterator[Rule]:
    if end := plan.field(Target.VALID_TO):
        told = "valid_to" if end.column.says_first_day_off else "(valid_to - 1)"
        yield Rule(
            Defect.DATE_ORDER,
            "有效期至",
            f"fault IS NULL AND ({told} < valid_from OR {told} < decided_on)",
            f"'有效期截止日 ' || {told} || ' 早于起始日或决定日期 ' || greatest(valid_from, decided_on)",
        )
    for target in (Target.DECIDED_ON, Target.REPORTED_ON):
        if field := plan.field(target):
            yield Rule(
                Defect.FUTURE,
                field.label,
                f"fault IS NULL AND v_{target} > DATE '{today}'",
                f"'“' || left({field.sql}, 30) || '”晚于收到之日'",
            )


def _amounts(plan: Plan) -> Iterator[Rule]:
    rule = plan.feed.amounts
    amount = plan.field(Target.AMOUNT)
    if rule is None or amount is None or not plan.field(Target.RESULT):
        return
    label = amount.label
    needs = f"regexp_matches(result, '(^|[+])({'|'.join(rule.needs)})($|[+])')"
    yield Rule(
        Defect.AMOUNT,
        label,
        f"fault IS NULL AND {needs} AND coalesce(amount_fen, 0) = 0 AND NOT coalesce(unclear_{Target.AMOUNT}, false)",
        "'处罚类别要求金额，但金额为空或为零'",
    )
    if rule.only:
        yield Rule(
            Defect.AMOUNT,
            label,
            f"fault IS NULL AND result IS NOT NULL AND NOT {needs} AND amount_fen > 0",
            "'处罚类别不涉及金额，但填写了金额'",
        )


def _lengths(plan: Plan) -> Iterator[Rule]:
    for target, field in plan.targets.items():
        most = field.column.max_length or LENGTHS.get(target)
        if most and field.present:
            yield _long(field.label, field, most)
    for label, field in plan.details.items():
        if field.column.max_length and field.present:
            yield _long(label, field, field.column.max_length)


def _long(label: str, field: Field, most: int) -> Rule:
    text = in_sql(f"“{label}”超过{most}个字符")
    return Rule(Defect.LENGTH, label, f"fault IS NULL AND length({field.sql}) > {most}", text)


def _repairs(plan: Plan) -> Iterator[Rule]:
    public = plan.public_places()
    if public:
        opened = " OR ".join(f"list_contains(personal, {place})" for place in sorted(public))
        yield Rule(
            Defect.PERSONAL,
            "正文",
            f"personal IS NOT NULL AND ({opened})",
            "'正文中的证件号码、电话、车牌等已遮盖'",
        )
    if document := plan.field(Target.DOCUMENT_NO):
        yield Rule(
            Defect.SPELLING,
            document.label,
            f"fault IS NULL AND (regexp_matches({document.sql}, {in_sql(ODD_WIDTH)}))",
            "'全角字符或空格已改写'",
        )
    if plan.field(Target.NAME):
        yield Rule(
            Defect.SPELLING, "主体名称", "fault IS NULL AND name_repaired", "'名称中的空格或全角字符已改写'"
        )
    codes = [plan.targets[target].sql for target in CODE_TARGETS if plan.field(target)]
    if codes:
        same = " OR ".join(f"coalesce({sql} = code, false)" for sql in codes)
        yield Rule(
            Defect.SPELLING,
            "统一社会信用代码",
            f"fault IS NULL AND code IS NOT NULL AND NOT ({same})",
            "'代码的大小写、全角字符或多余文字已改写'",
        )
    yield Rule(Defect.SPELLING, "名称、代码或文书号", "fault IS NULL AND padded", "'首尾的空格已去除'")


def _lateness(plan: Plan, workday_table: bool) -> Iterator[Rule]:
    rule, reported = plan.feed.lateness, plan.field(Target.REPORTED_ON)
    if rule is None or reported is None or not workday_table:
        return
    passed = (
        "(SELECT count_until FROM workdays WHERE day = reported_on)"
        " - (SELECT count_until FROM workdays WHERE day = decided_on)"
    )
    yield Rule(
        Defect.LATE,
        reported.label,
        f"fault IS NULL AND {passed} > {rule.workdays}",
        in_sql(f"报送晚于决定后{rule.workdays}个工作日"),
    )
