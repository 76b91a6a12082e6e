"""`xinheng match` on files as people keep them."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xinheng.core.credit_code import organisation_check_character, uscc_check_character
from xinheng.core.refusal import Refusal
from xinheng.core.resident_id import resident_id_check_character
from xinheng.interfaces.cli import app


def code(number: int) -> str:
    body = f"MA{number:06d}"
    first = "91410202" + body + organisation_check_character(body)
    return first + uscc_check_character(first)


A, B = code(1), code(2)
LIST = f"name,code\n开封样例食品有限公司,{A}\n开封样沅物流有限公司,{B}\n"


def run(*words: str) -> str:
    return CliRunner().invoke(app, ["match", *words], catch_exceptions=False).output


def written(folder: Path, name: str, text: str, *, encoding: str = "utf-8") -> str:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return str(file)


def read(file: Path, *, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with file.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream))


def pairs(folder: Path, text: str, *, encoding: str = "utf-8") -> list[dict[str, str]]:
    out = folder / "out.csv"
    run("pairs", written(folder, "in.csv", text, encoding=encoding), "--out", str(out))
    return read(out)


def listed(folder: Path, text: str, *, against: str = LIST, encoding: str = "utf-8") -> list[dict[str, str]]:
    out = folder / "out.csv"
    asked = written(folder, "q.csv", text, encoding=encoding)
    run("list", "--queries", asked, "--against", written(folder, "list.csv", against), "--out", str(out))
    return read(out)


@pytest.mark.row("M1-02")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_pairs_keep_their_columns_and_get_score_same_and_reason(tmp_path: Path, encoding: str) -> None:
    text = '编号,name2,备注,name1\n1,开封样例食品有限公司,"甲,乙",開封樣例食品有限公司\n2,开封样沅物流有限公司,,开封样湄物流有限公司\n'
    rows = pairs(tmp_path, text, encoding=encoding)
    assert list(rows[0]) == ["编号", "name2", "备注", "name1", "score", "same", "reason"]
    assert [(row["编号"], row["备注"], row["same"]) for row in rows] == [("1", "甲,乙", "1"), ("2", "", "0")]
    assert "字号不同" in rows[1]["reason"]
    assert float(rows[0]["score"]) > 0.9 > 0.3 > float(rows[1]["score"])


@pytest.mark.row("M1-02")
def test_a_conflict_of_codes_beats_equal_names(tmp_path: Path) -> None:
    name = "开封样例食品有限公司"
    wrong = A[:17] + ("0" if A[17] != "0" else "1")
    text = f"name1,name2,code1,code2\n{name},{name},{A},{B}\n{name},旧名,{A},{A.lower()}\n{name},{name},{A},{wrong}\n{name},{name},,{B}\n"
    assert [(row["score"], row["same"]) for row in pairs(tmp_path, text)] == [
        ("0.0000", "0"),
        ("1.0000", "1"),
        ("0.9900", "1"),
        ("0.9900", "1"),
    ]


def test_empty_cells_and_short_rows_keep_their_place(tmp_path: Path) -> None:
    rows = pairs(
        tmp_path, "name1,name2,x\n,开封样例食品有限公司,\n,,\n开封样例食品有限公司\n\n甲公司,甲公司,1\n"
    )
    assert [row["same"] for row in rows] == ["0", "0", "0", "1"]
    assert [row["x"] for row in rows] == ["", "", "", "1"]


def test_a_second_run_over_its_own_result_replaces_what_it_added(tmp_path: Path) -> None:
    first = pairs(tmp_path, "name1,name2\n开封样例食品有限公司,开封样例食品\n")
    (tmp_path / "again.csv").write_bytes((tmp_path / "out.csv").read_bytes())
    run("pairs", str(tmp_path / "again.csv"), "--out", str(tmp_path / "third.csv"))
    assert read(tmp_path / "third.csv") == first


def test_plain_utf8_stays_plain_and_other_files_get_a_mark(tmp_path: Path) -> None:
    text = "name1,name2\n甲公司,乙公司\n"
    pairs(tmp_path, text)
    assert (tmp_path / "out.csv").read_bytes().startswith(b"name1")
    pairs(tmp_path, text, encoding="gb18030")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfname1")


@pytest.mark.row("M1-02")
@pytest.mark.parametrize("title", ["name", "Name ", "企业名称", "code", "统一社会信用代码"])
def test_a_list_is_searched_by_name_and_by_code(tmp_path: Path, title: str) -> None:
    asked = [A.lower(), f" {B} ", "样例食品有限公司" if "ode" not in title and "代码" not in title else A]
    rows = listed(tmp_path, "\n".join([title, *asked, ""]))
    assert list(rows[0]) == ["query", "matched_name", "code", "score", "same"]
    assert [(row["code"], row["same"]) for row in rows] == [(A, "1"), (B, "1"), (A, "1")]
    assert rows[0]["query"] == A.lower()


def test_what_is_not_certain_is_left_empty(tmp_path: Path) -> None:
    against = f"{LIST}洛阳样例食品有限公司,{code(3)}\n"
    rows = listed(
        tmp_path, "name\n样例食品有限公司\n开封样沆物流有限公司\n在别处的一家医院\n", against=against
    )
    assert [row["same"] for row in rows] == ["", "", "0"]
    assert rows[2]["matched_name"] == ""


def test_a_subject_that_the_list_holds_twice_is_one(tmp_path: Path) -> None:
    against = f"名称,统一社会信用代码\n开封样例食品有限公司,{A}\n开封样例食品有限公司,{A.lower()}\n"
    assert listed(tmp_path, "name\n开封样例食品\n", against=against)[0]["same"] == "1"


@pytest.mark.guard("G13")
def test_a_resident_id_is_neither_searched_nor_copied(tmp_path: Path) -> None:
    person = "41020219850312001" + resident_id_check_character("41020219850312001")
    rows = listed(tmp_path, f"name\n{person}\n")
    assert person not in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert (rows[0]["matched_name"], rows[0]["same"]) == ("", "0")


def test_a_query_that_looks_like_a_formula_is_not_written_as_one(tmp_path: Path) -> None:
    assert listed(tmp_path, "name\n=1+1\n")[0]["query"] == "'=1+1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("名称,x\n甲,乙\n".encode(), "没有名为 name1、name2 的列"),
        ("name1\n甲\n".encode(), "没有名为 name2 的列"),
        (b"", "空文件"),
        (b"PK\x03\x04....", "电子表格文件"),
        ("name1,name2\n甲公司,乙公司,丙\n".encode(), "第2行有3列"),
        (b"name1,name2\n\xff\xff\xfe,\x81\n", "不是UTF-8或GB18030"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_written(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_bytes(content)
    out.write_text("former", encoding="utf-8")
    with pytest.raises(Refusal, match=said):
        run("pairs", str(file), "--out", str(out))
    assert out.read_text(encoding="utf-8") == "former"
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv"}


def test_one_title_over_two_columns_is_refused(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "in.csv",
        "name1,name1,name2\n开封样例食品有限公司,开封样沅物流有限公司,开封样例食品有限公司\n",
    )
    out = tmp_path / "out.csv"
    with pytest.raises(Refusal, match="2列都叫 name1"):
        run("pairs", file, "--out", str(out))
    assert not out.exists()


def test_queries_without_name_and_code_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="name 或 code"):
        listed(tmp_path, "地址\n某处\n")


def test_a_list_without_codes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="没有名为 code 的列"):
        listed(tmp_path, "name\n甲公司\n", against="name\n甲公司\n")


def test_the_result_may_not_replace_what_is_read(tmp_path: Path) -> None:
    file = written(tmp_path, "in.csv", "name1,name2\n甲公司,乙公司\n")
    with pytest.raises(Refusal, match="会把它覆盖"):
        run("pairs", file, "--out", file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="打不开"):
        run("pairs", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out.csv"))
