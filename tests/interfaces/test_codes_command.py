"""`xinheng codes check` on files as departments send them."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xinheng.core.credit_code import organisation_check_character, uscc_check_character
from xinheng.core.refusal import Refusal
from xinheng.core.resident_id import resident_id_check_character
from xinheng.interfaces.cli import app

FIRST17 = "91410202MA3X0001" + organisation_check_character("MA3X0001")
FIRM = FIRST17 + uscc_check_character(FIRST17)
PERSON = "41020219850312001" + resident_id_check_character("41020219850312001")


def checked(file: Path, *, column: str = "统一社会信用代码") -> list[dict[str, str]]:
    out = file.with_name("out.csv")
    arguments = ["codes", "check", str(file), "--column", column, "--out", str(out)]
    CliRunner().invoke(app, arguments, catch_exceptions=False)
    with out.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    file = folder / "in.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.row("M1-03")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_each_row_gets_kind_validity_and_problem(tmp_path: Path, encoding: str) -> None:
    wrong = FIRM[:17] + ("1" if FIRM[17] != "1" else "2")
    rows = [f"甲公司,{FIRM}", f"乙公司,{wrong}", "丙公司,无", "丁公司,330200400065251", "戊公司,１２"]
    found = checked(written(tmp_path, "\n".join(["名称,统一社会信用代码", *rows]), encoding=encoding))
    assert list(found[0]) == ["row", "code", "kind", "valid", "problem"]
    assert [tuple(row.values()) for row in found] == [
        ("2", FIRM, "uscc", "true", ""),
        ("3", wrong, "uscc", "false", "校验位不符"),
        ("4", "无", "placeholder", "false", "未填写代码或为占位符"),
        ("5", "330200400065251", "registration", "true", ""),
        ("6", "12", "unknown", "false", "不是已知的代码格式，原样保留"),
    ]


def test_the_header_may_stand_below_a_title_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    text = f'行政处罚公示,,\n\n序号, 统一社会信用代码\ufeff ,备注\n1,{FIRM},"两\n行"\n\n2\n3,{FIRM},\n'
    found = checked(written(tmp_path, text))
    assert [(row["row"], row["kind"]) for row in found] == [
        ("4", "uscc"),
        ("6", "placeholder"),
        ("7", "uscc"),
    ]


def test_a_tab_separated_file_is_read(tmp_path: Path) -> None:
    found = checked(written(tmp_path, f"名称\t统一社会信用代码\n甲\t{FIRM}\n"))
    assert found[0]["code"] == FIRM


@pytest.mark.guard("G13")
def test_a_resident_id_is_not_copied_into_the_result(tmp_path: Path) -> None:
    found = checked(written(tmp_path, f"统一社会信用代码\n{PERSON}\n410202********0012\n{PERSON}N0\n"))
    assert [row["kind"] for row in found] == ["resident_id"] * 3
    assert {row["code"].rstrip("*") for row in found} == {"410202"}


def test_a_cell_that_looks_like_a_formula_is_not_written_as_one(tmp_path: Path) -> None:
    found = checked(written(tmp_path, "统一社会信用代码\n@cmd|calc\n"))
    assert found[0]["code"].startswith("'")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("名称,税号\n甲,1\n".encode(), "现有的列：名称、税号"),
        (b"", "空文件"),
        (b"PK\x03\x04rest", "不是CSV"),
        (b"\xff\xff\xff\x00\x81", "编码"),
        ('统一社会信用代码\n"'.encode() + b"1" * (1 << 21), "无法读取"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_written(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        checked(file)
    assert said in str(refused.value)
    assert [left.name for left in tmp_path.iterdir()] == ["in.csv"]


def test_a_missing_file_and_a_result_over_the_source_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="文件或文件夹不存在"):
        checked(tmp_path / "none.csv")
    file = written(tmp_path, f"统一社会信用代码\n{FIRM}\n").rename(tmp_path / "out.csv")
    with pytest.raises(Refusal, match="不能写到"):
        checked(file)
    assert FIRM in file.read_text(encoding="utf-8")
