"""The forms of a policy of supervision: what it says as a whole, and what one band means, as the tree of the policy file and back.

What they may say is decided by core.grading and core.grading_change; the forms keep what is typed, sound or not. A changed
number is a new line from the day on which it is written; a number without value is 待确认.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms

from xinheng.core.grading import GRADES
from xinheng.core.inspection_matters import Weight
from xinheng.core.measure_rows import MeasureGroup
from xinheng.core.policy import Policy
from xinheng.core.sources import Rank
from xinheng.interfaces.office.catalogue_forms import documents

Tree = dict[str, Any]
GROUNDS = 3
_PARTS = ("value", "source", "clause", "verified")
_GROUND = ("source", "clause", "verified")


def _text(label: str, longest: int = 200) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False)


def _lines(label: str, longest: int = 2000) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def _sources(policy: Policy) -> list[tuple[str, str]]:
    proposals = [(one.id, one.title) for one in policy.sources.values() if one.rank is Rank.PROPOSAL]
    return [("", "—"), *documents(policy), *proposals]


class PercentField(forms.IntegerField):
    """Thousandths, written as a percentage with one decimal at most: 1.5 → 15."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"step": "0.1", "max": "100"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 10}.{value % 10}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        words = str(value if value is not None else "").strip().rstrip("%％").strip()
        if not words:
            return None
        read = re.fullmatch(r"(\d{1,3})(?:\.(\d)0*)?", words)
        thousandths = int(read[1]) * 10 + int(read[2] or 0) if read else -1
        if not 0 <= thousandths <= 1000:
            raise forms.ValidationError("请填写 0 到 100 的百分数，至多一位小数，例如 1.5。")
        return thousandths


