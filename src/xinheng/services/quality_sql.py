"""The statements by which deliveries are counted, rows that came again are linked, and contradictions are found.

All take ``batches``, the numbers of loaded batches. Rows are counted in the place that the subject's code names
(characters 3 to 8 of GB 32100), because a row that went back has no other.
"""

from xinheng.core.document_no import document_key_sql
from xinheng.core.quality_score import CODE_DEFECTS

_CODE_DEFECTS = f"'{{{','.join(CODE_DEFECTS)}}}'"

UNCOUNTED = """
SELECT b.id, b.rows, m.counted_at IS NULL AS fresh
FROM store_batch b LEFT JOIN store_batchmarks m ON m.batch_id = b.id
WHERE b.state = 'loaded' AND (
    m.counted_at IS NULL
    OR EXISTS (SELECT FROM store_returnedrow w WHERE w.batch_id = b.id AND w.decided_at > m.counted_at)
    OR EXISTS (
        SELECT FROM store_resubmission a JOIN store_returnedrow w ON w.id = a.row_id
        WHERE w.batch_id = b.id AND a.found_at > m.counted_at))
ORDER BY b.id
"""

FRESH = """
SELECT b.id, b.rows, true FROM store_batchmarks m JOIN store_batch b ON b.id = m.batch_id
WHERE m.counted_at IS NULL AND b.state = 'loaded' ORDER BY b.id LIMIT %(most)s
"""
"""What was loaded just now; the partial index knows it at once."""

MARKED = """
INSERT INTO store_batchmarks (batch_id, timed, late, irregular, doubtful, places, months)
SELECT id, false, '{}', '{}', '{}', '{}', '{}' FROM store_batch WHERE id = ANY(%(batches)s)
ON CONFLICT (batch_id) DO NOTHING
"""

FORGET = "DELETE FROM store_batchcount WHERE batch_id = ANY(%(batches)s)"

_LATE_RETURNED = """(w.codes @> '{E09}' OR CASE WHEN w.normalised->>'decided_on' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    THEN (w.normalised->>'decided_on')::date <= q.cutoff ELSE false END)"""

COUNT = f"""
INSERT INTO store_batchcount (batch_id, division, accepted, adopted, returned, repeated, timed, late,
    incomplete, irregular, inaccurate, inconsistent, wrong_codes, corrected_codes)
WITH wanted AS (
    SELECT * FROM store_batchmarks WHERE batch_id = ANY(%(batches)s)
), entered AS (
    SELECT r.batch_id, coalesce(substr(s.code, 3, 6), '') AS division,
        count(*) AS accepted, count(w.id) AS adopted, 0 AS returned, 0 AS sent,
        count(*) FILTER (WHERE q.timed) AS timed,
        count(*) FILTER (WHERE q.timed AND (l.row_no IS NOT NULL OR r.decided_on <= q.cutoff)) AS late,
        0 AS incomplete, count(i.row_no) AS irregular, count(d.row_no) AS inaccurate, 0 AS inconsistent,
        0 AS wrong_codes, 0 AS corrected_codes
    FROM store_record r
    JOIN wanted q ON q.batch_id = r.batch_id
    JOIN store_subject s ON s.id = r.subject_id
    LEFT JOIN (SELECT batch_id, unnest(late) AS row_no FROM wanted) l
        ON l.batch_id = r.batch_id AND l.row_no = r.row_no
    LEFT JOIN (SELECT batch_id, unnest(irregular) AS row_no FROM wanted) i
        ON i.batch_id = r.batch_id AND i.row_no = r.row_no
    LEFT JOIN (SELECT batch_id, unnest(doubtful) AS row_no FROM wanted) d
        ON d.batch_id = r.batch_id AND d.row_no = r.row_no
    LEFT JOIN store_returnedrow w ON w.batch_id = r.batch_id AND w.row_no = r.row_no AND w.state = 'accepted'
    WHERE r.batch_id = ANY(%(batches)s) AND r.id = r.record_key
    GROUP BY 1, 2
), went_back AS (
    SELECT w.batch_id, coalesce(substr(w.normalised->>'code', 3, 6), '') AS division,
        count(*) FILTER (WHERE w.state = 'accepted' AND w.codes @> '{{E08}}') AS accepted,
        count(*) FILTER (WHERE w.state = 'accepted' AND w.codes @> '{{E08}}') AS adopted,
        count(*) FILTER (WHERE w.state <> 'accepted') AS returned, 0 AS sent,
        count(*) FILTER (WHERE q.timed AND w.state <> 'accepted') AS timed,
        count(*) FILTER (WHERE q.timed AND w.state <> 'accepted' AND {_LATE_RETURNED}) AS late,
        count(*) FILTER (WHERE w.codes && '{{E01,E13}}') AS incomplete,
        count(*) FILTER (WHERE w.codes && '{{E02,E10,E14,E15,E19}}') AS irregular,
        count(*) FILTER (WHERE w.codes && '{{E03,E05,E06,E07}}') AS inaccurate,
        count(*) FILTER (WHERE w.codes && '{{E04,E08,E17}}') AS inconsistent,
        count(*) FILTER (WHERE w.codes && {_CODE_DEFECTS}) AS wrong_codes,
        count(*) FILTER (WHERE w.codes && {_CODE_DEFECTS} AND (w.state = 'accepted' OR a.row_id IS NOT NULL))
            AS corrected_codes
    FROM store_returnedrow w
    JOIN wanted q ON q.batch_id = w.batch_id
    LEFT JOIN store_resubmission a ON a.row_id = w.id
    WHERE w.batch_id = ANY(%(batches)s)
    GROUP BY 1, 2
), sent AS (
    SELECT q.batch_id, p.key AS division, 0, 0, 0, p.value::int AS sent, 0, 0, 0, 0, 0, 0, 0, 0
    FROM wanted q, jsonb_each_text(q.places) p
)
SELECT batch_id, division, sum(accepted), sum(adopted), sum(returned),
    CASE WHEN sum(sent) > 0 THEN greatest(sum(sent) - sum(accepted) + sum(adopted), 0) ELSE 0 END,
    sum(timed), sum(late), sum(incomplete), sum(irregular), sum(inaccurate), sum(inconsistent),
    sum(wrong_codes), sum(corrected_codes)
FROM (TABLE entered UNION ALL TABLE went_back UNION ALL TABLE sent) found
GROUP BY batch_id, division
"""
"""The dimensions are those of core.quality_score.CODES_OF; a test holds both together."""

