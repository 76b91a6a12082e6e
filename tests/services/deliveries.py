"""Rows of penalties as a department would send them, with valid codes."""

from pathlib import Path

from xinheng.core.ids import uscc_check_character

HEADER = (
    "行政相对人名称,行政相对人类别,统一社会信用代码,法定代表人,行政处罚决定书文号,违法行为类型,违法事实,处罚依据,处罚类别,处罚内容,"
    "罚款金额（万元）,处罚决定日期,处罚机关,处罚机关统一社会信用代码,数据来源单位,数据来源单位统一社会信用代码"
)
REGISTER = "企业名称,统一社会信用代码,成立日期,登记机关,经营状态,类型,住所,行业,行政区划代码"


def code(number: int) -> str:
    """A valid made-up credit code of an enterprise in 龙亭区."""
    first = f"91410202MA{number:06d}A"
    return first + uscc_check_character(first)


def name(number: int) -> str:
    return f"开封某某{number}号食品有限公司"


def penalty(number: int, *, document: str | None = None, fine: str = "0.5", **changes: str) -> str:
    """One row below ``HEADER``; changes: name, kind, code, facts, decided."""
    values = {
        "name": name(number),
        "kind": "法人及非法人组织",
        "code": code(number),
        "facts": "销售过期食品",
        "decided": "2026-02-02",
        **changes,
    }
    return (
        f"{values['name']},{values['kind']},{values['code']},,{document or f'汴市监罚〔2026〕{number}号'},食品违法,"
        f"{values['facts']},《中华人民共和国食品安全法》第一百二十四条,罚款,罚款,{fine},{values['decided']},"
        "开封市市场监督管理局,11410200MB1886843X,开封市市场监督管理局,11410200MB1886843X"
    )


def registration(
    number: int, *, industry: str = "食品经营", status: str = "存续", called: str | None = None
) -> str:
    """One row below ``REGISTER``."""
    return (
        f"{called or name(number)},{code(number)},2020-01-{number % 28 + 1:02d},开封市市场监督管理局,{status},"
        f"有限责任公司,开封市龙亭区某街{number}号,{industry},410202"
    )


def write(folder: Path, *rows: str, header: str = HEADER, called: str = "行政处罚.csv") -> Path:
    path = folder / called
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path
