"""The statements of loading, in the order in which they run. A party is one (code, name) of a file.

``party.found`` tells subjects that were known before; ``left_out`` holds the rows that are not loaded and why: no
code for what is known already, else the code of the conflict with what a person is told.
"""

SETTINGS = """
SET LOCAL work_mem = '64MB';
SET LOCAL gin_pending_list_limit = '64MB'
"""

FORESEEING = "SET LOCAL statement_timeout = '60s'"

STAGE = """
CREATE TEMP TABLE party (
    no int PRIMARY KEY, code text, other_kind text, other_code text, name text, normalised text, subject_id bigint,
    found boolean NOT NULL DEFAULT false, held_name text, known_at timestamptz
) ON COMMIT DROP;
CREATE TEMP TABLE staged (row_no int, party int, decided_on date, natural_hash bytea, content_hash bytea) ON COMMIT DROP;
CREATE TEMP TABLE left_out (row_no int, code text, message text) ON COMMIT DROP
"""

FIND_BY_CODE = """
UPDATE party n SET subject_id = s.id FROM store_subject s WHERE n.code = s.code AND n.subject_id IS NULL
"""

FIND_BY_OTHER = """
UPDATE party n SET subject_id = c.subject_id
FROM store_subjectcode c
WHERE n.subject_id IS NULL AND n.code IS NULL AND c.kind = n.other_kind AND c.value = n.other_code
"""

FIND_BY_BODY = """
UPDATE party n SET subject_id = s.id
FROM store_subject s
WHERE n.subject_id IS NULL AND n.code IS NULL AND n.other_kind IN ('organisation', 'tax')
  AND substr(s.code, 9, 9) = right(replace(n.other_code, '-', ''), 9)
  AND EXISTS (SELECT FROM store_subjectname k WHERE k.subject_id = s.id AND k.normalised = n.normalised)
"""

FOUND = "UPDATE party SET found = true WHERE subject_id IS NOT NULL"

UNKNOWN_PARTIES = """
CREATE TEMP TABLE unknown_party ON COMMIT DROP AS
SELECT DISTINCT ON (coalesce(code, other_kind || ':' || other_code)) no, code, other_kind, other_code, name, normalised
FROM party WHERE subject_id IS NULL
ORDER BY coalesce(code, other_kind || ':' || other_code), no
"""

RENAMED = """
INSERT INTO store_subjectname (subject_id, name, normalised, known_at, batch_id)
SELECT DISTINCT ON (n.subject_id, n.normalised) n.subject_id, n.name, n.normalised, %(now)s, %(batch)s
FROM party n
WHERE n.normalised <> '' AND NOT EXISTS (
    SELECT FROM store_subjectname k WHERE k.subject_id = n.subject_id AND k.normalised = n.normalised)
ORDER BY n.subject_id, n.normalised, n.no
RETURNING subject_id
"""

NAMES = """
WITH wanted AS (SELECT DISTINCT coalesce(merged_into_id, id) AS id FROM store_subject WHERE id = ANY(%s)),
member AS (
    SELECT id, id AS bearer FROM wanted
    UNION ALL SELECT w.id, s.id FROM wanted w JOIN store_subject s ON s.merged_into_id = w.id
)
SELECT m.id, array_agg(n.name ORDER BY n.id) FROM member m JOIN store_subjectname n ON n.subject_id = m.bearer GROUP BY m.id
"""
"""A subject is found by the names of those that were merged into it."""
TOKENS = "CREATE TEMP TABLE found_token (subject_id bigint, tokens text[]) ON COMMIT DROP"
REFRESH = """
INSERT INTO store_subjectsearch (subject_id, tokens, cut) SELECT subject_id, tokens, %s FROM found_token
ORDER BY subject_id
ON CONFLICT (subject_id) DO UPDATE SET tokens = excluded.tokens, cut = excluded.cut
"""

HELD_NAMES = """
UPDATE party n SET held_name = s.name
FROM store_subject s
WHERE s.id = n.subject_id AND n.normalised <> '' AND NOT EXISTS (
    SELECT FROM store_subjectname k WHERE k.subject_id = n.subject_id AND k.normalised = n.normalised)
"""

E17_ROWS = """
INSERT INTO left_out
SELECT r.row_no, 'E17', '代码已属于“' || n.held_name || '”，与本行名称不一致'
FROM staged r JOIN party n ON n.no = r.party
WHERE n.held_name IS NOT NULL
"""

NO_CONSENT_ROWS = """
INSERT INTO left_out
SELECT r.row_no, 'E20', %(message)s FROM staged r JOIN party n ON n.no = r.party
WHERE NOT EXISTS (
    SELECT FROM store_subject s
    JOIN store_subject m ON m.id = coalesce(s.merged_into_id, s.id) OR m.merged_into_id = coalesce(s.merged_into_id, s.id)
    JOIN store_consent c ON c.subject_id = m.id
    WHERE s.id = n.subject_id AND c.ended_at IS NULL AND %(day)s BETWEEN c.from_on AND c.until_on
      AND %(feed)s = ANY(c.feeds));
DELETE FROM staged r USING left_out l WHERE l.row_no = r.row_no;
DELETE FROM party n WHERE NOT EXISTS (SELECT FROM staged r WHERE r.party = n.no)
"""
"""Whoever did not agree is not even entered as a subject. Who is one by a merge agreed for all of it while it lasts."""

