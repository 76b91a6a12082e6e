"""What a page is about, in the words of schema.org, for machines that read it: services, organisations, tables of data.

It repeats what the page says and adds nothing; nothing on natural persons is ever in it (legal guard G1).
"""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

CONTEXT = "https://schema.org"


def structured(told: Mapping[str, Any]) -> SafeString:
    """As JSON-LD; a data block, which no browser runs."""
    text = json.dumps({"@context": CONTEXT, **told}, ensure_ascii=False).replace("<", "\\u003c")
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))
