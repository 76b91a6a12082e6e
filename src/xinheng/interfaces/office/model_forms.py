"""The forms of the model editor: each shows one part of the draft and gives it back as the tree of the file.

What a part may say is decided by core.models; a form only turns fields into values and back. Lists of steps are lines
of text, one step a line, as they stand in a table of points.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from xinheng.core.feeds import ITEMS, Target
from xinheng.core.indicators import CLASSES
from xinheng.core.model_report import CLASS_LABELS
from xinheng.core.models import Effect, Measure, ModelKind, SubjectKind, Use
from xinheng.core.policy import Policy
from xinheng.core.sources import Rank
from xinheng.store.subjects import SubjectKind as SubjectWords

Tree = dict[str, Any]
GROUNDS = 4
_STEPS = {
    "points": "每条同样分值",
    "by_amount": "按金额分档（元）",
    "by_headcount": "按人数分档",
    "by_result": "按结果",
    "bands": "按合计分档",
}


def lines_of(text: str) -> list[list[str]]:
    """Words of each line that is not empty."""
    return [words for line in text.splitlines() if (words := line.replace("，", " ").split())]


def whole(word: Any) -> Any:
    """A whole number where it is one; anything else stays, so that the check can name it."""
    return int(word) if isinstance(word, str) and word.isascii() and word.isdecimal() else word


class PartForm(forms.Form):
    """Part of a draft. ``initial_of`` and ``tree`` are each other's opposites."""

    def __init__(self, policy: Policy, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name.endswith("_source"):
                field.choices = [("", "—"), *_sources(policy)]  # type: ignore[attr-defined]

    def tree(self) -> Tree:
        raise NotImplementedError

    def chosen(self, name: str) -> list[str]:
        """Of a list of choices; what was chosen before keeps its order."""
        before, now = self.initial.get(name) or [], self.cleaned_data[name]
        return [each for each in before if each in now] + [each for each in now if each not in before]

    @property
    def plain(self) -> list[forms.BoundField]:
        """Fields that are shown one under the other."""
        return [field for field in self if not field.name.startswith(("basis_", "national_"))]

    @property
    def grounds(self) -> list[dict[str, forms.BoundField]]:
        """Rows of grounds: document, clause, compared."""
        rows = [f"basis_{number}" for number in range(GROUNDS)]
        rows += ["national"] if "national_source" in self.fields else []
        found = [row for row in rows if f"{row}_source" in self.fields]
        return [{part: self[f"{row}_{part}"] for part in ("source", "clause", "verified")} for row in found]


def _sources(policy: Policy) -> Iterable[tuple[str, str]]:
    ranks = list(Rank)
    known = sorted(policy.sources.values(), key=lambda source: (ranks.index(source.rank), source.id))
    return [
        (source.id, f"{source.title}（{source.number}）" if source.number else source.title)
        for source in known
    ]


def _choice(label: str, choices: Sequence[tuple[str, str]], *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required)


def _text(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=more.pop("max_length", 200), required=False, **more)


def _number(label: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "size": 8})
    return forms.CharField(label=label, max_length=16, required=False, widget=widget)


def _lines(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=8000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )


