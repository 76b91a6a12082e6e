"""The statements that find wrong and duplicate codes, each as one set; they say what data show at the moment.

Rows count while they wait or went back and did not come again. Every statement gives key, code, name, members, rows
and how often the matter occurs.
"""

_LIVING = """
store_returnedrow w
WHERE w.state IN ('waiting', 'returned') AND w.normalised IS NOT NULL
  AND NOT EXISTS (SELECT FROM store_resubmission a WHERE a.row_id = w.id)
"""

CHECK = f"""
SELECT key, key AS code, min(name), array_agg(DISTINCT name) FILTER (WHERE name <> ''), array_agg(id ORDER BY id),
       count(*)
FROM (
    SELECT w.id, coalesce(w.normalised->>'name', '') AS name,
           (SELECT left(p->>'written', 40) FROM jsonb_array_elements(w.problems) p
            WHERE p->>'code' = 'E03' LIMIT 1) AS key
    FROM {_LIVING} AND w.codes && '{{E03}}'
) found
WHERE key <> '' GROUP BY key
"""

PLACEHOLDER = f"""
SELECT key, '' AS code, min(name), array_agg(DISTINCT name), array_agg(id ORDER BY id), count(*)
FROM (
    SELECT w.id, w.normalised->>'name' AS name, replace(replace(w.normalised->>'name', '（', '('), '）', ')') AS key
    FROM {_LIVING} AND w.codes && '{{E13}}'
) found
WHERE key <> '' GROUP BY key
"""

MANY_NAMES = """
SELECT w.normalised->>'code' AS key, w.normalised->>'code' AS code,
       coalesce(min(s.name), min(w.normalised->>'name')),
       array_agg(DISTINCT w.normalised->>'name') || array_agg(DISTINCT s.name) FILTER (WHERE s.name <> ''),
       array_agg(w.id ORDER BY w.id), count(DISTINCT w.id)
FROM store_returnedrow w LEFT JOIN store_subject s ON s.code = w.normalised->>'code'
WHERE w.state IN ('waiting', 'returned') AND w.normalised IS NOT NULL
  AND NOT EXISTS (SELECT FROM store_resubmission a WHERE a.row_id = w.id)
  AND w.codes && '{E17}' AND w.normalised->>'code' <> ''
  AND NOT w.problems @> '[{"code": "E17", "field": "统一社会信用代码"}]'
GROUP BY 1
"""

MANY_CODES = """
SELECT 'body:' || substr(s.code, 9, 9) AS key, min(s.code) AS code, min(s.name), array_agg(s.code ORDER BY s.code),
       '{}'::bigint[], count(*)
FROM store_subject s
WHERE s.code IS NOT NULL AND s.merged_into_id IS NULL
GROUP BY substr(s.code, 9, 9) HAVING count(*) > 1
UNION ALL
SELECT 'name:' || left(n.normalised, 200), min(s.code), min(s.name), array_agg(s.code ORDER BY s.code),
       '{}'::bigint[], count(*)
FROM store_subject s JOIN store_subjectname n ON n.subject_id = s.id AND n.name = s.name
WHERE s.code IS NOT NULL AND s.merged_into_id IS NULL AND s.kind <> 'sole_trader'
  AND s.status NOT IN ('cancelled', 'revoked', 'moved')
GROUP BY n.normalised HAVING count(DISTINCT s.id) > 1
UNION ALL
SELECT 'rows:' || left(w.normalised->>'name', 200), min(w.normalised->>'code'), min(w.normalised->>'name'),
       array_agg(DISTINCT w.normalised->>'code') || array_agg(DISTINCT s.code) FILTER (WHERE s.code IS NOT NULL),
       array_agg(w.id ORDER BY w.id), count(DISTINCT w.id)
FROM store_returnedrow w LEFT JOIN (store_subjectname n JOIN store_subject s ON s.id = n.subject_id AND s.merged_into_id IS NULL)
  ON n.normalised = replace(replace(w.normalised->>'name', '（', '('), '）', ')')
WHERE w.state IN ('waiting', 'returned') AND w.normalised IS NOT NULL
  AND NOT EXISTS (SELECT FROM store_resubmission a WHERE a.row_id = w.id)
  AND w.problems @> '[{"code": "E17", "field": "统一社会信用代码"}]' AND w.normalised->>'name' <> ''
GROUP BY w.normalised->>'name'
UNION ALL
SELECT 'older:' || value, min(code), min(name), array_agg(DISTINCT code) || min(value), '{}'::bigint[], 1
FROM (
    SELECT c.value, s.code, s.name
    FROM store_subject h JOIN store_subjectcode c ON c.subject_id = h.id AND c.kind IN ('organisation', 'tax')
    JOIN store_subject s ON substr(s.code, 9, 9) = right(replace(c.value, '-', ''), 9)
    WHERE h.code IS NULL AND h.merged_into_id IS NULL AND s.code IS NOT NULL AND s.merged_into_id IS NULL
    UNION
    SELECT c.value, s.code, s.name
    FROM store_subject h JOIN store_subjectcode c ON c.subject_id = h.id
    JOIN store_subjectname o ON o.subject_id = h.id AND o.normalised <> ''
    JOIN store_subjectname k ON k.normalised = o.normalised AND k.subject_id <> h.id
    JOIN store_subject s ON s.id = k.subject_id
    WHERE h.code IS NULL AND h.merged_into_id IS NULL AND s.code IS NOT NULL AND s.merged_into_id IS NULL
) entangled
GROUP BY value
"""
"""The two ways of the last part are joined apart: one condition with OR compares every subject with every other.

A subject known by an older code alone is entangled with the holder of the new one: of its body, or of its name.

A sole trader's name need not be one of a kind; two sole traders of one name are no fault."""

CODES = "SELECT count(*) FROM store_subject WHERE code IS NOT NULL AND merged_into_id IS NULL"

TREND = """
WITH month AS (
    SELECT m AS starts, m + interval '1 month' AS ends
    FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 month') m
), course AS (
    SELECT i.id, t.state, t.deed, t.at FROM store_codeissue i JOIN store_codeissuestep t ON t.issue_id = i.id
    WHERE i.organisation_id = ANY(%(organisations)s)
)
SELECT starts,
    (SELECT count(*) FROM (
        SELECT DISTINCT ON (id) id, state FROM course c WHERE c.at < ends ORDER BY id, at DESC, state DESC
    ) latest WHERE state <> 'verified'),
    (SELECT count(*) FROM course c WHERE c.deed IN ('found', 'reopened') AND c.at >= starts AND c.at < ends),
    (SELECT count(*) FROM course c WHERE c.state = 'verified' AND c.at >= starts AND c.at < ends)
FROM month ORDER BY starts
"""