NOT_A_BODY_ROWS = """
INSERT INTO left_out
SELECT r.row_no, 'E21', %(message)s FROM staged r JOIN party n ON n.no = r.party
WHERE coalesce(n.code, '') !~ '^1[12]' AND NOT EXISTS (
    SELECT FROM store_subject s JOIN store_subject m ON m.id = coalesce(s.merged_into_id, s.id)
    WHERE s.id = n.subject_id AND (m.state_body OR m.state_owned));
DELETE FROM staged r USING left_out l WHERE l.row_no = r.row_no;
DELETE FROM party n WHERE NOT EXISTS (SELECT FROM staged r WHERE r.party = n.no)
"""
"""GB 32100: 11 are organs, 12 public institutions; who else is one, or state-owned, is marked by a person."""

KNOWN_ROWS = """
INSERT INTO left_out
SELECT r.row_no, CASE WHEN k.content_hash <> r.content_hash THEN 'E08' END,
       '同一机关、同一文号、同一主体的记录已存在，但内容不同'
FROM staged r
JOIN store_record k ON k.natural_hash = r.natural_hash AND k.known_until IS NULL
JOIN party n ON n.no = r.party
WHERE n.held_name IS NULL
"""

CODE_OF_ANOTHER_TIME = """
INSERT INTO left_out
SELECT r.row_no, 'E13', '所填旧代码在本行的日期不属于“' || s.name || '”，'
       || coalesce(c.from_on::text || ' 起', '') || coalesce('到 ' || c.to_on || ' 止', '')
FROM staged r
JOIN party n ON n.no = r.party AND n.code IS NULL
JOIN store_subjectcode c ON c.kind = n.other_kind AND c.value = n.other_code
JOIN store_subject s ON s.id = c.subject_id
WHERE (r.decided_on < c.from_on OR r.decided_on >= c.to_on)
  AND NOT EXISTS (SELECT FROM left_out l WHERE l.row_no = r.row_no)
"""
"""An older code leads to its subject on the days on which it held; where nobody stated the days, on all."""

DUPLICATES = "SELECT count(*) FROM left_out WHERE code IS NULL"
CONFLICTS = "SELECT row_no, code, message FROM left_out WHERE code IS NOT NULL ORDER BY row_no"

LEFT = "SELECT count(*) FROM staged r WHERE NOT EXISTS (SELECT FROM left_out l WHERE l.row_no = r.row_no)"

TOUCH = """
WITH meant AS (
    SELECT DISTINCT n.subject_id FROM party n JOIN staged r ON r.party = n.no
    WHERE n.found AND NOT EXISTS (SELECT FROM left_out l WHERE l.row_no = r.row_no)
), locked AS MATERIALIZED (
    SELECT id FROM store_subject WHERE id IN (SELECT subject_id FROM meant) ORDER BY id FOR NO KEY UPDATE
), touched AS (
    UPDATE store_subject s SET version = version + 1,
           last_known_at = greatest(%(now)s, s.last_known_at + interval '1 microsecond')
    FROM locked l WHERE s.id = l.id
    RETURNING s.id, s.last_known_at
)
UPDATE party n SET known_at = t.last_known_at FROM touched t WHERE n.subject_id = t.id
"""

IDS = "SELECT min(id), max(id) FROM (SELECT nextval('store_record_id_seq') AS id FROM generate_series(1, %s)) made"

PLACED = "COPY (SELECT no, subject_id, coalesce(known_at, %(now)s) FROM party) TO STDOUT (FORMAT csv)"
LEFT_OUT = "COPY (SELECT row_no FROM left_out) TO STDOUT (FORMAT csv)"

INDUSTRIES = """
SELECT DISTINCT fields->>'行业' FROM store_recorddetail
WHERE record_id BETWEEN %(first)s AND %(last)s AND fields->>'行业' <> ''
"""
INDUSTRY = "CREATE TEMP TABLE industry (word text PRIMARY KEY, sector text) ON COMMIT DROP"

MASTER = """
UPDATE store_subject s SET
    name = coalesce(r.name, s.name),
    registrar = coalesce(left(r.details->>'登记机关', 120), s.registrar),
    address = coalesce(left(r.details->>'住所', 300), s.address),
    sector = coalesce(i.sector, s.sector),
    industry_code = coalesce(substring(r.details->>'行业代码' from '^[A-T]?([0-9]{2,4})$'), s.industry_code),
    division_code = coalesce(substring(r.details->>'行政区划代码' from '^[0-9]{6}'), s.division_code),
    established_on = coalesce(r.decided_on, s.established_on),
    size = CASE WHEN r.details->>'企业规模' IN ('大型', '中型', '小型', '微型')
                THEN r.details->>'企业规模' ELSE s.size END,
    status = CASE WHEN r.result IN ('active', 'suspended', 'revoked', 'cancelled', 'moved') THEN r.result ELSE s.status END
FROM (
    SELECT DISTINCT ON (k.subject_id) k.subject_id, n.name, d.fields AS details, k.decided_on, k.result
    FROM store_record k
    JOIN store_recorddetail d ON d.record_id = k.id
    JOIN staged g ON g.row_no = k.row_no
    JOIN party n ON n.no = g.party
    WHERE k.id BETWEEN %(first)s AND %(last)s
    ORDER BY k.subject_id, k.row_no DESC
) r
LEFT JOIN industry i ON i.word = r.details->>'行业'
WHERE s.id = r.subject_id
"""

UNSTAGE = "DROP TABLE party, staged, left_out"