REPEATED = """
INSERT INTO store_batchcount (batch_id, division, accepted, adopted, returned, repeated, timed, late,
    incomplete, irregular, inaccurate, inconsistent, wrong_codes, corrected_codes)
SELECT b.id, '', 0, 0, 0, b.duplicates - coalesce(sum(c.repeated), 0), 0, 0, 0, 0, 0, 0, 0, 0
FROM store_batch b LEFT JOIN store_batchcount c ON c.batch_id = b.id
WHERE b.id = ANY(%(batches)s)
GROUP BY b.id, b.duplicates
HAVING b.duplicates > coalesce(sum(c.repeated), 0)
ON CONFLICT (batch_id, division) DO UPDATE SET repeated = store_batchcount.repeated + excluded.repeated
"""

COUNTED = """
UPDATE store_batchmarks m SET counted_at = %(now)s, months = coalesce((
    SELECT array_agg(DISTINCT date_trunc('month', r.decided_on)::date) FROM store_record r
    WHERE r.batch_id = m.batch_id AND r.id = r.record_key AND r.decided_on IS NOT NULL), '{}')
WHERE m.batch_id = ANY(%(batches)s)
"""

COME_AGAIN = """
WITH fresh AS MATERIALIZED (
    SELECT r.id, r.batch_id, r.row_no, r.subject_id, r.decided_on, d.document_no,
        b.organisation_id, b.item, b.loaded_at
    FROM store_record r
    JOIN store_recorddetail d ON d.record_id = r.id
    JOIN store_batch b ON b.id = r.batch_id
    WHERE r.batch_id = ANY(%(batches)s) AND r.id = r.record_key
), sent AS MATERIALIZED (
    SELECT w.id, w.batch_id, e.organisation_id, e.item, e.loaded_at, w.normalised->>'code' AS code,
        w.normalised->>'name' AS name, coalesce(w.normalised->>'document_no', '') AS document_no,
        w.normalised->>'decided_on' AS decided_on
    FROM store_returnedrow w JOIN store_batch e ON e.id = w.batch_id
    WHERE w.state <> 'accepted' AND w.normalised IS NOT NULL
      AND NOT EXISTS (SELECT FROM store_resubmission a WHERE a.row_id = w.id)
      AND (e.organisation_id, e.item) IN (SELECT organisation_id, item FROM fresh)
), meant AS MATERIALIZED (
    SELECT w.*, s.id AS subject_id FROM sent w JOIN store_subject s ON s.code = w.code
    UNION
    SELECT w.*, n.subject_id FROM sent w JOIN store_subjectname n ON n.name = w.name
)
INSERT INTO store_resubmission (row_id, batch_id, row_no, found_at)
SELECT DISTINCT ON (w.id) w.id, r.batch_id, r.row_no, %(now)s
FROM meant w JOIN fresh r ON r.subject_id = w.subject_id AND r.document_no = w.document_no
    AND r.organisation_id = w.organisation_id AND r.item = w.item
    AND (w.loaded_at, w.batch_id) < (r.loaded_at, r.batch_id)
WHERE r.document_no <> '' OR w.decided_on = r.decided_on::text
ORDER BY w.id, r.id
ON CONFLICT (row_id) DO NOTHING
RETURNING row_id, batch_id
"""
"""A row that went back came again: same sender and item, same document number (or day) and same subject.

Subjects come first, and what is meant is one table with them: where a list has no document numbers, whoever joins on those
compares each row with all others."""

