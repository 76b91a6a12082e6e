"""A page that is nothing but tables, with what may stand above them."""

from typing import Any

from django.http import HttpResponse

from xinheng.interfaces.office.access import Call
from xinheng.interfaces.web.parts import Crumb, Table


def tables_page(
    call: Call, crumbs: list[Crumb], heading: str, lead: str, *tables: tuple[str, Table], **more: Any
) -> HttpResponse:
    """Each table with its heading, which may be empty. ``more``: links, filters with the address that resets them, a form
    with its button."""
    context = {"crumbs": crumbs, "heading": heading, "lead": lead, "tables": tables, **more}
    return call.render("tables", context)
