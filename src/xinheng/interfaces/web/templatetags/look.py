"""The components of a page as template tags, and the filters that write numbers and days."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, Textarea
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeData, SafeString, mark_safe

from xinheng.interfaces.web import badges, figures, menus
from xinheng.interfaces.web.charts import Chart
from xinheng.interfaces.web.parts import (
    Clock,
    Crumb,
    Entry,
    Filter,
    Link,
    MenuGroup,
    Notice,
    Option,
    Paging,
    Source,
    Stage,
    Statement,
    Table,
    Tile,
)

register = template.Library()
_CASE = re.compile(r"(?<![A-Za-z0-9-])([A-Z]{2}-20\d\d-\d{6})(?![0-9-])")
"""The number of a case as ``services.cases`` gives it."""


@register.simple_tag(takes_context=True)
def permanent(context: template.Context) -> str:
    """The address under which this page stays, without what its reader chose; none where engines are to leave it out."""
    request = context.get("request")
    if request is None or context.get("noindex"):
        return ""
    return format_html('<link rel="canonical" href="{}">', request.build_absolute_uri(request.path))


@register.filter
def number(value: int | None) -> str:
    return "—" if value is None else figures.count(value)


@register.filter
def points(milli: int | None) -> str:
    return "—" if milli is None else figures.points(milli)


@register.filter
def points_full(milli: int | None) -> str:
    return "—" if milli is None else figures.points_full(milli)


@register.filter
def signed_points(milli: int) -> str:
    return figures.signed_points(milli)


@register.filter
def yuan(fen: int | None) -> str:
    return "—" if fen is None else figures.yuan(fen)


@register.filter
def per_mille(value: int | None) -> str:
    return figures.per_mille(value)


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    return figures.day(value)


@register.filter(expects_localtime=True)
def long_day(value: date | None) -> str:
    return figures.long_day(value)


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    return figures.moment(value)


@register.filter
def short_digest(value: str) -> str:
    """``sha256:1f2e…9a`` for a line of text; the full digest belongs beside it or behind a link."""
    kind, _, digits = value.partition(":")
    return f"{kind}:{digits[:8]}…{digits[-4:]}" if len(digits) > 14 else value


@register.simple_tag
def grade(letter: str, word: str = "") -> SafeString:
    """The badge alone."""
    return mark_safe(badges.grade_badge(letter, word=word))


@register.inclusion_tag("web/parts/grade.html")
def graded(letter: str, word: str = "", trial: bool = False, size: str = "") -> dict[str, Any]:
    """The badge with its word, and 试算 where a city may not publish its own model (legal guard G4)."""
    name = word or badges.WORDS.get(letter, "未评价")
    return {"letter": letter, "word": name, "trial": trial, "size": size}


@register.simple_tag
def state(word: str, tone: str = "") -> SafeString:
    """A state in a frame. ``tone``: empty, done, clock or decide."""
    return format_html('<span class="tag{}">{}</span>', f" tag-{tone}" if tone else "", word)


@register.simple_tag
def chop(words: str) -> SafeString:
    return mark_safe(badges.chop(words))


@register.simple_tag
def drawn(svg: str) -> SafeString:
    """An ``svg`` element made by this room."""
    return mark_safe(svg)


def _current(context: template.Context) -> str:
    match = getattr(context.get("request"), "resolver_match", None)
    return match.view_name if match else ""


@register.simple_tag(takes_context=True)
def portal_menu(context: template.Context) -> Sequence[Link]:
    return context.get("portal_menu") or menus.links(menus.PORTAL, current=_current(context))


@register.simple_tag(takes_context=True)
def portal_foot(context: template.Context) -> Sequence[Link]:
    return menus.links(menus.PORTAL_FOOT, current=_current(context))


@register.simple_tag(takes_context=True)
def office_menu(context: template.Context) -> Sequence[MenuGroup]:
    """The ``menu`` of the view, which knows what the actor may do, else all mounted entries."""
    menu: Sequence[MenuGroup] | None = context.get("menu")
    return menus.groups(current=_current(context)) if menu is None else menu


@register.simple_tag
def qr(svg: str) -> SafeString:
    """The square of allauth as an element of the page, so that no ``data:`` image is needed."""
    start = svg.find("<svg")
    return mark_safe(
        svg[start:].replace("<svg", '<svg role="img" aria-label="动态验证码的二维码"', 1)
        if start >= 0
        else ""
    )


@register.inclusion_tag("web/parts/clock.html")
def clock(clock: Clock, brief: bool = False) -> dict[str, Any]:
    return {"clock": clock, "brief": brief}


@register.inclusion_tag("web/parts/tiles.html")
def tiles(tiles: Sequence[Tile]) -> dict[str, Any]:
    return {"tiles": tiles}


@register.inclusion_tag("web/parts/crumbs.html")
def crumbs(crumbs: Sequence[Crumb]) -> dict[str, Any]:
    return {"crumbs": crumbs}


@register.inclusion_tag("web/parts/notice.html")
def notice(notice: Notice) -> dict[str, Any]:
    return {"notice": notice}


@register.inclusion_tag("web/parts/source.html")
def source(source: Source) -> dict[str, Any]:
    return {"source": source}


@register.inclusion_tag("web/parts/statement.html")
def statement(statement: Statement, level: int = 3) -> dict[str, Any]:
    return {"statement": statement, "level": level}


@register.inclusion_tag("web/parts/timeline.html")
def timeline(entries: Sequence[Entry], level: int = 3, empty: str = "") -> dict[str, Any]:
    return {"entries": entries, "level": level, "empty": empty}


@register.inclusion_tag("web/parts/stages.html")
def stages(stages: Sequence[Stage]) -> dict[str, Any]:
    return {"stages": stages}


@register.inclusion_tag("web/parts/paging.html")
def paging(paging: Paging | None) -> dict[str, Any]:
    return {"paging": paging}


@register.inclusion_tag("web/parts/filters.html")
def filters(
    filters: Sequence[Filter],
    reset_url: str = "",
    export_url: str = "",
    hidden: Sequence[Option] = (),
    button: str = "筛选",
) -> dict[str, Any]:
    """A form whose answers stand in the address. ``hidden`` carries further parameters."""
    return {
        "filters": filters,
        "reset_url": reset_url,
        "export_url": export_url,
        "hidden": hidden,
        "button": button,
    }


@register.inclusion_tag("web/parts/table.html")
def table(table: Table) -> dict[str, Any]:
    def cells(row: Sequence[Any]) -> list[tuple[Any, Any]]:
        return list(zip(table.columns, row, strict=True))

    return {"table": table, "rows": [cells(row) for row in table.rows]}


@register.inclusion_tag("web/parts/chart.html")
def chart(chart: Chart, level: int = 3) -> dict[str, Any]:
    """The drawing with its title, and its numbers under 以表格查看."""
    columns = [(head, place >= chart.numbers_from) for place, head in enumerate(chart.head)]
    rows = [[(cell, *columns[place]) for place, cell in enumerate(row)] for row in chart.rows]
    return {"chart": chart, "columns": columns, "rows": rows, "level": level}


@register.simple_tag(takes_context=True)
def leading(context: template.Context, words: str) -> str:
    """What a rule said: on a page of the office, the numbers of cases in it lead to their cases."""
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None or match.namespace != "office":
        return words
    parts = (
        format_html('<a href="{}">{}</a>', reverse("office:case", args=[part]), part) if turn % 2 else part
        for turn, part in enumerate(_CASE.split(str(words)))
    )
    return format_html_join("", "{}", ((part,) for part in parts))


@register.inclusion_tag("web/parts/errors.html", takes_context=True)
def errors(context: template.Context, form: BaseForm, **labels: str) -> dict[str, Any]:
    """The list of errors at the top of a form, each leading to its field; ``labels`` are those that the page gives."""
    found = [
        (field.id_for_label, labels.get(field.name, field.label), problem)
        for field in form
        for problem in field.errors
    ]
    general = list(form.non_field_errors())
    total = len(general) + len(found)
    return {"general": general, "found": found, "total": total, "request": context.get("request")}


@register.inclusion_tag("web/parts/field.html")
def field(field: BoundField, label: str = "", hint: str = "", **attributes: str) -> dict[str, Any]:
    """One field of a Django form with its label, help (of the page, or of the form) and errors. Underscores in attribute
    names become hyphens. ``sometimes``, here or on the field of the form: needed or not by what else is said, as its hint
    tells."""
    sometimes = attributes.pop("sometimes", "") or getattr(field.field, "sometimes", False)
    optional = not sometimes and not field.field.required
    said = str(field.help_text)
    hint = hint or (
        "" if isinstance(said, SafeData) else said
    )  # markup of a library has no place beside a field
    identity = field.id_for_label
    described = [
        f"{identity}_{part}" for part in ("help", "error") if (hint if part == "help" else field.errors)
    ]
    extra: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attributes.items()}
    extra.setdefault("placeholder", "")
    if isinstance(field.field.widget, Textarea):
        extra["maxlength"] = False  # a browser would cut what is pasted without a word
    if described:
        extra["aria-describedby"] = " ".join(described)
    if field.errors:
        extra["aria-invalid"] = "true"
    return {
        "field": field,
        "label": label or field.label,
        "optional": optional,
        "help": hint,
        "identity": identity,
        "widget": field.as_widget(attrs=extra),
        "checkbox": isinstance(field.field.widget, CheckboxInput),
    }


@register.inclusion_tag("web/parts/choices.html")
def choices(field: BoundField, label: str = "", hint: str = "") -> dict[str, Any]:
    """A choice among few as radio buttons in one group."""
    return {
        "field": field,
        "label": label or field.label,
        "hint": hint,
        "identity": field.id_for_label or field.auto_id,
    }
