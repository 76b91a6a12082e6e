"""The form of one item of a local supplement, as the tree of the policy file and back.

What an item may say is decided by core.catalogue_change; the form keeps what is typed, sound or not.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from xinheng.core.catalogue import Disclosure, FieldKind, Keeping, Nature, Persons, Sharing
from xinheng.core.policy import Policy
from xinheng.core.sources import Rank

Tree = dict[str, Any]
GROUNDS = 3
SPARE = 3
MOST_FIELDS = 60
_UNSAID = ("", "请选择")


def _choice(label: str, kinds: Iterable[Any]) -> forms.ChoiceField:
    options = [_UNSAID, *((kind.value, kind.label) for kind in kinds)]
    return forms.ChoiceField(label=label, choices=options, required=False)


def _text(label: str, longest: int = 200) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False)


class HeadForm(forms.Form):
    """The supplement as a whole."""

    title = forms.CharField(label="名称", max_length=100, error_messages={"required": "请填写名称。"})
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ItemForm(forms.Form):
    """``tree`` and ``initial_of`` are each other's opposites."""

    title = _text("信息项名称", 60)
    group = _text("类别", 60)
    nature = _choice("信息性质", Nature)
    sharing = _choice("共享属性", Sharing)
    disclosure = _choice("公开属性", Disclosure)
    persons = _choice("是否涉及自然人", Persons)
    keeping = _choice("有效期限", Keeping)
    cycle = _text("更新周期", 40)
    organisations = forms.MultipleChoiceField(
        label="提供单位", required=False, widget=forms.CheckboxSelectMultiple
    )
    burdens = forms.BooleanField(label="可以作为对主体不利处理的依据", required=False)
    consent = forms.BooleanField(label="经主体书面同意后才归集", required=False)
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, policy: Policy, rows: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy, self.rows = policy, min(max(rows, SPARE), MOST_FIELDS)
        known = policy.agencies.agencies
        self.fields["organisations"].choices = [(key, one.short) for key, one in known.items()]  # type: ignore[attr-defined]
        for key, review in policy.catalogue.reviews.items():
            self.fields[f"review_{key}"] = _text(f"{review.title}的文件")
        for number in range(GROUNDS):
            self.fields |= _ground(number, policy)
        for number in range(self.rows):
            self.fields |= _field(number)

    def plain(self) -> list[forms.BoundField]:
        """Fields that stand one beside the other."""
        return [self[name] for name in self.fields if not name.startswith(("basis_", "f"))]

    def grounds(self) -> list[dict[str, forms.BoundField]]:
        return [
            {part: self[f"basis_{number}_{part}"] for part in ("source", "clause", "verified")}
            for number in range(GROUNDS)
        ]

    def columns(self) -> list[list[forms.BoundField]]:
        """The rows of fields."""
        return [[self[f"f{number}_{part}"] for part in _PARTS] for number in range(self.rows)]

    def tree(self) -> Tree:
        given = self.cleaned_data
        chosen = given["organisations"]
        agencies = self.policy.agencies.agencies
        sectors = dict.fromkeys(agencies[key].sectors[0] for key in chosen if agencies[key].sectors)
        plain = {name: given[name].strip() for name in ("title", "group", "cycle", "note")}
        named = {name: given[name] for name in ("nature", "sharing", "disclosure", "persons", "keeping")}
        reviews = {
            key: given[f"review_{key}"].strip()
            for key in self.policy.catalogue.reviews
            if given[f"review_{key}"].strip()
        }
        return {
            **{name: value for name, value in {**plain, **named}.items() if value},
            "burdens": given["burdens"],
            "consent": given["consent"],
            "organisations": chosen,
            "providers": list(sectors),
            "reviews": reviews,
            "basis": [
                _citation(given, number) for number in range(GROUNDS) if given[f"basis_{number}_source"]
            ],
            "fields": dict(
                _field_of(given, number) for number in range(self.rows) if given[f"f{number}_name"].strip()
            ),
        }

    @staticmethod
    def initial_of(item: Mapping[str, Any]) -> Tree:
        plain = (
            "title", "group", "nature", "sharing", "disclosure", "persons", "keeping", "cycle", "organisations", "burdens",
            "consent", "note",
        )  # fmt: skip
        found: Tree = {name: item.get(name) for name in plain if item.get(name) is not None}
        found |= {f"review_{key}": text for key, text in (item.get("reviews") or {}).items()}
        for number, one in enumerate((item.get("basis") or [])[:GROUNDS]):
            found |= {
                f"basis_{number}_{part}": one.get(part, "") for part in ("source", "clause", "verified")
            }
        for number, (name, field) in enumerate((item.get("fields") or {}).items()):
            found |= {
                f"f{number}_name": name,
                f"f{number}_choices": "、".join(field.get("choices") or ()),
                f"f{number}_public": field.get("public", True),
                **{
                    f"f{number}_{part}": field.get(part)
                    for part in ("kind", "length", "required", "code_set", "unit")
                },
            }
        return found


_PARTS = ("name", "kind", "length", "unit", "code_set", "choices", "required", "public")


def _ground(number: int, policy: Policy) -> dict[str, forms.Field]:
    return {
        f"basis_{number}_source": forms.ChoiceField(
            label="文件", choices=[("", "—"), *documents(policy)], required=False
        ),
        f"basis_{number}_clause": _text("条款", 60),
        f"basis_{number}_verified": forms.BooleanField(label="已与原文核对", required=False),
    }


def documents(policy: Policy) -> list[tuple[str, str]]:
    """Documents that hold here, by rank."""
    ranks, area = list(Rank), policy.city.area
    known = [one for one in policy.sources.values() if one.holds_in(area) and one.rank is not Rank.PROPOSAL]
    known.sort(key=lambda one: (ranks.index(one.rank), one.title))
    return [(one.id, f"{one.title}（{one.rank.label}）") for one in known]


def _field(number: int) -> dict[str, forms.Field]:
    kinds = [_UNSAID, *((kind.value, kind.label) for kind in FieldKind)]
    return {
        f"f{number}_name": _text("字段", 40),
        f"f{number}_kind": forms.ChoiceField(label="类型", choices=kinds, required=False),
        f"f{number}_length": forms.IntegerField(label="长度", min_value=1, max_value=100_000, required=False),
        f"f{number}_unit": _text("单位", 20),
        f"f{number}_code_set": _text("代码集", 60),
        f"f{number}_choices": _text("取值（用、隔开）", 1000),
        f"f{number}_required": forms.BooleanField(label="必填", required=False),
        f"f{number}_public": forms.BooleanField(label="可公开", required=False, initial=True),
    }


def _citation(given: Mapping[str, Any], number: int) -> Tree:
    return {part: given[f"basis_{number}_{part}"] for part in ("source", "clause", "verified")}


def _field_of(given: Mapping[str, Any], number: int) -> tuple[str, Tree]:
    part = {name: given[f"f{number}_{name}"] for name in _PARTS}
    found: Tree = {"kind": part["kind"], "required": part["required"], "public": part["public"]}
    if part["length"]:
        found["length"] = part["length"]
    found |= {name: part[name].strip() for name in ("unit", "code_set") if part[name].strip()}
    words = part["choices"].replace(",", "、").replace("，", "、").split("、")
    if choices := [word.strip() for word in words if word.strip()]:
        found["choices"] = choices
    return part["name"].strip(), found
