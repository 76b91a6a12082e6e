"""What only the forms of the office need."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xinheng.interfaces.office.once import FIELD, new_token

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """The hidden token by which a form counts once."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_token())
