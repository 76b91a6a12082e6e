"""The kinds of stored effect and how each is read and ended: one line a table.

A table that says what it rests on is either a line here or named in ``RESTS_OTHERWISE`` with the reason
(tests/services/test_effects.py walks all tables), so that a new kind cannot be forgotten when a ground ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet

from xinheng.core.grounds import Effect, EffectKind, Ground, GroundKind
from xinheng.store.campaigns import CampaignLine
from xinheng.store.effects import Publication
from xinheng.store.listings import ListEntry
from xinheng.store.measures import MeasureApplied


@dataclass(frozen=True, slots=True)
class StoredEffect:
    """One table of effects.

    ``ground_kind`` names the column that says what kind of ground it is, or is the one kind there is; ``suspended_at`` is
    empty where an effect that rests is ended and made anew. ``over_on`` is the first day on which it no longer holds, where
    there is such a column. ``job`` is queued with the ids of what has ended or rests.
    """

    kind: EffectKind
    model: type[models.Model]
    ground_kind: str | GroundKind
    ground_key: str
    ended_at: str = "ended_at"
    ended_why: str = "ended_why"
    end_cause: str = "end_cause"
    suspended_at: str = "suspended_at"
    over_on: str = ""
    job: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def standing(self) -> QuerySet[Any]:
        """Not ended; what rests for a while is among them."""
        return self.model._default_manager.filter(**{f"{self.ended_at}__isnull": True})

    def resting_on(self, kind: GroundKind, references: Iterable[int]) -> list[Effect]:
        """What has not ended of what rests on these grounds of one kind."""
        rows = self.standing().filter(**{f"{self.ground_key}__in": list(references)})
        if isinstance(self.ground_kind, GroundKind):
            if kind is not self.ground_kind:
                return []
        else:
            rows = rows.filter(**{self.ground_kind: kind.value})
        found = rows.order_by("pk").values_list("pk", "subject_id", self.ground_key)
        return [Effect(self.kind, pk, subject, Ground(kind, key)) for pk, subject, key in found]

    def themselves(self, ids: Iterable[int]) -> list[Effect]:
        """These effects with their grounds, as far as they have not ended."""
        rows = (
            self.standing().filter(pk__in=list(ids), **{f"{self.ground_key}__isnull": False}).order_by("pk")
        )
        if isinstance(self.ground_kind, GroundKind):
            given = rows.values_list("pk", "subject_id", self.ground_key)
            return [Effect(self.kind, pk, one, Ground(self.ground_kind, key)) for pk, one, key in given]
        found = rows.values_list("pk", "subject_id", self.ground_kind, self.ground_key)
        return [Effect(self.kind, pk, one, Ground(GroundKind(kind), key)) for pk, one, kind, key in found]


PUBLICATIONS = StoredEffect(
    EffectKind.PUBLICATION,
    Publication,
    GroundKind.RECORD,
    "record_key",
    ended_at="stopped_at",
    ended_why="stop_reason",
    end_cause="",
    suspended_at="",
    over_on="stop_on",
)
LISTINGS = StoredEffect(
    EffectKind.LIST_ENTRY, ListEntry, "ground_kind", "ground_key", over_on="until_on", job="follow_listings"
)
LISTED_RECORDS = StoredEffect(EffectKind.LIST_ENTRY, ListEntry, GroundKind.RECORD, "record_key")
"""An entry also ends with the record by which it stands in the file."""
MEASURES = StoredEffect(
    EffectKind.MEASURE, MeasureApplied, "ground_kind", "ground_key", over_on="until_on", job="follow_measures"
)
CAMPAIGN_LINES = StoredEffect(
    EffectKind.CAMPAIGN_LINE,
    CampaignLine,
    "ground_kind",
    "ground_key",
    over_on="until_on",
    job="follow_campaign_lines",
)
STORED_EFFECTS: tuple[StoredEffect, ...] = (
    PUBLICATIONS,
    LISTINGS,
    LISTED_RECORDS,
    MEASURES,
    CAMPAIGN_LINES,
)

RESTS_OTHERWISE: Mapping[str, str] = {
    "Relation": "persons of a listing: destroyed with the record they rest on (services.relations)",
    "SuperiorLetter": "a letter: withdrawn with the record it rests on (services.superiors)",
    "ArrearsNotice": "arrears of a body shown to the public: ended with the record they rest on (services.arrears)",
    "UpRow": "what the platform above was told; the end is told there too (services.up_reports)",
    "RecordNote": "why a version is as it is; burdens nobody of itself",
    "Case": "a procedure: its own steps end it; its decision grounds effects",
    "CaseEvent": "a step that was taken; what it decided is an effect of its own",
    "SubjectMerge": "says which files are one; a split undoes it",
    "Record": "a ground itself",
    "ExchangeEntry": "what another platform was told; the end is told there too (services.exchanges_out)",
    "Conflict": "a question between departments; burdens nobody",
    "Objection": "marks what it is aimed at and ends nothing; ended by its answer (services.objections)",
    "Correction": "says what was wrong, in favour of the enterprise",
    "DeletionProposal": "a proposal to lift",
    "Commitment": "a promise of the enterprise itself; its breach is a record and ends with that",
    "RepairApplication": "an application to lift; its own steps end it",
    "RepairReminder": "tells of a right; shown only while its record is (services.repair_reminders)",
    "Attachment": "a paper on a record: taken out of use and destroyed with it (services.attachments_ended)",
    "RowIdentity": "says of whom a row speaks; a person's later word replaces it",
    "ExchangePeer": "the legal ground of exchange between platforms; burdens no enterprise",
    "Ending": "what has ended",
    "Visit": "a check that was made; its result is a record and ends as one",
}
"""Tables with a word on their ground or record that hold no stored effect, and why."""
