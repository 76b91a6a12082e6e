"""How items and drafts of the catalogue are shown."""

from typing import Any

from django.urls import reverse

from xinheng.core.catalogue import CatalogueItem
from xinheng.core.catalogue_change import Finding, Tree, field_words
from xinheng.interfaces.office.wording import case_state
from xinheng.store.casework import Case


def draft_url(case: Case) -> str:
    return reverse("office:catalogue_draft", kwargs={"case": case.public_id})


def item_url(case: Case, code: str) -> str:
    return reverse("office:supplement_item", kwargs={"case": case.public_id, "item": code})


def case_line(case: Case) -> dict[str, Any]:
    state, tone = case_state(case)
    return {
        "number": case.number,
        "title": case.title,
        "url": draft_url(case),
        "by": case.opened_by.display_name if case.opened_by else "",
        "at": case.opened_at,
        "state": state,
        "tone": tone,
    }


def field_rows(item: CatalogueItem) -> list[tuple[str, str]]:
    """Each field with what is laid down for it."""
    return [(name, field_words(field)) for name, field in item.fields.items()]


def finding_lines(case: Case, tree: Tree, found: tuple[Finding, ...]) -> list[dict[str, str]]:
    """Where each is mended, in words, with the clause."""
    items = tree.get("items") or {}
    return [
        {
            "place": str(items[one.item].get("title") or one.item) if one.item in items else "补充目录",
            "sentence": f"{one.sentence}（{one.citation}）" if one.citation else one.sentence,
            "url": item_url(case, one.item) if one.item in items else draft_url(case),
        }
        for one in found
    ]
