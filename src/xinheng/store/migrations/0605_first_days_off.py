from django.db import migrations

LATER = "to_char({}::date + 1, 'YYYY-MM-DD')"
A_DAY = "'^[0-9]{4}-[0-9]{2}-[0-9]{2}$'"
FARTHEST = "'9999-12-31'"

ROWS = f"""
WITH latest AS (
    SELECT DISTINCT ON (key) key, body #> '{{columns,valid_to}}' AS ends FROM store_policyversion WHERE kind = 'feed'
    ORDER BY key, from_on DESC, id DESC
), removal AS (
    SELECT key FROM latest
    WHERE jsonb_array_length(ends -> 'headers') > 0 AND ends -> 'headers' <@ '["移出日期", "移出时间"]'
    UNION ALL
    SELECT 'xinheng-abnormal-operation' WHERE NOT EXISTS (SELECT FROM latest WHERE key = 'xinheng-abnormal-operation')
)
UPDATE store_returnedrow kept
SET normalised = jsonb_set(kept.normalised, '{{valid_to}}', to_jsonb({LATER.format("(kept.normalised ->> 'valid_to')")}))
FROM store_batch batch
WHERE batch.id = kept.batch_id AND kept.normalised ->> 'valid_to' ~ {A_DAY} AND kept.normalised ->> 'valid_to' <> {FARTHEST}
    AND batch.feed NOT IN (SELECT key FROM removal)
"""

CORRECTIONS = f"""
UPDATE store_case
SET details = jsonb_set(details, '{{values,valid_to}}', to_jsonb({LATER.format("(details #>> '{values,valid_to}')")}))
WHERE kind = 'correction' AND closed_at IS NULL AND details #>> '{{values,valid_to}}' ~ {A_DAY}
    AND details #>> '{{values,valid_to}}' <> {FARTHEST}
"""


class Migration(migrations.Migration):
    """Rows that were set aside and corrections that wait for a second person say the first day off, not the last day. Rows of
    columns that say a day of removal say it already; findings of objections are never changed and are told by their mark."""

    dependencies = [
        ("store", "0603_way_of_cutting"),
    ]

    operations = [
        migrations.RunSQL([(ROWS, None), (CORRECTIONS, None)], migrations.RunSQL.noop),
    ]
