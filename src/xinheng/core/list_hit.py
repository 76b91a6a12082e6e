"""What stands on a list that others decide meets something this city has given: looked at by a person, adverse to nobody.

A machine compares and proposes; a named person says whether it is the same enterprise. What follows, the end of an
incentive or a measure, is a case of its own with notice and second person (淮政办发〔2020〕80号四（一）; 国办发〔2020〕49号).
"""

from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.steps import OFFICERS, by, by_clock

NAME = "list_hit"

LIST_HIT = published(
    Flow(
        name=NAME,
        version=1,
        title="名单比对核实",
        states=(
            State(
                key="found",
                title="待核实",
                party="其他机关的名单载有您单位，或者载有与您单位相同、相近的名称，正在核实是不是同一单位。没有因此作出任何处理，不需要您做什么。",
            ),
            State(
                key="confirmed",
                title="核实一致",
                settled=True,
                party="已核实是同一单位。此后如有拟作出的处理，会另行书面告知并听取您的陈述。",
            ),
            State(
                key="dismissed",
                title="核实不一致",
                settled=True,
                party="经核实，名单所载与本市登记的单位不是同一单位，或者已经失效，没有作出任何处理。",
            ),
            State(
                key="ended",
                title="名单已移出",
                settled=True,
                party="该机关的名单已没有这一条，没有作出任何处理。",
            ),
        ),
        steps=(
            by_clock("find", "比对发现", NEW, "found"),
            by(OFFICERS, "confirm", "核实一致", "found", "confirmed", ground_required=True),
            by(OFFICERS, "dismiss", "核实不一致", "found", "dismissed"),
            by_clock("end", "名单移出", "found", "ended"),
        ),
    )
)
