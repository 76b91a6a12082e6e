"""A cited clause is found in a document by its numbering, or the reference is refused."""

import pytest

from xinheng.core.clauses import citation_cause, documents_of, read_document
from xinheng.core.sources import Citation, Rank, Source

TEXT = """# 某市人民政府办公室文件
某政办〔2020〕9号

## 一、总体要求
全市各单位，高新区管委会。
## **二、工作任务**
（一）归集。
1. 每月 5 日前报
送登记表。
2. 按 1.5 倍核对。
（二）公示。
11. 总分 1000 分设计评价模型。
三、保障
(一)考核。
附件
任务清单
1. 市发展改革委
"""


def cite(clause: str, quote: str = "") -> Citation:
    return Citation(source="plan", clause=clause, quote=quote, verified=False)


@pytest.mark.parametrize(
    ("clause", "quote"),
    [
        ("二（一）", "归集"),
        ("1", "每月5日前报送登记表"),
        ("2", "1.5 倍"),
        ("11", "总分1000分"),
        ("二（二）", "总分 1000 分"),
        ("二", "归集"),
        ("三（一）", "考核"),
        ("附件", "市发展改革委"),
        ("", "高新区管委会"),
        ("二（一）", ""),
    ],
)
def test_a_clause_and_its_words_are_found(clause: str, quote: str) -> None:
    assert citation_cause(cite(clause, quote), read_document("某政办〔2020〕9号", TEXT)) is None


@pytest.mark.parametrize(
    ("clause", "quote", "cause"),
    [
        ("四（一）", "", "没有“四（一）”这一条款"),
        ("12", "", "没有“12”这一条款"),
        ("1", "总分1000分", "1 中找不到“总分1000分”"),
        ("11", "归集", "11 中找不到“归集”"),
        ("", "没有的话", "中找不到“没有的话”"),
        ("（一）", "", "没有“（一）”这一条款"),
    ],
)
def test_a_clause_or_words_that_are_not_there_are_named(clause: str, quote: str, cause: str) -> None:
    found = citation_cause(cite(clause, quote), read_document("某政办〔2020〕9号", TEXT))
    assert found is not None
    assert cause in found


def test_a_document_is_recognised_by_the_number_at_its_head() -> None:
    sources = {
        "plan": Source(
            id="plan",
            title="方案",
            number="某政办〔2020〕9号",
            issuer="市",
            rank=Rank.LOCAL_DOCUMENT,
            text_read=True,
        ),
        "other": Source(
            id="other",
            title="办法",
            number="某政办〔2020〕8号",
            issuer="市",
            rank=Rank.LOCAL_DOCUMENT,
            text_read=True,
        ),
    }
    assert set(documents_of([TEXT, "无号文件"], sources)) == {"plan"}
