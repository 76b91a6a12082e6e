"""What a key for trying out is answered: made-up enterprises, each standing for one thing that an answer can hold.

Names, numbers and grounds say that they are samples; their codes are of no division that exists, and no law is cited.
"""

from dataclasses import dataclass

from xinheng.core.credit_code import uscc_check_character


@dataclass(frozen=True, slots=True)
class Sample:
    """``parts``: the parts of the answer in which it has one line."""

    number: int
    name: str
    parts: tuple[str, ...]

    @property
    def code(self) -> str:
        first = f"91410299MA{self.number:06d}A"
        return first + uscc_check_character(first)


_KINDS = (
    ("什么也不适用", ()),
    ("列入名单、市场禁入", ("lists", "bans")),
    ("有惩戒措施", ("measures",)),
    ("有激励措施", ("incentives",)),
    ("有信用承诺", ("commitments",)),
)
SAMPLES = {
    one.code: one
    for one in (
        Sample(number, f"沙箱样例{number}号有限公司（{about}）", parts)
        for number, (about, parts) in enumerate(_KINDS, start=1)
    )
}
WORDS = {
    "commitments": "沙箱样例：信用承诺",
    "lists": "沙箱样例：名单",
    "measures": "沙箱样例：惩戒措施",
    "bans": "沙箱样例：市场禁入",
    "incentives": "沙箱样例：激励措施",
}
"""The title of a line, by the part of the answer."""
