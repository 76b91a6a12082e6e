"""Which rules of a place go further than the national lists allow (规章文件清理, requirements M9-09).

A machine says what it sees: a list or a measure that is not registered, and a document whose rank carries neither. What
the rule is, a person decides (国办发〔2020〕49号 on lists and measures; 平顶山 PDS-11 on the review of existing rules).
"""

from dataclasses import dataclass
from enum import StrEnum

from xinheng.core.lists import FOUNDING, ListKind, Lists
from xinheng.core.measures import SUPPLEMENTING, Measures
from xinheng.core.sources import Rank


class About(StrEnum):
    """What a rule makes."""

    LIST = "list"
    MEASURE = "measure"

    @property
    def label(self) -> str:
        return {"list": "设立名单", "measure": "设立惩戒措施"}[self.value]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in short: what it makes, in its own words, and the rank of its document."""

    about: About
    sets: str
    rank: Rank


def hints(rule: Rule, *, lists: Lists, measures: Measures) -> tuple[str, ...]:
    """What speaks for the rule going too far; empty where nothing does. Words for a person to judge."""
    if rule.about is About.LIST:
        return tuple(_of_list(rule, lists))
    return tuple(_of_measure(rule, measures))


def _of_list(rule: Rule, lists: Lists) -> list[str]:
    said = []
    kind = lists.kind_named(rule.sets)
    if lists.named(rule.sets) is None:
        if kind is None and rule.rank not in FOUNDING:
            said.append(f"“{rule.sets}”不在国家设列的名单范围内，{rule.rank.label}无权增设")
        elif kind is None:
            said.append(f"“{rule.sets}”未登记在名单种类中，请核对后登记")
        elif kind is not ListKind.POSITIVE:
            said.append(f"“{rule.sets}”是旧称，没有指明国家设列的哪一种名单")
    return said


def _of_measure(rule: Rule, measures: Measures) -> list[str]:
    said = "".join(rule.sets.split())
    if any(one.title == said for one in measures.measures.values()):
        return []
    if rule.rank in SUPPLEMENTING:
        return [f"“{rule.sets}”未登记在措施清单中，请核对地方补充清单"]
    return [f"“{rule.sets}”不在失信惩戒措施清单内，{rule.rank.label}无权增设"]