SAME_ACT = """
INSERT INTO store_conflict (public_id, kind, subject_id, item, record_key, row_id, first_sender_id, second_sender_id,
    state, found_at, reason, ground)
SELECT substr(md5(random()::text || w.id), 1, 16), 'content', k.subject_id, k.item, k.record_key, w.id,
    e.organisation_id, b.organisation_id, 'open', %(now)s, '', ''
FROM store_returnedrow w
JOIN store_batch b ON b.id = w.batch_id
JOIN store_record k ON k.natural_hash = decode(ltrim(w.normalised->>'natural_hash', '\\x'), 'hex') AND k.known_until IS NULL
JOIN store_batch e ON e.id = k.batch_id AND e.organisation_id <> b.organisation_id
WHERE w.batch_id = ANY(%(batches)s) AND w.state = 'waiting' AND w.codes @> '{E08}' AND k.state IN (1, 2, 3)
  AND length(ltrim(w.normalised->>'natural_hash', '\\x')) = 32
ON CONFLICT (row_id) DO NOTHING
"""

SAME_DOCUMENT = f"""
INSERT INTO store_conflict (public_id, kind, subject_id, item, record_key, other_key, first_sender_id,
    second_sender_id, state, found_at, reason, ground)
SELECT substr(md5(random()::text || r.id), 1, 16), 'document', r.subject_id, r.item, k.record_key, r.record_key,
    e.organisation_id, b.organisation_id, 'open', %(now)s, '', ''
FROM store_record r
JOIN store_recorddetail d ON d.record_id = r.id AND d.document_no <> ''
JOIN store_batch b ON b.id = r.batch_id
JOIN store_record k ON k.subject_id = r.subject_id AND k.item = r.item AND k.record_key < r.record_key
    AND k.known_until IS NULL AND k.state IN (1, 2, 3)
JOIN store_batch e ON e.id = k.batch_id AND e.organisation_id <> b.organisation_id
JOIN store_recorddetail t ON t.record_id = k.id
    AND {document_key_sql("t.document_no")} = {document_key_sql("d.document_no")}
WHERE r.batch_id = ANY(%(batches)s) AND r.known_until IS NULL AND r.state IN (1, 2, 3)
ON CONFLICT (record_key, other_key) WHERE other_key IS NOT NULL DO NOTHING
"""

OTHER_CODE = f"""
INSERT INTO store_conflict (public_id, kind, subject_id, item, record_key, other_key, first_sender_id,
    second_sender_id, state, found_at, reason, ground)
SELECT DISTINCT ON (k.record_key, r.record_key) substr(md5(random()::text || r.id), 1, 16), 'document', k.subject_id,
    k.item, k.record_key, r.record_key, e.organisation_id, b.organisation_id, 'open', %(now)s, '', ''
FROM store_record r
JOIN store_recorddetail d ON d.record_id = r.id AND d.document_no <> ''
JOIN store_batch b ON b.id = r.batch_id
JOIN store_subjectname n ON n.subject_id = r.subject_id AND n.normalised <> ''
JOIN store_subjectname o ON o.normalised = n.normalised AND o.subject_id <> n.subject_id
JOIN store_record k ON k.subject_id = o.subject_id AND k.item = r.item AND k.record_key < r.record_key
    AND k.known_until IS NULL AND k.state IN (1, 2, 3)
JOIN store_batch e ON e.id = k.batch_id AND e.organisation_id <> b.organisation_id
JOIN store_recorddetail t ON t.record_id = k.id
    AND {document_key_sql("t.document_no")} = {document_key_sql("d.document_no")}
WHERE r.batch_id = ANY(%(batches)s) AND r.known_until IS NULL AND r.state IN (1, 2, 3)
ON CONFLICT (record_key, other_key) WHERE other_key IS NOT NULL DO NOTHING
"""
"""One document number, one name, two codes: two departments tell of the same act under two subjects."""

