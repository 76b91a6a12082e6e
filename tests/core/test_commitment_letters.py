"""Letters with typed fields, lists of matters, codes and lines of the register, hints on credit."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.commitment_credit import Standing, hint_on
from xinheng.core.commitment_items import Area, Item, ItemList, Material, Variant, list_flaws
from xinheng.core.commitment_letters import (
    LetterField,
    PromiseLetter,
    changes,
    checked,
    letter_flaws,
    public_copy,
    unfilled,
)
from xinheng.core.commitment_register import (
    Counted,
    Outcome,
    RegisterRow,
    by_four,
    cells,
    code_of,
    kept_per_mille,
    lacking,
    replacing_per_mille,
)
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal

DAY = date(2026, 11, 20)
FIELDS = (
    LetterField(key="matter", label="事项", longest=10),
    LetterField(key="until", label="日期", kind="day"),
    LetterField(key="number", label="数量", kind="number", required=False),
    LetterField(key="way", label="方式", kind="choice", choices=("甲", "乙"), public=False),
)


def _letter(**given: object) -> PromiseLetter:
    known = {
        "key": "one",
        "title": "示例承诺书",
        "kind": "substitution",
        "content": "{subject}就{matter}承诺，{until}前以{way}完成{number}件。",
        "liability": "没有履行的，依法处理并记入信用记录。",
        "sign": "盖章",
        "fields": FIELDS,
    }
    return PromiseLetter.model_validate(known | given)


def _item(**given: object) -> Item:
    known = {
        "key": "one",
        "title": "示例事项",
        "kind": "substitution",
        "basis": ["示例文件"],
        "conditions": ["条件"],
        "materials": [Material(name="申请表")],
        "letter": "one",
    }
    return Item.model_validate(known | given)


def _wrong(policy: Policy, *items: Item) -> str:
    draft = ItemList(key="food", sector="food", title="食品领域", items=items)
    sectors = {"food": "食品"}
    letters = {"one": _letter(), "late": _letter(key="late", kind="tolerance")}
    return "；".join(list_flaws(draft, kinds=policy.commitments.titles, sectors=sectors, letters=letters))


@pytest.mark.row("M4-02")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"matter": ""}, "没有填写“事项”"),
        ({"matter": "很长" * 9}, "“事项”填写不对"),
        ({"until": "明天"}, "“日期”填写不对"),
        ({"number": "三"}, "“数量”填写不对"),
        ({"number": "NaN"}, "“数量”填写不对"),
        ({"way": "丙"}, "“方式”填写不对"),
    ],
)
def test_a_field_takes_its_own_kind(given: dict[str, str], words: str) -> None:
    right = {"matter": "开办", "until": "2026-12-01", "number": "3", "way": "甲"}
    assert checked(_letter(), right) == right
    with pytest.raises(Refusal, match=words):
        checked(_letter(), right | given)


@pytest.mark.row("M4-02")
def test_a_letter_asks_for_what_its_text_uses_and_nothing_else(policy: Policy) -> None:
    kinds = policy.commitments.titles
    assert letter_flaws(_letter(), kinds=kinds) == ()
    unused = _letter(fields=(*FIELDS, LetterField(key="phone", label="手机")))
    assert "没有在正文中使用" in "".join(letter_flaws(unused, kinds=kinds))
    assert "没有这个字段" in "".join(letter_flaws(_letter(fields=FIELDS[1:]), kinds=kinds))
    assert "承诺类型" in "".join(letter_flaws(_letter(kind="seventh"), kinds=kinds))


@pytest.mark.row("M4-02")
def test_a_version_says_which_fields_changed() -> None:
    after = _letter(title="新名称", fields=(FIELDS[0].model_copy(update={"longest": 20}), *FIELDS[1:3]))
    assert set(changes(_letter(), after)) == {"修改名称", "修改字段“事项”", "删除字段“方式”"}
    assert changes(None, after) == ("新增承诺书",)


@pytest.mark.guard("G13")
@given(words=st.text(max_size=40))
def test_nothing_that_is_not_public_and_no_personal_number_is_in_the_public_copy(words: str) -> None:
    secret = f"隐{words}密"
    shown = public_copy(
        _letter().content,
        _letter(),
        {"matter": "13803781234", "until": "2026-12-01", "number": "", "way": secret},
        subject="某公司",
        code="x",
    )
    assert secret not in shown
    assert "13803781234" not in shown


@pytest.mark.row("M4-01")
@pytest.mark.row("M4-14")
def test_a_list_is_whole_and_leaves_out_what_touches_safety(policy: Policy) -> None:
    assert _wrong(policy, _item()) == ""
    assert "还没有事项" in _wrong(policy)
    assert "重复" in _wrong(policy, _item(), _item())
    assert "没有承诺书" in _wrong(policy, _item(letter="other"))
    assert "另一种承诺类型" in _wrong(policy, _item(letter="late"))
    assert "可以后补" in _wrong(policy, _item(kind="tolerance", letter="late"))
    proof = _item(variant=Variant.PROOF, materials=[Material(name="场所证明", promised=True)])
    assert _wrong(policy, proof) == ""
    assert "代替哪些证明" in _wrong(policy, _item(variant=Variant.PROOF))
    touched = proof.model_copy(update={"areas": (Area.LIFE,)})
    assert "不适用证明事项告知承诺" in _wrong(policy, touched)


@pytest.mark.row("M4-10")
def test_the_code_has_twenty_digits_and_no_more_serials_than_six() -> None:
    assert code_of("410200", on=DAY, serial=17) == "41020020261120000017"
    for division, serial in (("4102", 1), ("410200", 0), ("410200", 1_000_000)):
        with pytest.raises(Refusal, match="承诺编码编不出来"):
            code_of(division, on=DAY, serial=serial)


def _row(**given: object) -> RegisterRow:
    known = {
        "code": "41020020261120000017",
        "subject_name": "某公司",
        "subject_category": "法人及非法人组织",
        "subject_code": "91410200MA0000000X",
        "type": "tolerance",
        "reason": "申请",
        "content": "承诺",
        "liability": "责任",
        "committed_on": DAY,
        "accepted_by": "某局",
        "accepted_by_code": "11410200MB0000000X",
    }
    return RegisterRow(**known | given)  # type: ignore[arg-type]


@pytest.mark.row("M4-10")
@pytest.mark.row("M4-09")
def test_a_line_has_twenty_columns_and_a_breach_says_what_and_what_follows(policy: Policy) -> None:
    rules = policy.commitments
    assert len(cells(_row(), rules)) == 20
    assert lacking(_row(), rules) == ()
    assert lacking(_row(outcome=Outcome.FALSE), rules) == ("未履行的承诺内容", "违诺责任追究内容")
    written = cells(_row(outcome=Outcome.FALSE, unperformed="一", pursued="二"), rules)
    assert (written["fulfilment"], written["remarks"]) == ("全部未履行", "虚假承诺")
    assert lacking(_row(reason=""), rules) == ("承诺事由",)


@pytest.mark.row("M4-13")
@pytest.mark.row("M4-03")
def test_figures_know_six_kinds_and_the_older_four(policy: Policy) -> None:
    rows = [
        Counted(1, "substitution", 6, 4, 3, 1),
        Counted(1, "voluntary", 2, 0, 0, 0),
        Counted(2, "tolerance", 2, 1, 1, 0),
    ]
    assert kept_per_mille(rows) == 800
    assert replacing_per_mille(rows, policy.commitments) == 600
    assert by_four(rows, policy.commitments)["substitution"] == 8
    assert kept_per_mille([]) is None


@pytest.mark.guard("G16")
@pytest.mark.row("M4-05")
def test_a_hint_has_reasons_and_light_records_say_nothing_against() -> None:
    light = Standing("行政处罚", DAY, Seriousness.GENERAL)
    assert not hint_on([light]).careful
    lied = Standing("信用承诺", DAY, Seriousness.MINOR, false_promise=True)
    told = hint_on([light, lied])
    assert told.careful
    assert "曾作出虚假承诺" in told.reasons[0]
    assert "由您决定" in told.words


@pytest.mark.row("M4-02")
def test_a_letter_not_yet_filled_in_reads_without_keys(policy: Policy) -> None:
    for key, entry in policy.commitments.letters.items():
        letter = entry.letter(key)
        shown = unfilled(letter, subject="开封蓝天食品有限公司", code="91410200MA00000001")
        whole = shown.content + shown.liability
        assert "{" not in whole and "}" not in whole
        for field in letter.fields:
            assert ("{" + field.key + "}" in letter.content + letter.liability) == (
                f"（{field.label}）" in whole
            )
    assert "承诺人名称" in unfilled(letter).content