class _Grounded(forms.Form):
    """Grounds and figures, each with its document and clause. ``figures``: label and greatest value by name; those of
    ``shares`` are kept in thousandths and written as percentages."""

    figures: Mapping[str, tuple[str, int]] = {}
    shares: tuple[str, ...] = ()

    def __init__(self, policy: Policy, tree: Mapping[str, Any], on: date, *args: Any, **kwargs: Any) -> None:
        self.policy, self.tree_before, self.on = policy, tree, on
        kwargs["initial"] = {**self._initial(tree), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        sources = _sources(policy)
        for name, (label, most) in self.figures.items():
            kind = PercentField if name in self.shares else forms.IntegerField
            self.fields[f"{name}_value"] = kind(label=label, min_value=0, max_value=most, required=False)
            self.fields |= _cited(name, sources)
        for number in range(GROUNDS):
            self.fields |= _cited(f"basis_{number}", sources)

    def rows(self) -> list[list[forms.BoundField]]:
        """Each figure with its ground."""
        return [[self[f"{name}_{part}"] for part in _PARTS] for name in self.figures]

    def grounds(self) -> list[list[forms.BoundField]]:
        return [[self[f"basis_{number}_{part}"] for part in _GROUND] for number in range(GROUNDS)]

    def plain(self) -> list[forms.BoundField]:
        return [self[name] for name in self.declared_fields]

    def _initial(self, tree: Mapping[str, Any]) -> Tree:
        found: Tree = {}
        for number, one in enumerate((tree.get("basis") or [])[:GROUNDS]):
            found |= {f"basis_{number}_{part}": one.get(part, "") for part in _GROUND}
        for name in self.figures:
            line = _line(tree.get(name), self.on) or {}
            found |= {f"{name}_{part}": line.get(part) for part in _PARTS}
        return found

    def _basis(self) -> list[Tree]:
        given = self.cleaned_data
        kept = {one.get("source"): one for one in self.tree_before.get("basis") or []}
        found = []
        for number in range(GROUNDS):
            part = {name: given[f"basis_{number}_{name}"] for name in _GROUND}
            if part["source"]:
                before = kept.get(part["source"], {})
                same = before.get("clause", "") == part["clause"]
                found.append({**part, "quote": before.get("quote", "") if same else ""})
        return found

    def _figure(self, name: str, unit: str, *, optional: bool = False) -> Tree | None:
        """The figure as it stands in the form: the old one where nothing was changed."""
        before, given = self.tree_before.get(name), self.cleaned_data
        part = {key: given[f"{name}_{key}"] for key in _PARTS}
        if optional and part["value"] is None and not part["source"]:
            return None
        line = _line(before, self.on)
        same = line is not None and line.get("value") == part["value"]
        if line and same and all((line.get(key) or "") == (part[key] or "") for key in _GROUND):
            return dict(before or {})
        later = {day: one for day, one in ((before or {}).get("values") or {}).items() if day > str(self.on)}
        today = self.on.isoformat()
        return {"unit": unit, "values": {today: part, **later}, "checked_on": today}


def _cited(name: str, sources: list[tuple[str, str]]) -> dict[str, forms.Field]:
    return {
        f"{name}_source": forms.ChoiceField(label="依据的文件", choices=sources, required=False),
        f"{name}_clause": _text("条款", 60),
        f"{name}_verified": forms.BooleanField(label="已与原文核对", required=False),
    }


def _line(dated: Mapping[str, Any] | None, on: date) -> Mapping[str, Any] | None:
    """The line that holds on a day, else the first one."""
    values = (dated or {}).get("values") or {}
    known = sorted(values)
    before = [day for day in known if day <= on.isoformat()]
    chosen = before[-1] if before else known[0] if known else None
    found: Mapping[str, Any] | None = values[chosen] if chosen else None
    return found


def figure_words(dated: Mapping[str, Any] | None, written: Callable[[Any], str], on: date) -> str:
    """A figure of a draft as it stands on a day, as ``written`` says it."""
    line = _line(dated, on)
    value = line.get("value") if line else None
    return "待确认" if value is None else written(value)


class HeadForm(_Grounded):
    """The policy as a whole."""

    figures = {"ceiling": ("一个机关一年至多入企（次，空白为待确认）", 366)}
    title = _text("名称", 200)
    scope = _lines("适用对象")
    standard = _lines("分级标准")
    cycle_months = forms.IntegerField(label="评价周期（个月）", min_value=1, max_value=120, required=False)
    eased_by = forms.MultipleChoiceField(
        label="降低抽查比例的激励措施", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, policy: Policy, tree: Mapping[str, Any], on: date, *args: Any, **kwargs: Any) -> None:
        names = ("title", "scope", "standard", "cycle_months", "eased_by")
        kwargs["initial"] = {name: tree.get(name) for name in names}
        super().__init__(policy, tree, on, *args, **kwargs)
        measures = policy.measures.measures.items()
        self.fields["eased_by"].choices = [  # type: ignore[attr-defined]
            (key, one.title) for key, one in measures if one.group is MeasureGroup.INCENTIVE
        ]

    def tree(self) -> Tree:
        given = self.cleaned_data
        return {
            **{name: given[name].strip() for name in ("title", "scope", "standard")},
            "cycle_months": given["cycle_months"],
            "eased_by": given["eased_by"],
            "ceiling": self._figure("ceiling", "count"),
            "basis": self._basis(),
        }


class BandForm(_Grounded):
    """One band: who falls into it and what it means for a visit."""

    figures = {
        "ratio": ("抽查比例（%，空白为待确认）", 1000),
        "visits_per_year": ("每年至多（次，空白为待确认）", 366),
        "eased": ("守信激励对象的抽查比例（%，不另定的留空）", 1000),
    }
    shares = ("ratio", "eased")
    name = _text("名称", 40)
    grades = _text("等级（用、隔开；未评价的留空）", 20)
    depth = forms.ChoiceField(
        label="检查内容",
        required=False,
        choices=[("", "全部检查内容"), *((one.value, f"查到{one.label}为止") for one in Weight)],
    )
    items = _lines("检查内容的说明")
    exempt = forms.BooleanField(label="免于一般检查事项的日常抽查", required=False)
    waivers = _lines("免查和替代的条件")

    def __init__(self, policy: Policy, tree: Mapping[str, Any], on: date, *args: Any, **kwargs: Any) -> None:
        names = ("name", "depth", "items", "exempt", "waivers")
        kwargs["initial"] = {
            **{name: tree.get(name) for name in names},
            "grades": "、".join(tree.get("grades") or ()),
        }
        super().__init__(policy, tree, on, *args, **kwargs)

    def clean_grades(self) -> str:
        letters = [letter for letter in self.cleaned_data["grades"].upper() if letter not in " 、,，"]
        if unknown := [letter for letter in letters if letter not in GRADES]:
            raise forms.ValidationError(f"没有“{unknown[0]}”这一等级，只有 A、B、C、D、E。")
        return "".join(letters)

    def tree(self) -> Tree:
        given = self.cleaned_data
        return {
            "name": given["name"].strip(),
            "grades": list(given["grades"]),
            "ratio": self._figure("ratio", "per_mille"),
            "eased": self._figure("eased", "per_mille", optional=True),
            "visits_per_year": self._figure("visits_per_year", "count", optional=True),
            "depth": given["depth"] or None,
            "items": given["items"].strip(),
            "exempt": given["exempt"],
            "waivers": given["waivers"].strip(),
            "basis": self._basis(),
        }
