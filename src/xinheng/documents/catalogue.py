"""The catalogue as files: JSON for machines, CSV and XLSX for people, one line a field of an item.

Everybody may see what is collected, by whom, on what ground and who may see it (《河南省社会信用条例》第十一条;
国办发〔2020〕49号 on a public catalogue).
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from xinheng.core.catalogue import Catalogue, CatalogueItem
from xinheng.core.catalogue_change import cited
from xinheng.core.cell_text import guarded
from xinheng.core.policy import Policy
from xinheng.core.sources import Source

HEAD = (
    "编号", "代号", "信息项", "类别", "层级", "信息性质", "共享属性", "公开属性", "可作不利依据", "提供单位", "有效期限",
    "更新周期", "依据", "字段", "类型", "长度", "必填", "公开", "代码集", "取值", "单位",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A catalogue with the names it refers to. ``names`` gives those of sectors, agencies, areas and documents by their keys,
    and titles of items by their codes after ``item:``."""

    catalogue: Catalogue
    sources: Mapping[str, Source]
    names: Mapping[str, str]
    place: str
    on: date


def edition_of(policy: Policy, *, on: date) -> Edition:
    """The catalogue of a policy that was loaded for the day."""
    names = {key: agency.name for key, agency in policy.agencies.agencies.items()}
    names |= {key: sector.title for key, sector in policy.sectors.sectors.items()}
    names |= {code: county.name for code, county in policy.counties.items()}
    names |= {key: source.cite() for key, source in policy.sources.items()}
    names |= {f"item:{code}": item.title for code, item in policy.catalogue.items.items()}
    names[policy.city.code] = policy.city.name
    return Edition(
        catalogue=policy.catalogue, sources=policy.sources, names=names, place=policy.city.name, on=on
    )


def ordered(catalogue: Catalogue) -> list[tuple[str, CatalogueItem]]:
    return sorted(catalogue.items.items(), key=lambda pair: pair[1].number)


def providers(item: CatalogueItem, edition: Edition) -> str:
    """Who supplies it: the agencies that are named, else the sectors."""
    return "、".join(edition.names.get(key, key) for key in item.organisations or item.providers)


def level(item: CatalogueItem, edition: Edition) -> str:
    return "国家" if not item.area else edition.names.get(item.area, item.area)


def basis(item: CatalogueItem, edition: Edition) -> str:
    return cited(item.basis, edition.sources)


def sharing(item: CatalogueItem) -> str:
    return item.sharing.label if item.sharing else "未定"


def sharing_basis(item: CatalogueItem, edition: Edition) -> str:
    """On what the city rests the attribute; empty where it is unsaid or the item's own."""
    told = cited(item.sharing_basis, edition.sources)
    unread = any(not one.verified for one in item.sharing_basis)
    return f"{told}（依据待核）" if told and unread else told


def lines(edition: Edition) -> Iterator[tuple[str | int, ...]]:
    """In the order of ``HEAD``."""
    for code, item in ordered(edition.catalogue):
        said = (
            item.number, code, item.title, item.group, level(item, edition), item.nature.label, sharing(item),
            item.disclosure.label, _yes(item.burdens), providers(item, edition), item.keeping.label, item.cycle,
            basis(item, edition),
        )  # fmt: skip
        for name, field in item.fields.items():
            length, choices = field.length or "", "、".join(field.choices)
            yield (
                *said, name, field.kind.label, length, _yes(field.required), _yes(field.public), field.code_set, choices,
                field.measured_in,
            )  # fmt: skip


def _yes(value: bool) -> str:
    return "是" if value else "否"


def as_csv(edition: Edition) -> bytes:
    """UTF-8 with a mark that spreadsheets know; no cell acts as a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    writer.writerows([guarded(str(cell)) for cell in line] for line in lines(edition))
    return ("\ufeff" + out.getvalue()).encode()


def as_xlsx(edition: Edition) -> bytes:
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("公共信用信息目录")
        sheet.write_row(0, 0, HEAD, book.add_format({"bold": True}))
        for number, line in enumerate(lines(edition), start=1):
            sheet.write_row(number, 0, line)
        sheet.set_column(0, len(HEAD) - 1, 14)
        sheet.freeze_panes(1, 3)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
    return out.getvalue()


def as_json(edition: Edition) -> bytes:
    """Keys of the policy files, with the documents spelled out."""
    told: dict[str, Any] = {
        "place": edition.place,
        "on": edition.on.isoformat(),
        "edition": edition.catalogue.edition,
        "items": {
            code: {**item.model_dump(mode="json", exclude_defaults=True), "basis_text": basis(item, edition)}
            for code, item in ordered(edition.catalogue)
        },
        "forbidden": {
            key: {
                "title": kind.title,
                "rule": kind.rule.value,
                "basis_text": cited(kind.basis, edition.sources),
            }
            for key, kind in edition.catalogue.forbidden.items()
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
