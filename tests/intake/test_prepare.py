"""Every row of a delivery is accepted, sent back with a reason, or known to be a copy; nothing else happens to it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.intake.conftest import ABNORMAL, PENALTY, Deliver, code, penalty
from tests.intake.rows import accepted, all_text, codes_by_row

from xinheng.core.checks import outcomes_with
from xinheng.core.days import last_day
from xinheng.core.refusal import Outcome, Refusal
from xinheng.intake.dates import LAST
from xinheng.intake.prepare import Standards, original_rows


def standards(**outcomes: Outcome) -> Standards:
    return Standards(outcomes=outcomes_with(outcomes))


def test_a_clean_row_becomes_a_normalised_record(deliver: Deliver) -> None:
    prepared = deliver([penalty(1)])
    (row,) = accepted(prepared)
    assert (row["row_no"], row["code"], row["name"]) == (2, code(1), "汴京试验第1商贸有限公司")
    assert (row["item"], row["document_no"], row["result"]) == (4, "汴市监罚〔2026〕1号", "fine")
    assert (row["decided_on"], row["valid_to"]) == (date(2026, 3, 2), date(2027, 3, 3))
    assert (row["amount_fen"], row["authority"], row["flags"]) == (500_000, "开封市市场监督管理局", "")
    assert row["details"]["违法事实"] == "检查时未能出示进货查验记录"
    assert len(row["content_hash"]) == len(row["natural_hash"]) == 16
    assert prepared.report() == {
        "path": "送来1.csv",
        "status": "mapped",
        "feed": "penalty-dual-publicity",
        "encoding": "utf-8",
        "format": "csv",
        "header_row": 1,
        "rows": 1,
        "accepted": 1,
        "quarantined": 0,
        "duplicates": 0,
        "problems": {},
        "code_column": "统一社会信用代码",
        "name_column": "行政相对人名称",
        "personal_ids_found": 0,
        "message": "",
        "advice": "",
        "known_as": None,
        "notes": [],
    }


def test_the_columns_of_accepted_rows_are_those_that_services_load(deliver: Deliver) -> None:
    schema = pq.read_schema(deliver([penalty(1)]).accepted_path)
    assert [(field.name, str(field.type)) for field in schema] == [
        ("row_no", "int32"),
        ("code", "string"),
        ("other_kind", "string"),
        ("other_code", "string"),
        ("name", "string"),
        ("item", "int16"),
        ("document_no", "string"),
        ("decided_on", "date32[day]"),
        ("valid_from", "date32[day]"),
        ("valid_to", "date32[day]"),
        ("authority", "string"),
        ("authority_code", "string"),
        ("amount_fen", "int64"),
        ("headcount", "int32"),
        ("result", "string"),
        ("seriousness", "int16"),
        ("finality", "int16"),
        ("title", "string"),
        ("details", "string"),
        ("flags", "string"),
        ("content_hash", "binary"),
        ("natural_hash", "binary"),
    ]


def test_a_last_day_is_kept_as_the_first_day_off(deliver: Deliver) -> None:
    ends = ("2026-03-01", "2026-03-02", "长期", "2099/12/31", "9999-12-31", "")
    prepared = deliver([penalty(number, 处罚有效期=end) for number, end in enumerate(ends, start=1)])
    assert codes_by_row(prepared) == {2: ["E04"]}
    far = date(2100, 1, 1)
    assert [row["valid_to"] for row in accepted(prepared)] == [date(2026, 3, 3), far, far, far, None]
    assert last_day(far) == LAST


def test_a_day_of_removal_is_the_first_day_off_already(deliver: Deliver, write: Callable[..., Path]) -> None:
    days = ("2026-03-01", "2026-03-02", "")
    rows = [
        (
            f"汴京试验第{one}商贸有限公司",
            code(one),
            f"原因{one}",
            "2026-03-02",
            day,
            "已移出",
            "开封市市场监督管理局",
        )
        for one, day in enumerate(days, start=1)
    ]
    prepared = deliver(write([ABNORMAL, *rows]))
    assert prepared.report()["feed"] == "xinheng-abnormal-operation"
    assert codes_by_row(prepared) == {2: ["E04"]}
    assert [row["valid_to"] for row in accepted(prepared)] == [date(2026, 3, 2), None]


@pytest.mark.row("M2-05")
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"行政处罚决定书文号": ""}, ["E01"]),
        ({"处罚决定日期": "/"}, ["E01"]),
        ({"处罚决定日期": "去年春天"}, ["E02"]),
        ({"罚款金额（万元）": "若干"}, ["E02"]),
        ({"统一社会信用代码": "914102020000000010"}, ["E03"]),
        ({"处罚有效期": "2026-01-01"}, ["E04"]),
        ({"处罚决定日期": "2026-11-21", "处罚有效期": "2027-11-21", "上报日期": ""}, ["E05"]),
        ({"罚款金额（万元）": "0"}, ["E06"]),
        ({"处罚类别": "警告"}, ["E06"]),
        ({"统一社会信用代码": ""}, ["E13"]),
        ({"统一社会信用代码": "00000000000000000X"}, ["E13"]),
        ({"统一社会信用代码": "9141****0001"}, ["E13"]),
        ({"行政处罚决定书文号": "汴" * 129}, ["E14"]),
        ({"行政相对人类别": "自然人"}, ["E16"]),
        ({"行政相对人名称": "王小明", "统一社会信用代码": ""}, ["E16"]),
        ({"行政相对人名称": "王**", "统一社会信用代码": "-"}, ["E16"]),
        ({"统一社会信用代码": "110101199003070011"}, ["E16"]),
    ],
)
def test_a_defective_row_goes_back_with_its_code(
    deliver: Deliver, changes: dict[str, str], codes: list[str]
) -> None:
    prepared = deliver([penalty(1), penalty(2, **changes)])
    assert codes_by_row(prepared) == {3: codes}
    assert (prepared.accepted, prepared.quarantined) == (1, 1)
    assert prepared.problems == dict.fromkeys(codes, 1)


@pytest.mark.row("M2-05")
@pytest.mark.parametrize(
    ("changes", "flag", "field", "value"),
    [
        ({"统一社会信用代码": code(2).lower() + "　"}, "E15", "code", code(2)),
        ({"行政处罚决定书文号": "汴市监罚〔２０２６〕９号"}, "E15", "document_no", "汴市监罚〔2026〕9号"),
        ({"行政相对人名称": "汴京试验第 2 商贸有限公司"}, "E15", "name", "汴京试验第2商贸有限公司"),
        ({"处罚决定日期": "2026/3/2"}, "", "decided_on", date(2026, 3, 2)),
        ({"罚款金额（万元）": "伍仟元整"}, "", "amount_fen", 500_000),
        ({"处罚类别": "警告;罚款"}, "", "result", "warning+fine"),
    ],
)
def test_a_row_that_can_be_mended_is_accepted_and_noted(
    deliver: Deliver, changes: dict[str, str], flag: str, field: str, value: object
) -> None:
    (row,) = accepted(deliver([penalty(2, **changes)]))
    assert (row["flags"], row[field]) == (flag, value)


def test_another_kind_of_code_is_accepted_where_there_is_no_credit_code(
    deliver: Deliver, write: object
) -> None:
    header = [*PENALTY, "工商注册号"]
    row = [*penalty(1, 统一社会信用代码="/"), "330200400065251"]
    assert callable(write)
    (record,) = accepted(deliver(write([header, row])))
    assert (record["code"], record["other_kind"], record["other_code"]) == (
        None,
        "registration",
        "330200400065251",
    )


@pytest.mark.row("M2-05")
def test_a_row_sent_twice_is_counted_as_a_copy(deliver: Deliver) -> None:
    prepared = deliver([penalty(1), penalty(1), penalty(2)])
    assert (prepared.rows, prepared.accepted, prepared.duplicates, prepared.problems) == (3, 2, 1, {})


@pytest.mark.row("M2-05")
def test_one_act_told_in_two_ways_goes_back_once(deliver: Deliver) -> None:
    prepared = deliver([penalty(1), penalty(1, 违法事实="另一种说法")])
    assert codes_by_row(prepared) == {3: ["E08"]}


def test_the_name_that_most_rows_bear_holds(deliver: Deliver) -> None:
    rows = [
        penalty(number, 统一社会信用代码=code(1), 行政相对人名称="汴京甲商贸有限公司") for number in (1, 2)
    ]
    rows.insert(0, penalty(3, 统一社会信用代码=code(1), 行政相对人名称="汴京乙商贸有限公司"))
    assert codes_by_row(deliver(rows)) == {2: ["E17"]}


@pytest.mark.row("M2-05")
def test_one_company_name_under_two_codes_goes_back_but_a_shop_name_may_repeat(deliver: Deliver) -> None:
    companies = [penalty(number, 行政相对人名称="汴京甲商贸有限公司") for number in (1, 2)]
    shops = [
        penalty(number, 行政相对人名称="城关便民小卖部", 统一社会信用代码=code(number, "92410202"))
        for number in (3, 4)
    ]
    assert codes_by_row(deliver([*companies, *shops])) == {3: ["E17"]}


@pytest.mark.guard("G2")
def test_nothing_of_a_natural_person_is_kept_but_the_row_number(deliver: Deliver) -> None:
    person = penalty(
        2,
        行政相对人名称="王小明",
        统一社会信用代码="110101199003070011",
        行政相对人类别="自然人",
        违法事实="王小明在家中贩卖活鱼",
    )
    prepared = deliver([penalty(1), person])
    assert codes_by_row(prepared) == {3: ["E16"]}
    assert prepared.refused == 1
    text = all_text(prepared)
    assert "王小明" not in text and "活鱼" not in text and "19900307" not in text
    assert original_rows(prepared, [2, 3]).keys() == {2}
    apart = pq.read_table(prepared.refused_path).to_pylist()
    assert [row["row_no"] for row in apart] == [3] and "王小明" in apart[0]["original"]


@pytest.mark.guard("G2")
def test_a_simple_procedure_penalty_on_a_person_is_refused_whatever_the_policy_says(
    deliver: Deliver, write: object
) -> None:
    assert callable(write)
    rows = [[*PENALTY, "处罚程序"], [*penalty(1, 行政相对人类别="自然人"), "简易程序"]]
    prepared = deliver(write(rows), standards=standards(E12=Outcome.FLAG, E16=Outcome.FLAG))
    assert codes_by_row(prepared) == {2: ["E12", "E16"]}
    assert prepared.accepted == 0


@pytest.mark.guard("G13")
def test_personal_numbers_are_masked_in_every_column_and_counted(deliver: Deliver) -> None:
    said = "经营者张三（身份证110101199003070011，电话13812345678）拒绝检查"
    prepared = deliver([penalty(1, 违法事实=said, 行政相对人名称="汴京试验商贸有限公司13912345678")])
    (row,) = accepted(prepared)
    assert "E10" in row["flags"]
    assert "110101************" in row["details"]["违法事实"] and "138********" in row["details"]["违法事实"]
    assert prepared.personal_ids_found == 3
    text = all_text(prepared)
    assert "13812345678" not in text and "13912345678" not in text and "199003070011" not in text


@pytest.mark.row("X-10")
def test_a_column_that_may_not_be_collected_sends_its_rows_back(deliver: Deliver, write: object) -> None:
    assert callable(write)
    rows = [[*PENALTY, "经营者宗教信仰"], [*penalty(1), "某教"], [*penalty(2), "/"]]
    forbidding = Standards(forbidden={"宗教信仰": "宗教信仰"})
    prepared = deliver(write(rows), standards=forbidding)
    assert codes_by_row(prepared) == {2: ["E11"]}
    assert (prepared.refused, prepared.accepted) == (1, 1)
    assert "某教" not in all_text(prepared)


@pytest.mark.guard("G3")
def test_a_record_says_whether_its_decision_still_can_be_overturned(deliver: Deliver, write: object) -> None:
    assert callable(write)
    rows = [[*PENALTY, "救济状态"], [*penalty(1), ""], [*penalty(2), "行政复议中"], [*penalty(3), "已生效"]]
    assert [row["finality"] for row in accepted(deliver(write(rows)))] == [0, 2, 6]


@pytest.mark.row("M2-05")
def test_the_policy_may_be_stricter_than_the_house(deliver: Deliver) -> None:
    late = penalty(1, 处罚有效期="2026-01-01")
    assert deliver([late], standards=standards(E04=Outcome.FLAG)).accepted == 1
    assert codes_by_row(deliver([late], standards=standards(E04=Outcome.REFUSE))) == {2: ["E04"]}


def test_the_header_is_found_below_titles_and_blank_rows(deliver: Deliver, write: object) -> None:
    assert callable(write)
    rows = [["开封市行政处罚公示表（2026年第一季度）"], [""], PENALTY, penalty(1)]
    prepared = deliver(write(rows))
    assert prepared.header_row == 3
    assert [row["row_no"] for row in accepted(prepared)] == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_does_not_change_the_records(deliver: Deliver, write: object, encoding: str) -> None:
    assert callable(write)
    rows = [PENALTY, *(penalty(number) for number in range(1, 6))]
    plain = accepted(deliver(write(rows)))
    assert accepted(deliver(write(rows, encoding=encoding))) == plain


def test_blank_rows_keep_the_numbers_of_the_others(deliver: Deliver) -> None:
    prepared = deliver([penalty(1), [""] * len(PENALTY), [], penalty(2)])
    assert [row["row_no"] for row in accepted(prepared)] == [2, 5]
    assert (prepared.rows, prepared.blank_rows) == (2, 2)


def test_a_table_with_nothing_below_its_header_says_so(
    deliver: Deliver, write: object, tmp_path: Path
) -> None:
    assert callable(write)
    workbook = tmp_path / "表头.xlsx"
    with xlsxwriter.Workbook(str(workbook)) as book:
        book.add_worksheet().write_row(0, 0, PENALTY)
    unknown = write([["设备名称", "采购日期"], ["", ""]], name="未知.csv")
    for path in (
        write([PENALTY]),
        write([["处罚公示表"], PENALTY, [""]], name="标题.csv"),
        workbook,
        unknown,
    ):
        prepared = deliver(path)
        assert (prepared.status, prepared.rows, prepared.problems) == ("unreadable", 0, {"E19": 1}), path.name
        assert prepared.report()["message"] == "只有表头，没有数据行。"
        assert prepared.report()["advice"]
        assert prepared.notes == ()


def test_a_repeated_header_is_not_a_record(deliver: Deliver) -> None:
    assert codes_by_row(deliver([penalty(1), list(PENALTY), penalty(2)])) == {3: ["E19"]}


def test_a_file_that_breaks_off_loses_only_its_last_row(deliver: Deliver, write: object) -> None:
    assert callable(write)
    path: Path = write([PENALTY, *(penalty(number) for number in range(1, 4))])
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[: whole.rindex("检查时")] + '"经查', encoding="utf-8")
    prepared = deliver(path)
    assert [row["row_no"] for row in accepted(prepared)] == [2, 3]
    assert codes_by_row(prepared) == {4: ["E19"]}


def test_a_file_of_another_feed_says_what_is_missing(deliver: Deliver) -> None:
    prepared = deliver([penalty(1)], feed="penalty-tax")
    assert (prepared.status, prepared.feed, prepared.problems) == ("unmapped", None, {"E18": 1})
    assert "纳税人识别号" in prepared.message
    assert prepared.report()["message"] == prepared.message


def test_an_unknown_feed_is_refused(deliver: Deliver) -> None:
    with pytest.raises(Refusal, match="没有名为"):
        deliver([penalty(1)], feed="penalty-moon")


def test_an_unknown_file_is_profiled_and_not_read(deliver: Deliver, write: object) -> None:
    assert callable(write)
    rows = [
        ["商户", "社会信用号", "心得"],
        *([f"汴京试验第{n}商贸有限公司", code(n), "很好"] for n in range(1, 9)),
    ]
    prepared = deliver(write(rows))
    assert (prepared.status, prepared.rows, prepared.accepted) == ("unmapped", 8, 0)
    assert (prepared.code_column, prepared.name_column) == ("社会信用号", "商户")
    assert not prepared.accepted_path.exists()


def test_a_list_of_powers_is_known_and_not_read(deliver: Deliver, write: object) -> None:
    assert callable(write)
    prepared = deliver(write([["实施主体", "职权编号", "职权名称"], ["某局", "C01", "对某事的处罚"]]))
    assert (prepared.status, prepared.feed) == ("unmapped", None)
    assert "不读入" in prepared.message
    assert prepared.report()["known_as"] == prepared.known_as
    assert prepared.known_as is not None


def test_the_same_file_gives_the_same_hashes(deliver: Deliver) -> None:
    rows = [penalty(number) for number in range(1, 30)]
    first, second = accepted(deliver(rows)), accepted(deliver(rows[::-1]))
    keys = {(row["code"], row["content_hash"], row["natural_hash"]) for row in first}
    assert keys == {(row["code"], row["content_hash"], row["natural_hash"]) for row in second}


def test_brackets_and_blanks_do_not_make_another_act(deliver: Deliver) -> None:
    one, other = (
        accepted(deliver([penalty(1, 行政处罚决定书文号=number)]))[0]
        for number in ("汴市监罚〔2026〕1号", "汴市监罚[2026] 1号")
    )
    assert one["natural_hash"] == other["natural_hash"]


_CELLS = st.sampled_from(
    [
        "",
        "/",
        "无",
        "王小明",
        "罚款",
        "2026-02-30",
        "abc",
        '"',
        "a,b",
        "\n",
        "13812345678",
        code(7),
        "0.5",
        "＝１",
        "x" * 300,
    ]
)


@pytest.mark.row("M2-05")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.dictionaries(st.sampled_from(PENALTY), _CELLS, max_size=5)),
        max_size=12,
    )
)
def test_nothing_is_dropped_silently(deliver: Deliver, rows: list[tuple[int, dict[str, str]]]) -> None:
    sent = [penalty(number, **changes) for number, changes in rows]
    filled = [row for row in sent if any(cell.strip() for cell in row)]
    prepared = deliver(sent) if sent else deliver([penalty(1)])
    expected = len(filled) if sent else 1
    assert prepared.rows == expected
    numbers = [row["row_no"] for row in accepted(prepared)] + list(codes_by_row(prepared))
    assert len(numbers) == len(set(numbers)) == expected - prepared.duplicates


def test_details_are_one_json_object_of_filled_fields(deliver: Deliver) -> None:
    prepared = deliver([penalty(1, 违法事实='说"不"\\，换行\n第二行', 违法行为类型="/")])
    row = pq.read_table(prepared.accepted_path).to_pylist()[0]
    details = json.loads(row["details"])
    assert details["违法事实"] == '说"不"\\，换行\n第二行'
    assert "违法行为类型" not in details


def test_a_feed_that_was_asked_for_needs_no_title(deliver: Deliver, write: object) -> None:
    assert callable(write)
    path = write([["企业名称", "统一社会信用代码"], ["汴京试验商贸有限公司", code(1)]])
    assert deliver(path).feed != "honour-gazelle"
    assert deliver(path, feed="honour-gazelle").feed == "honour-gazelle"
