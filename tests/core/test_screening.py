"""Lines of names to be looked for: read as they are pasted, natural persons and errors named."""

import pytest

from xinheng.core.screening import AskedLine, read_pasted

CODE = "91410202MA9F00001E"
FIRM = "开封市样例食品有限公司"


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        (FIRM, FIRM, ""),
        (CODE, "", CODE),
        (f"{FIRM},{CODE}", FIRM, CODE),
        (f"{CODE}\t{FIRM}", FIRM, CODE),
        (f" {FIRM} ， {CODE.lower()} ", FIRM, CODE),
        (f"{FIRM},", FIRM, ""),
    ],
)
def test_a_line_holds_a_name_a_code_or_both_in_either_order(text: str, name: str, code: str) -> None:
    assert read_pasted(text) == [AskedLine(number=1, name=name, code=code)]


@pytest.mark.guard("G2")
@pytest.mark.row("M9-08")
@pytest.mark.parametrize(
    "text", ["王小明", "41020319900307831X", f"{FIRM},41020319900307831X", f"王小明,{CODE}"]
)
def test_a_line_that_reads_as_a_person_is_named_and_nothing_of_it_is_kept(text: str) -> None:
    (line,) = read_pasted(text)
    assert "自然人" in line.problem and (line.name, line.code) == ("", "")


def test_a_wrong_line_is_told_by_its_number_and_empty_ones_are_left_out() -> None:
    lines = read_pasted(f"{FIRM}\n\n,\n91410202MA9F000010\n{'甲' * 201}")
    assert [(one.number, bool(one.problem)) for one in lines] == [(1, False), (4, True), (5, True)]
    assert "代码有误" in lines[1].problem and "200" in lines[2].problem
