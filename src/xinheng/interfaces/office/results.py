"""Results of a subject that others gave, in their words and with their history, and the notices written to it.

Imported results stand apart from our own and are never changed (legal guard G4).
"""

from itertools import groupby

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.notices import lines_of
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records_shown import file_crumbs, record_url, source_of
from xinheng.interfaces.web.parts import Crumb
from xinheng.services.ledger import note
from xinheng.services.merged_files import one_with
from xinheng.services.results import imported_results
from xinheng.store.notices import ResultNotice
from xinheng.store.subjects import Subject

NOTICES = 20


@asks(Verb.READ_GRADE, of=SUBJECT)
def results(call: Call, subject: Subject) -> HttpResponse:
    note("results.read", now=call.now, actor=call.user, subject=subject.public_id)
    here = reverse("office:subject", kwargs={"subject": subject.public_id})
    found = imported_results(subject, policy=call.policy)
    written = (
        ResultNotice.objects.filter(subject__in=one_with(subject))
        .prefetch_related("steps")
        .select_related("subject")
    )
    context = {
        "crumbs": file_crumbs(subject, Crumb("外部评价与告知")),
        "subject": {"name": subject.name, "url": here},
        "systems": [
            {
                "title": system,
                "results": [
                    {
                        "level": each.level,
                        "issuer": each.issuer,
                        "words": each.words,
                        "given_on": each.given_on,
                        "period": each.period,
                        "url": record_url(subject, each.record),
                        "source": source_of(call, each.record),
                    }
                    for each in given
                ],
            }
            for system, given in groupby(found, key=lambda each: each.system)
        ],
        "notices": lines_of(written.order_by("-pk")[:NOTICES]),
    }
    return call.render("results", context)
