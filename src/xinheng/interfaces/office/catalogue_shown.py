"""How items and drafts of the catalogue are shown."""

from datetime import date
from typing import Any

from django.urls import reverse

from xinheng.core.catalogue import CatalogueItem
from xinheng.core.catalogue_change import Finding, Tree, cited, field_words, sharing_words
from xinheng.core.policy import Policy
from xinheng.core.sources import Citation
from xinheng.interfaces.office.policy_state import state_on
from xinheng.store.casework import Case


def draft_url(case: Case) -> str:
    return reverse("office:catalogue_draft", kwargs={"case": case.public_id})


def item_url(case: Case, code: str) -> str:
    return reverse("office:supplement_item", kwargs={"case": case.public_id, "item": code})


def sharing_url(case: Case) -> str:
    return reverse("office:supplement_sharing", kwargs={"case": case.public_id})


def case_line(case: Case, *, today: date) -> dict[str, Any]:
    state, tone = state_on(case, today)
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


def sharing_lines(tree: Tree, policy: Policy) -> list[dict[str, Any]]:
    """The attributes of sharing that a draft or a version states, in the order of the items."""
    lines = []
    for code, raw in (tree.get("sharing") or {}).items():
        item = policy.catalogue.items.get(code)
        basis = [Citation.model_validate(one) for one in raw.get("basis") or () if one.get("source")]
        lines.append(
            {
                "code": code,
                "number": item.number if item else 0,
                "title": item.title if item else code,
                "words": sharing_words(raw.get("sharing") or ""),
                "basis": cited(basis, policy.sources),
            }
        )
    return sorted(lines, key=lambda line: line["number"])


def finding_lines(
    case: Case, tree: Tree, found: tuple[Finding, ...], *, policy: Policy
) -> list[dict[str, str]]:
    """Where each is mended, in words, with the clause."""
    return [
        {
            "sentence": f"{one.sentence}（{one.citation}）" if one.citation else one.sentence,
            **_place(case, tree, one.item, policy),
        }
        for one in found
    ]


def _place(case: Case, tree: Tree, code: str, policy: Policy) -> dict[str, str]:
    items = tree.get("items") or {}
    if code in items:
        return {"place": str(items[code].get("title") or code), "url": item_url(case, code)}
    if code in (tree.get("sharing") or {}):
        known = policy.catalogue.items.get(code)
        return {"place": f"{known.title if known else code}的共享属性", "url": sharing_url(case)}
    return {"place": "补充目录", "url": draft_url(case)}
