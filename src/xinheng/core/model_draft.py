"""A model as its author works on it: a text or a tree that need not be sound yet, and what is still wrong with it.

Every finding names the part of the file it belongs to, so that an editor can show it where it is mended. Nothing is
decided here that core.models, core.model_check and core.composition do not decide.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from xinheng.core.composition import composition_causes
from xinheng.core.model_check import model_causes
from xinheng.core.models import ScoringModel, parse_model
from xinheng.core.policy_file import PolicyError, read_strict_text
from xinheng.core.sources import NATION, Source
from xinheng.core.treatment import Treatment

LISTS = {
    "families": "指标类",
    "indicators": "指标",
    "starts": "起评分开关",
    "vetoes": "一票否决",
    "limits": "等级上限",
    "downgrades": "降级",
}
"""Lists of a model whose parts have a key of their own, with their names."""

FIELDS = {
    "title": "模型名称",
    "owner": "主管领域",
    "cycle_months": "评价周期",
    "population": "评价对象",
    "kinds": "评价对象",
    "sectors": "行业领域",
    "evidence": "评价所需信息",
    "max": "满分",
    "min": "最低分",
    "start": "起点分数",
    "bands": "等级",
    "label": "名称",
    "family": "所属指标类",
    "effect": "加分或扣分",
    "facts": "事实",
    "items": "目录事项",
    "seriousness": "严重程度",
    "results": "结果",
    "not_results": "除外的结果",
    "grades_of": "所读的模型",
    "grades": "所读的等级",
    "window_days": "窗口天数",
    "skip_days": "最近多少天不计",
    "calendar_years": "自然年度",
    "measure": "计量方式",
    "points": "分值",
    "by_amount": "按金额的分值",
    "by_headcount": "按人数的分值",
    "by_result": "按结果的分值",
    "decay": "时间衰减",
    "cap": "封顶",
    "floor": "保底",
    "year_cap": "每年封顶",
    "levels": "降级级数",
    "grade": "等级",
    "basis": "依据",
    "figures": "分值的来源",
    "source": "文件",
    "clause": "条款",
}
"""Names of the fields of a file, as the editor calls them."""

HEAD, SCALE = "head", "scale"
_SCALE_KEYS = ("scale", "bands")
FILE = "草稿"

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that keeps a draft from use. ``section``: HEAD, SCALE or one of LISTS; ``place`` counts from 0."""

    section: str
    place: int | None
    field: str
    sentence: str

    @property
    def field_words(self) -> str:
        """The field by its names from the outside in, an unknown key as it was written; empty for the part itself."""
        keys = [key for key in self.field.split(".") if key and not key.isdecimal() and key != "(文件)"]
        return "·".join(dict.fromkeys(FIELDS.get(key, key) for key in keys))


def read_draft(text: str) -> Tree:
    """The tree of a file. Raises PolicyError where it is no YAML or no mapping."""
    tree = read_strict_text(text, file=FILE)
    if not isinstance(tree, dict):
        raise PolicyError([f"{FILE}：(文件)：必须是一组“键: 值”"])
    return tree


def dump_draft(tree: Mapping[str, Any]) -> str:
    """The tree as a policy file that reads back as it was."""
    return yaml.dump(dict(tree), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    """Quotes text that a reader could take for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text.isascii() and text.replace("_", "").isalpha() and text not in {"true", "false", "null"}
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _quoted)


def plain_tree(model: ScoringModel) -> Tree:
    """A model as its author would write it: what is left at its default is left out."""
    tree: Tree = model.model_dump(mode="json", exclude_defaults=True)
    return tree


def findings(
    tree: Mapping[str, Any],
    *,
    others: Mapping[str, ScoringModel],
    sources: Mapping[str, Source],
    sectors: Collection[str],
    treatment: Treatment,
    area: tuple[str, ...] = (NATION,),
) -> tuple[Finding, ...]:
    """Everything that keeps the draft from use; ``others`` are the models in force."""
    try:
        model = parse_model(dict(tree), file=FILE)
    except PolicyError as error:
        return tuple(_structural(tree, error))
    found = [
        _finding(tree, place, sentence)
        for place, sentence in model_causes(
            model, sources=sources, sectors=sectors, treatment=treatment, area=area
        )
    ]
    together = {**others, model.id: model}
    found += [
        _finding(tree, place, sentence)
        for key, place, sentence in composition_causes(together)
        if key == model.id
    ]
    return tuple(found)


def _structural(tree: Mapping[str, Any], error: PolicyError) -> Iterator[Finding]:
    for cause in error.causes:
        _, _, rest = cause.partition("：")
        place, _, sentence = rest.partition("：")
        yield _finding(tree, place, sentence)


def _finding(tree: Mapping[str, Any], place: str, sentence: str) -> Finding:
    section, _, rest = place.partition(".")
    if section in LISTS:
        key, _, field = rest.partition(".")
        return Finding(section, _place(tree, section, key), field, sentence)
    if section in _SCALE_KEYS:
        return Finding(SCALE, None, rest, sentence)
    for name in LISTS:
        if (found := _place(tree, name, section)) is not None:
            return Finding(name, found, rest, sentence)
    return Finding(HEAD, None, place, sentence)


def _place(tree: Mapping[str, Any], section: str, key: str) -> int | None:
    parts = tree.get(section) or []
    if key.isdecimal():
        return int(key)
    return next(
        (place for place, part in enumerate(parts) if isinstance(part, Mapping) and part.get("id") == key),
        None,
    )
