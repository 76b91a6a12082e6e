"""Forms of the lists of matters and of their letters: one line a condition, a material, a field of the letter."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from xinheng.core.commitment_items import Area, Item, ItemList, Material, Nature, Variant
from xinheng.core.commitment_letters import FieldKind, LetterField, PromiseLetter
from xinheng.core.policy_file import PolicyError, parse
from xinheng.interfaces.office.access import Call

_KEY = r"^[a-z][a-z0-9-]{0,39}$"
_KEY_WRONG = {"required": "请填写编号。", "invalid": "编号用小写字母、数字和短横线，字母开头。"}
_KINDS = {kind.label: kind.value for kind in FieldKind}
LATER, PROMISED = "可后补", "承诺代替"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.replace("｜", "|").split("|")]


def _area(label: str, *, rows: int = 4, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=3600,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请填写{label}。"},
    )


class ListForm(forms.Form):
    """A new list: its sector and the unit that answers for it."""

    key = forms.RegexField(_KEY, label="清单编号", max_length=40, error_messages=_KEY_WRONG)
    title = forms.CharField(label="清单名称", max_length=120, error_messages={"required": "请填写名称。"})
    sector = forms.ChoiceField(label="行业领域")
    unit = forms.ChoiceField(label="公布和受理的单位")

    def __init__(self, call: Call, units: Iterable[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = call.policy.sectors.sectors.items()
        self.fields["sector"].choices = [(key, one.title) for key, one in sectors]  # type: ignore[attr-defined]
        self.fields["unit"].choices = list(units)  # type: ignore[attr-defined]

    def draft(self) -> ItemList:
        given = self.cleaned_data
        return ItemList(key=given["key"], title=given["title"], sector=given["sector"])


class ItemForm(forms.Form):
    """One matter of a list."""

    key = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,39}$", label="事项编号", max_length=40, error_messages=_KEY_WRONG
    )
    title = forms.CharField(label="事项名称", max_length=120, error_messages={"required": "请填写事项名称。"})
    nature = forms.ChoiceField(label="事项性质", choices=[(one.value, one.label) for one in Nature])
    kind = forms.ChoiceField(label="承诺类型")
    variant = forms.ChoiceField(label="办理方式", choices=[(one.value, one.label) for one in Variant])
    letter = forms.ChoiceField(label="承诺书")
    basis = _area("依据", rows=2, help_text="一行一条，写明文件和条款。")
    conditions = _area("办理条件", help_text="一行一条。")
    materials = _area(
        "材料清单", help_text=f"一行一件；可以后补的在名称后写“| {LATER}”，以承诺代替的写“| {PROMISED}”。"
    )
    areas = forms.MultipleChoiceField(
        label="涉及的领域",
        required=False,
        choices=[(one.value, one.label) for one in Area],
        widget=forms.CheckboxSelectMultiple,
    )
    check_workdays = forms.IntegerField(
        label="受理后多少个工作日内核查", required=False, min_value=1, max_value=250,
        help_text="没有规定的不填，显示为待确认。",
    )  # fmt: skip
    check_way = forms.CharField(label="核查方式", max_length=200, required=False)

    def __init__(self, call: Call, letters: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(call.policy.commitments.titles.items())  # type: ignore[attr-defined]
        self.fields["letter"].choices = list(letters.items())  # type: ignore[attr-defined]

    def item(self) -> Item | None:
        """The matter; what does not fit is said at the form."""
        given = self.cleaned_data
        body = {
            **{key: given[key] for key in ("key", "title", "nature", "kind", "variant", "letter", "areas")},
            "basis": _lines(given["basis"]),
            "conditions": _lines(given["conditions"]),
            "materials": [_material(line) for line in _lines(given["materials"])],
            "check_workdays": given["check_workdays"],
            "check_way": given["check_way"],
        }
        try:
            return parse(Item, body, file="事项")
        except PolicyError as error:
            self.add_error(None, "；".join(error.causes))
            return None


def _material(line: str) -> dict[str, Any]:
    name, *marks = _parts(line)
    return {"name": name, "later": LATER in marks, "promised": PROMISED in marks}


def item_initial(item: Item) -> dict[str, Any]:
    return {
        **item.model_dump(mode="json"),
        "basis": "\n".join(item.basis),
        "conditions": "\n".join(item.conditions),
        "materials": "\n".join(map(_material_line, item.materials)),
    }


def _material_line(one: Material) -> str:
    marks = [mark for mark, holds in ((LATER, one.later), (PROMISED, one.promised)) if holds]
    return " | ".join([one.name, *marks])


class LetterForm(forms.Form):
    """A letter: legal text and typed fields."""

    key = forms.RegexField(_KEY, label="承诺书编号", max_length=40, error_messages=_KEY_WRONG)
    title = forms.CharField(label="承诺书名称", max_length=120, error_messages={"required": "请填写名称。"})
    kind = forms.ChoiceField(label="承诺类型")
    content = _area(
        "承诺内容",
        rows=8,
        help_text="要填写的地方写字段编号，例如 {matter}；{subject} 是企业名称，{code} 是统一社会信用代码。",
    )
    liability = _area("违诺责任", rows=4)
    sign = forms.CharField(
        label="签署处", max_length=200, error_messages={"required": "请写明由谁在哪里签署。"}
    )
    lines = _area(
        "字段", required=False,
        help_text="一行一个：编号 | 名称 | 文字、日期、数字或选项 | 必填或选填 | 公开或不公开 | 最多字数，选项用、隔开",
    )  # fmt: skip

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(call.policy.commitments.titles.items())  # type: ignore[attr-defined]

    def letter(self) -> PromiseLetter | None:
        given = self.cleaned_data
        body = {key: given[key] for key in ("key", "title", "kind", "content", "liability", "sign")}
        try:
            fields = [_field(_parts(line)) for line in _lines(given["lines"])]
            return parse(PromiseLetter, {**body, "fields": fields}, file="承诺书")
        except PolicyError as error:
            self.add_error(None, "；".join(error.causes))
        except ValueError as error:
            self.add_error("lines", str(error))
        return None


def _field(parts: list[str]) -> dict[str, Any]:
    if len(parts) < 3 or parts[2] not in _KINDS:
        raise ValueError(f"“{' | '.join(parts)}”至少写编号、名称和类型（文字、日期、数字或选项）。")
    rest = [*parts[3:], "", "", ""]
    found: dict[str, Any] = {
        "key": parts[0],
        "label": parts[1],
        "kind": _KINDS[parts[2]],
        "required": rest[0] != "选填",
        "public": rest[1] != "不公开",
    }
    if found["kind"] == FieldKind.CHOICE:
        found["choices"] = [word for word in rest[2].split("、") if word]
    elif rest[2].isdecimal():
        found["longest"] = int(rest[2])
    return found


def letter_initial(letter: PromiseLetter) -> dict[str, Any]:
    return {**letter.model_dump(mode="json"), "lines": "\n".join(map(field_line, letter.fields))}


def field_line(field: LetterField) -> str:
    last = "、".join(field.choices) if field.kind is FieldKind.CHOICE else str(field.longest)
    need = "必填" if field.required else "选填"
    return " | ".join(
        [field.key, field.label, field.kind.label, need, "公开" if field.public else "不公开", last]
    )
