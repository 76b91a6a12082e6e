"""For which matters a department's system may check an enterprise, by the purpose that was approved for it.

A check is information for the officer who decides, never a gate; who only lends or trades is not among those who check
(国办发〔2020〕49号; 《河南省社会信用条例》第三十一条; legal guard G16).
"""

from xinheng.core.measure_rows import Occasion
from xinheng.core.refusal import Refusal
from xinheng.core.sharing import Purpose

OCCASIONS = {
    Purpose.PERMIT: (Occasion.LICENSING, Occasion.REGISTRATION, Occasion.COMMITMENT),
    Purpose.TENDER: (Occasion.TENDER, Occasion.PROCUREMENT),
    Purpose.FUNDS: (Occasion.FUNDS, Occasion.BENEFITS),
    Purpose.HONOUR: (Occasion.HONOURS,),
    Purpose.SUPERVISION: (Occasion.SUPERVISION,),
}


def check_occasion(purpose: Purpose, occasion: str) -> Occasion:
    """Refusal MW3 for a matter that the purpose does not cover."""
    open_to = OCCASIONS.get(purpose, ())
    found = next((one for one in open_to if one == occasion), None)
    if found is None:
        words = "、".join(f"{one.label}（{one}）" for one in open_to)
        raise Refusal(
            "MW3",
            f"“{purpose.label}”的授权不能用于这个事项的核查。",
            citation="国办发〔2020〕49号",
            advice=f"可以核查：{words}。" if words else "这项用途不提供核查；须核查的，请另行申请。",
        )
    return found
