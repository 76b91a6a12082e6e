"""The statements of loading, in the order in which they run. A party is one (code, name) of a file."""

STAGE = """
CREATE TEMP TABLE staged (
    row_no int, party int, item smallint, document_no text, decided_on date, valid_from date, valid_to date,
    authority text, authority_code text, amount_fen bigint, headcount int, result text, seriousness smallint,
    finality smallint, title text, details jsonb, content_hash bytea, natural_hash bytea
) ON COMMIT DROP;
CREATE TEMP TABLE party (
    no int PRIMARY KEY, code text, other_kind text, other_code text, name text, normalised text, subject_id bigint
) ON COMMIT DROP
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

UNKNOWN_PARTIES = """
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

E17_ROWS = """
DELETE FROM staged r USING (
    SELECT n.no, s.name AS known
    FROM party n JOIN store_subject s ON s.id = n.subject_id
    WHERE n.normalised <> '' AND NOT EXISTS (
        SELECT FROM store_subjectname k WHERE k.subject_id = n.subject_id AND k.normalised = n.normalised)
) c
WHERE r.party = c.no
RETURNING r.row_no, 'E17', '代码已属于“' || c.known || '”，与本行名称不一致'
"""

DUPLICATES = """
DELETE FROM staged r USING store_record k
WHERE k.natural_hash = r.natural_hash AND k.known_until IS NULL AND k.content_hash = r.content_hash
"""

E08_ROWS = """
DELETE FROM staged r USING store_record k
WHERE k.natural_hash = r.natural_hash AND k.known_until IS NULL
RETURNING r.row_no, 'E08', '同一机关、同一文号、同一主体的记录已存在，但内容不同'
"""

READY = """
CREATE TEMP TABLE ready ON COMMIT DROP AS
SELECT nextval('store_record_id_seq') AS id, r.*, n.subject_id, n.name,
       greatest(%(now)s, s.last_known_at + interval '1 microsecond') AS known_at
FROM staged r JOIN party n ON n.no = r.party JOIN store_subject s ON s.id = n.subject_id
"""

RECORDS = """
INSERT INTO store_record (
    id, record_key, subject_id, batch_id, amount_fen, known_at, row_no, headcount, decided_on, valid_from, valid_to,
    item, seriousness, finality, state, natural_hash, content_hash, result)
SELECT id, id, subject_id, %(batch)s, amount_fen, known_at, row_no, headcount, decided_on, valid_from, valid_to,
       item, coalesce(seriousness, 0), coalesce(finality, 0), 1, natural_hash, content_hash, coalesce(result, '')
FROM ready
"""

DETAILS = """
INSERT INTO store_recorddetail (record_id, document_no, authority, authority_code, title, fields)
SELECT id, coalesce(left(document_no, 200), ''), coalesce(left(authority, 200), ''), coalesce(authority_code, ''),
       coalesce(title, ''), coalesce(details, '{}')
FROM ready
"""

INDUSTRIES = "SELECT DISTINCT details->>'行业' FROM ready WHERE details->>'行业' <> ''"
INDUSTRY = "CREATE TEMP TABLE industry (word text PRIMARY KEY, sector text) ON COMMIT DROP"

MASTER = """
UPDATE store_subject s SET
    name = coalesce(r.name, s.name),
    registrar = coalesce(left(r.details->>'登记机关', 120), s.registrar),
    address = coalesce(left(r.details->>'住所', 300), s.address),
    sector = coalesce(i.sector, s.sector),
    division_code = coalesce(substring(r.details->>'行政区划代码' from '^[0-9]{6}'), s.division_code),
    established_on = coalesce(r.decided_on, s.established_on),
    status = CASE WHEN r.result IN ('active', 'suspended', 'revoked', 'cancelled', 'moved') THEN r.result ELSE s.status END
FROM (SELECT DISTINCT ON (subject_id) * FROM ready ORDER BY subject_id, row_no DESC) r
LEFT JOIN industry i ON i.word = r.details->>'行业'
WHERE s.id = r.subject_id
"""

TOUCH = """
UPDATE store_subject s SET version = version + 1,
       last_known_at = greatest(%(now)s, s.last_known_at + interval '1 microsecond')
FROM (SELECT DISTINCT subject_id FROM ready) t
WHERE s.id = t.subject_id AND s.last_known_at <> %(now)s
"""