def _many(label: str, choices: Iterable[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=False, widget=forms.CheckboxSelectMultiple
    )


def _ground_fields(prefix: str, label: str = "文件") -> dict[str, forms.Field]:
    return {
        f"{prefix}_source": forms.ChoiceField(label=label, choices=[], required=False),
        f"{prefix}_clause": forms.CharField(label="条款", max_length=60, required=False),
        f"{prefix}_verified": forms.BooleanField(label="已与原文核对", required=False),
    }


class _Grounds(PartForm):
    """Parts that stand on documents."""

    def __init__(self, policy: Policy, *args: Any, **kwargs: Any) -> None:
        for number in range(GROUNDS):
            self.base_fields.update(_ground_fields(f"basis_{number}"))
        super().__init__(policy, *args, **kwargs)

    def basis(self) -> list[Tree]:
        """Grounds as filled in; those for which the form has no room stay as they were."""
        before = self.initial.get("basis") or []
        shown = [*before, *[None] * GROUNDS][:GROUNDS]
        found = [self.citation(f"basis_{number}", each) for number, each in enumerate(shown)]
        return [*(each for each in found if each is not None), *before[GROUNDS:]]

    def citation(self, prefix: str, before: Tree | None) -> Tree | None:
        """Words quoted from a clause stay while it is the same clause."""
        given = self.cleaned_data
        if not given[f"{prefix}_source"]:
            return None
        source, clause = given[f"{prefix}_source"], given[f"{prefix}_clause"]
        old = before or {}
        same = (old.get("source"), old.get("clause") or "") == (source, clause)
        return {
            "source": source,
            "verified": given[f"{prefix}_verified"],
            **_filled(clause=clause, quote=old.get("quote") if same else None),
        }


def _initial_grounds(part: Tree) -> Tree:
    found: Tree = {"basis": part.get("basis") or []}
    for number, each in enumerate(found["basis"][:GROUNDS]):
        found |= _initial_citation(f"basis_{number}", each)
    return found


def _initial_citation(prefix: str, citation: Tree | None) -> Tree:
    return {f"{prefix}_{key}": (citation or {}).get(key) for key in ("source", "clause", "verified")}


def item_choices(policy: Policy) -> list[tuple[str, str]]:
    return [(code, policy.catalogue.items[code].title) for code in ITEMS if code in policy.catalogue.items]


def result_words(policy: Policy) -> list[tuple[str, list[str]]]:
    """Result words that feeds deliver, by item: ``word（wording）``."""
    found: dict[str, dict[str, str]] = {}
    for feed in policy.feeds.values():
        column = feed.columns.get(Target.RESULT)
        if column is None or feed.item is None:
            continue
        for wording, word in (*column.values.items(), *column.contains.items()):
            found.setdefault(feed.item, {}).setdefault(word, wording)
    titles = dict(item_choices(policy))
    return [
        (titles.get(item, item), [f"{word}（{wording}）" for word, wording in sorted(words.items())])
        for item, words in found.items()
    ]


class HeadForm(_Grounds):
    """The model as a whole."""

    title = _text("模型名称", max_length=200)
    kind = _choice("类型", [(kind.value, kind.label) for kind in ModelKind], required=True)
    use = _choice("用途", [(use.value, use.label) for use in Use], required=True)
    owner = _choice("主管领域", [])
    cycle_months = _number("评价周期（月）")
    kinds = _many("评价对象", [(kind.value, SubjectWords(kind.value).label) for kind in SubjectKind])
    sectors = _many("行业领域", [])
    evidence_items = _many("评价所需信息（目录事项）", [])
    evidence_days = _number("评价所需信息的期限（天）")
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    figures_source = forms.ChoiceField(label="分值的来源", choices=[], required=False)

    def __init__(self, policy: Policy, *args: Any, **kwargs: Any) -> None:
        super().__init__(policy, *args, **kwargs)
        sectors = [(key, sector.title) for key, sector in policy.sectors.sectors.items()]
        self.fields["owner"].choices = sectors  # type: ignore[attr-defined]
        self.fields["sectors"].choices = sectors  # type: ignore[attr-defined]
        self.fields["evidence_items"].choices = item_choices(policy)  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(tree: Tree) -> Tree:
        population, evidence = tree.get("population") or {}, tree.get("evidence") or {}
        return {
            **{key: tree.get(key, "") for key in ("title", "kind", "use", "owner", "note", "cycle_months")},
            "kinds": population.get("kinds", []),
            "sectors": population.get("sectors", []),
            "evidence_items": evidence.get("items", []),
            "evidence_days": evidence.get("window_days", ""),
            "figures_source": (tree.get("figures") or {}).get("source", ""),
            **_initial_grounds(tree),
        }

    def changed(self, tree: Tree) -> Tree:
        """The whole draft with this part in its place; what the form does not show stays."""
        given = self.cleaned_data
        figures = tree.get("figures") or {"verified": False}
        if given["figures_source"] != figures.get("source"):
            figures = {"source": given["figures_source"], "verified": False}
        found = {
            **tree,
            **{key: given[key] for key in ("title", "kind", "use", "owner")},
            "population": {
                **(tree.get("population") or {}),
                "kinds": self.chosen("kinds"),
                "sectors": self.chosen("sectors"),
            },
            "evidence": _filled(
                items=self.chosen("evidence_items"), window_days=whole(given["evidence_days"])
            ),
            "basis": self.basis(),
            "figures": figures,
        }
        for key in ("note", "cycle_months"):
            found.pop(key, None)
        return {**found, **_filled(note=given["note"], cycle_months=whole(given["cycle_months"]))}


class ScaleForm(PartForm):
    """Points and bands."""

    max = _number("满分")
    min = _number("最低分")
    start = _number("起评分")
    bands = _lines("等级（由优到劣，每行：等级 名称 起点分数）")

    @staticmethod
    def initial_of(tree: Tree) -> Tree:
        scale = tree.get("scale") or {}
        bands = (
            f"{band.get('grade')} {band.get('label')} {band.get('start')}" for band in scale.get("bands", [])
        )
        return {**{key: scale.get(key, "") for key in ("max", "min", "start")}, "bands": "\n".join(bands)}

    def changed(self, tree: Tree) -> Tree:
        given = self.cleaned_data
        bands = [
            dict(zip(("grade", "label", "start"), words, strict=False)) for words in lines_of(given["bands"])
        ]
        return {
            **tree,
            "scale": _filled(max=given["max"], min=given["min"], start=given["start"]) | {"bands": bands},
        }


def _filled(**values: Any) -> Tree:
    """Without what is empty."""
    return {key: value for key, value in values.items() if value not in ("", None, [])}


class FamilyForm(PartForm):
    """Indicators that are capped together."""

    label = _text("名称")
    effect = _choice("方向", [(effect.value, effect.label) for effect in Effect], required=True)
    cap = _number("封顶分")
    floor = _number("保底分（只用于加分）")

    @staticmethod
    def initial_of(part: Tree) -> Tree:
        return dict(part)

    def tree(self) -> Tree:
        return _filled(**self.cleaned_data)


class _Facts(_Grounds):
    """Which facts count, and over which days."""

    items = _many("目录事项", [])
    seriousness = _many("失信程度（不选为全部）", [(word, CLASS_LABELS[word]) for word in CLASSES])
    results = _text("只计这些结果（空格分开）")
    not_results = _text("不计这些结果（空格分开）")
    amount_from_yuan = _number("金额不低于（元）")
    amount_below_yuan = _number("金额低于（元）")
    headcount_from = _number("人数不少于")
    headcount_below = _number("人数少于")
    grades_of = _choice("引用模型的等级", [])
    grades = _text("引用的等级（空格分开）")
    window_days = _number("评价窗口（天）")
    skip_days = _number("最近多少天不计")
    calendar_years = _text("或按自然年（起 止，如 1 1 为上一年）")

    def __init__(self, policy: Policy, *args: Any, **kwargs: Any) -> None:
        super().__init__(policy, *args, **kwargs)
        models = [(model.id, model.title) for model in policy.models.values()]
        self.fields["grades_of"].choices = [("", "—"), *models]  # type: ignore[attr-defined]
        self.fields["items"].choices = item_choices(policy)  # type: ignore[attr-defined]

    def facts(self) -> Tree:
        given = self.cleaned_data
        numbers = ("amount_from_yuan", "amount_below_yuan", "headcount_from", "headcount_below")
        return _filled(
            items=self.chosen("items"),
            seriousness=self.chosen("seriousness"),
            **{key: given[key].replace("，", " ").split() for key in ("results", "not_results", "grades")},
            **{key: whole(given[key]) for key in numbers},
            grades_of=given["grades_of"],
        )

    def window(self) -> Tree:
        given = self.cleaned_data
        years = [whole(word) for words in lines_of(given["calendar_years"]) for word in words]
        return _filled(
            window_days=whole(given["window_days"]), skip_days=whole(given["skip_days"]), calendar_years=years
        )


def _initial_facts(part: Tree) -> Tree:
    facts = part.get("facts") or {}
    return {
        **facts,
        **{key: " ".join(facts.get(key) or []) for key in ("results", "not_results", "grades")},
        "window_days": part.get("window_days", ""),
        "skip_days": part.get("skip_days", ""),
        "calendar_years": " ".join(str(year) for year in part.get("calendar_years") or []),
        **_initial_grounds(part),
    }


class RuleForm(_Facts):
    """A veto, limit, downgrade or switch of the start."""

    label = _text("名称")
    grade = _text("最好不超过的等级", max_length=1)
    levels = _number("降几级")
    points = _number("起评分")
    field_order = ("label", "grade", "levels", "points")

    def __init__(self, policy: Policy, *args: Any, section: str, **kwargs: Any) -> None:
        super().__init__(policy, *args, **kwargs)
        kept = {"vetoes": "grade", "limits": "grade", "downgrades": "levels", "starts": "points"}[section]
        for name in {"grade", "levels", "points"} - {kept}:
            del self.fields[name]
        self._own = kept

    @staticmethod
    def initial_of(part: Tree) -> Tree:
        return {**part, **_initial_facts(part)}

    def tree(self) -> Tree:
        own = self.cleaned_data[self._own]
        return {
            **_filled(label=self.cleaned_data["label"]),
            "facts": self.facts(),
            **self.window(),
            **_filled(**{self._own: whole(own) if self._own == "levels" else own}),
            "basis": self.basis(),
        }


class IndicatorForm(_Facts):
    """One line of the model."""

    label = _text("名称")
    family = _choice("指标类", [])
    measure = _choice("计算方式", [(each.value, each.label) for each in Measure], required=True)
    scale = _choice("分值写法", list(_STEPS.items()), required=True)
    points = _number("分值（每条同样分值时）")
    steps = _lines("分档（每行：起点 分值；按结果时：结果 分值）")
    cap = _number("封顶分")
    floor = _number("保底分（只用于加分）")
    of = _choice("不同种类按什么数", [("", "—"), ("item", "目录事项"), ("result", "结果"), ("year", "年份")])
    per = _choice("按年计", [("", "不按年"), ("year", "每个自然年分别计")])
    year_cap = _number("每年封顶")
    half_life_days = _number("半衰期（天）")
    decay = _lines("衰减表（每行：从第几天起 千分比）")
    field_order = ("label", "family", "measure", "scale", "points", "steps", "cap", "floor")

    def __init__(
        self, policy: Policy, *args: Any, families: Sequence[Mapping[str, Any]], **kwargs: Any
    ) -> None:
        self.base_fields.update(_ground_fields("national", "国家另有规定的文件"))
        super().__init__(policy, *args, **kwargs)
        named = [(str(each.get("id")), str(each.get("label") or each.get("id"))) for each in families]
        self.fields["family"].choices = named  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(part: Tree) -> Tree:
        scale = next((key for key in _STEPS if part.get(key)), "points")
        steps = part.get(scale) if scale != "points" else []
        decay = part.get("decay") or {}
        key = "result" if scale == "by_result" else "start"
        return {
            **part,
            **_initial_facts(part),
            "measure": part.get("measure", "each"),
            "scale": scale,
            "steps": "\n".join(f"{step.get(key)} {step.get('points')}" for step in steps or []),
            "half_life_days": decay.get("half_life_days") or "",
            "decay": "\n".join(f"{step['from_day']} {step['per_mille']}" for step in decay.get("table", [])),
            **_initial_citation("national", part.get("national_rule")),
        }

    def tree(self) -> Tree:
        given = self.cleaned_data
        return {
            **_filled(label=given["label"], family=given["family"]),
            "facts": self.facts(),
            **self.window(),
            "measure": given["measure"],
            **_filled(of=given["of"], per=given["per"], year_cap=given["year_cap"], floor=given["floor"]),
            **self._points(),
            **_filled(decay=self._decay(), cap=given["cap"]),
            "basis": self.basis(),
            **_filled(national_rule=self.citation("national", self.initial.get("national_rule"))),
        }

    def _points(self) -> Tree:
        given = self.cleaned_data
        if given["scale"] == "points":
            return _filled(points=given["points"])
        by_result = given["scale"] == "by_result"
        key = "result" if by_result else "start"
        rows = [dict(zip((key, "points"), words, strict=False)) for words in lines_of(given["steps"])]
        return {given["scale"]: rows if by_result else [{**row, key: whole(row[key])} for row in rows]}

    def _decay(self) -> Tree | None:
        given = self.cleaned_data
        rows = [[whole(word) for word in words] for words in lines_of(given["decay"])]
        if not rows and not given["half_life_days"]:
            return None
        table = [dict(zip(("from_day", "per_mille"), row, strict=False)) for row in rows]
        return {**_filled(half_life_days=whole(given["half_life_days"])), "table": table}
