"""The append-only ledger: who did or read what. Events are sealed afterwards in chained batches.

An event carries references and digests, never personal data (legal guard G13). The sealer orders events by
the transaction that wrote them; a batch covers exactly the transactions below its horizon.
"""

from django.db import models

from xinheng.store.accounts import User


class LedgerEvent(models.Model):
    """``transaction`` is PostgreSQL's own transaction number, set by the database."""

    transaction = models.BigIntegerField(
        db_default=models.expressions.RawSQL("pg_current_xact_id()::text::bigint", [])
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    subject = models.CharField(max_length=16, blank=True)
    object = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    payload_digest = models.CharField(max_length=71, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["transaction", "id"], name="ledger_event_order"),
            models.Index(
                fields=["subject", "-at"], condition=~models.Q(subject=""), name="ledger_event_of_subject"
            ),
        ]


class LedgerBatch(models.Model):
    """A sealed batch: Merkle root over its leaves, chained to the batch before.

    ``era`` and ``server`` tell on which server it was sealed: after a restore elsewhere transaction numbers begin anew.
    """

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    below_transaction = models.BigIntegerField()
    size = models.IntegerField()
    root = models.CharField(max_length=71)
    previous = models.CharField(max_length=71)
    chain = models.CharField(max_length=71)
    era = models.IntegerField(default=0)
    server = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["previous"], name="ledger_batch_one_successor")]


class LedgerLeaf(models.Model):
    """Where an event stands in its batch, and its leaf digest at sealing."""

    event = models.OneToOneField(LedgerEvent, on_delete=models.PROTECT, primary_key=True, related_name="leaf")
    batch = models.ForeignKey(LedgerBatch, on_delete=models.PROTECT, related_name="leaves", db_index=False)
    position = models.IntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="ledger_leaf_position")]
