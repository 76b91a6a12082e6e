"""The page of one form."""

from django import forms
from django.http import HttpResponse

from xinheng.interfaces.office.access import Call
from xinheng.interfaces.web.parts import Crumb


def form_page(
    call: Call,
    form: forms.Form,
    crumbs: list[Crumb],
    *,
    heading: str,
    lead: str,
    button: str,
) -> HttpResponse:
    """A page that is one form, its fields one below the other."""
    context = {"crumbs": crumbs, "heading": heading, "lead": lead, "form": form, "button": button}
    return call.render("user_form", context)
