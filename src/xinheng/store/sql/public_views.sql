-- What the public portal can see, and nothing else: its database role has SELECT on these views only.
CREATE OR REPLACE VIEW public_subject AS
SELECT s.id, s.public_id, s.code, s.name, s.kind, s.status, s.division_code, s.registrar, s.sector,
       s.established_on, s.version,
       CASE WHEN s.kind = 'sole_trader' THEN '' ELSE s.address END AS address
FROM store_subject s;

CREATE OR REPLACE VIEW public_name AS
SELECT n.id, n.subject_id, n.name, n.from_on, n.to_on FROM store_subjectname n;

CREATE OR REPLACE VIEW public_search AS
SELECT subject_id, tokens FROM store_subjectsearch;

CREATE OR REPLACE VIEW public_act AS
SELECT p.id, p.subject_id, p.item, p.decided_on, p.due_on, p.provisional, p.published_at, p.earliest_repair_on,
       p.stop_on, r.seriousness, r.state, r.finality, r.valid_from, r.valid_to, r.amount_fen, r.result,
       d.document_no, d.authority, d.title,
       CASE WHEN s.kind = 'sole_trader'
            THEN d.fields - ARRAY['住所', '住址', '地址', '经营场所', '经营地址', '注册地址', '住所（经营场所）', '经营者', '负责人', '联系电话', '电话']
            ELSE d.fields END AS fields,
       b.file_name, r.row_no, o.name AS provider
FROM store_publication p
JOIN store_subject s ON s.id = p.subject_id
JOIN store_record r ON r.record_key = p.record_key AND r.known_until IS NULL
JOIN store_recorddetail d ON d.record_id = r.id
LEFT JOIN store_batch b ON b.id = r.batch_id
LEFT JOIN store_organisationname o ON o.organisation_id = b.organisation_id AND o.to_on IS NULL
WHERE p.stopped_at IS NULL AND r.state IN (1, 2, 3);

CREATE OR REPLACE VIEW public_announcement AS
SELECT a.id, a.public_id, p.title, p.matter, p.basis, p.year, a.attempt, a.announced_at, a.digest, a.content,
       o.name AS organisation
FROM store_drawannouncement a
JOIN store_plan p ON p.id = a.plan_id
LEFT JOIN store_organisationname o ON o.organisation_id = p.organisation_id AND o.to_on IS NULL;

CREATE OR REPLACE VIEW public_policy AS
SELECT id, kind, key, digest, body, from_on FROM store_policyversion WHERE kind IN ('model', 'grading', 'catalogue', 'calendar');
