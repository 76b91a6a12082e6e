"""Where the enterprise of a visit works, as far as its permits say: an enterprise is drawn, and the team looks for its sites.

There is no table of sites (docs/decisions/draw.md); a permit names one only where its department delivers the address.
"""

from dataclasses import dataclass
from datetime import date

from xinheng.core.days import last_day_if
from xinheng.services.inspection_objects import CERTIFICATE, living_permits
from xinheng.services.merged_files import one_with
from xinheng.store.subjects import Subject

ADDRESS, NUMBER = "许可的经营地址", "许可编号"


@dataclass(frozen=True, slots=True)
class Site:
    """A permit in force and the address that it is for, empty where it names none."""

    certificate: str
    number: str
    authority: str
    last_on: date | None
    address: str


def known_sites(subject: Subject, *, on: date) -> tuple[Site, ...]:
    """Permits in force of a subject and of those merged into it, those with an address first."""
    held = living_permits(on=on).filter(subject__in=one_with(subject)).select_related("detail").order_by("pk")
    sites = [
        Site(
            certificate=record.detail.fields.get(CERTIFICATE) or record.detail.title,
            number=record.detail.fields.get(NUMBER, ""),
            authority=record.detail.authority,
            last_on=last_day_if(record.valid_to),
            address=record.detail.fields.get(ADDRESS, ""),
        )
        for record in held
    ]
    return tuple(sorted(sites, key=lambda site: not site.address))
