"""The page of one form, and a refusal that stands above the form it answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.http import HttpResponse

from xinheng.core.refusal import Refusal
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.wording import told
from xinheng.interfaces.web.parts import Crumb


@contextmanager
def refusals_on(form: forms.Form) -> Iterator[None]:
    """A Refusal raised inside is written above the form, and the view goes on to show it."""
    try:
        yield
    except Refusal as refusal:
        form.add_error(None, told(refusal))


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
