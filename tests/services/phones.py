"""What a phone writes on the visit of tests.services.trips, with a clock that is right."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image
from tests.services.trips import SHEET, SITE

from xinheng.core.phone_clock import PhoneTime
from xinheng.core.visits import Arrival, Sheet
from xinheng.services.visits_phone import PhoneArrival, PhonePaper, PhoneRefusal, PhoneSheet, What
from xinheng.store.models import Visit

SENT = SITE + timedelta(hours=3)
"""When the phone has network again."""
RIGHT = timedelta()


def arrival(visit: Visit, **given: object) -> PhoneArrival:
    known = {
        "client_id": "phone-arrival",
        "way": Arrival.CODE,
        "code": visit.code,
        "time": PhoneTime(at=SITE),
    }
    return PhoneArrival(visit=visit.case.public_id, **known | given)


def sheet(
    visit: Visit, written: Sheet = SHEET, *, time: PhoneTime | None = None, **given: object
) -> PhoneSheet:
    clock = time or PhoneTime(at=SITE + timedelta(hours=1))
    changed = replace(written, **{"client_id": "phone-sheet", "recorded_at": clock.counted} | given)
    return PhoneSheet(visit=visit.case.public_id, sheet=changed, time=clock)


def refusal(visit: Visit) -> PhoneRefusal:
    time = PhoneTime(at=SITE)
    return PhoneRefusal(
        client_id="phone-refusal", visit=visit.case.public_id, reason="不在检查事项清单内", time=time
    )


def photo(shade: int = 0, *, size: int = 64) -> bytes:
    out = BytesIO()
    Image.new("RGB", (size, size), (shade, 120, 90)).save(out, "JPEG")
    return out.getvalue()


def paper(
    visit: Visit, content: bytes | None = None, *, what: What = What.PHOTO, name: str = ""
) -> PhonePaper:
    shot = photo() if content is None else content
    known = name or f"sha256:{hashlib.sha256(shot).hexdigest()}"
    return PhonePaper(client_id=known, visit=visit.case.public_id, what=what, content=shot)


def skewed(at: datetime, offset: timedelta) -> PhoneTime:
    """The clock of a phone that shows something else at the moment ``at``."""
    return PhoneTime(at=at - offset, offset=offset)