OTHER_STATUS = """
INSERT INTO store_conflict (public_id, kind, subject_id, item, record_key, other_key, first_sender_id,
    second_sender_id, state, found_at, reason, ground)
SELECT DISTINCT ON (r.subject_id, e.organisation_id) substr(md5(random()::text || r.id), 1, 16), 'status',
    r.subject_id, r.item, k.record_key, r.record_key, e.organisation_id, b.organisation_id, 'open', %(now)s, '', ''
FROM store_record r
JOIN store_batch b ON b.id = r.batch_id
JOIN store_record k ON k.subject_id = r.subject_id AND k.item = r.item AND k.record_key < r.record_key
    AND k.known_until IS NULL AND k.state IN (1, 2, 3) AND k.result <> ''
JOIN store_batch e ON e.id = k.batch_id AND e.organisation_id <> b.organisation_id
WHERE r.batch_id = ANY(%(batches)s) AND r.item = %(registration)s AND r.known_until IS NULL AND r.state IN (1, 2, 3)
  AND r.result <> '' AND k.result <> r.result
  AND NOT EXISTS (
    SELECT FROM store_record n JOIN store_batch h ON h.id = n.batch_id
    WHERE n.subject_id = k.subject_id AND n.item = k.item AND n.record_key > k.record_key
      AND n.known_until IS NULL AND h.organisation_id = e.organisation_id)
ORDER BY r.subject_id, e.organisation_id, k.record_key DESC, r.record_key DESC
ON CONFLICT (record_key, other_key) WHERE other_key IS NOT NULL DO NOTHING
"""

MOOT = """
UPDATE store_conflict c SET state = 'moot', decided_at = %(now)s
WHERE c.state = 'open' AND (
    NOT EXISTS (SELECT FROM store_record r WHERE r.record_key = c.record_key AND r.known_until IS NULL AND r.state IN (1, 2, 3))
    OR c.other_key IS NOT NULL AND NOT EXISTS (
        SELECT FROM store_record r WHERE r.record_key = c.other_key AND r.known_until IS NULL AND r.state IN (1, 2, 3))
    OR c.row_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM store_returnedrow w WHERE w.id = c.row_id AND w.state = 'waiting'))
"""

FORGET_SUBJECTS = "DELETE FROM store_subjectcount"

_DIVISION = "coalesce(nullif(s.division_code, ''), substr(s.code, 3, 6), '')"

COUNT_SUBJECTS = f"""
INSERT INTO store_subjectcount (item, division, kind, subjects, counted_at)
SELECT 0, {_DIVISION}, s.kind, count(*), %(now)s
FROM store_subject s WHERE s.status <> 'cancelled' AND s.merged_into_id IS NULL GROUP BY 2, 3
UNION ALL
SELECT f.item, {_DIVISION}, s.kind, count(*), %(now)s
FROM (SELECT DISTINCT subject_id, item FROM store_record WHERE known_until IS NULL AND state IN (1, 2, 3, 5)) f
JOIN store_subject s ON s.id = f.subject_id
WHERE s.status <> 'cancelled' AND s.merged_into_id IS NULL GROUP BY 1, 2, 3
"""

PROBLEMS = """
SELECT code, count(*), count(*) FILTER (WHERE r.state = 'accepted' OR m.row_id IS NOT NULL)
FROM store_returnedrow r
CROSS JOIN LATERAL unnest(r.codes) code
LEFT JOIN store_resubmission m ON m.row_id = r.id
WHERE r.batch_id = ANY(%s)
GROUP BY code ORDER BY count(*) DESC, code
"""
"""Rows that did not enter, by code; the last figure: those that came again in order or that a person adopted."""
