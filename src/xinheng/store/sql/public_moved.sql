-- A subject that was merged into another is shown there: its page leads on, its names stand with the other's.
CREATE OR REPLACE VIEW public_subject AS
SELECT s.id, s.public_id, s.code, s.name, s.kind, s.status, s.division_code, s.registrar, s.sector,
       s.established_on, s.version,
       CASE WHEN s.kind = 'sole_trader' THEN '' ELSE s.address END AS address
FROM store_subject s
WHERE s.merged_into_id IS NULL;

CREATE OR REPLACE VIEW public_name AS
SELECT n.id, coalesce(s.merged_into_id, n.subject_id) AS subject_id, n.name, n.from_on, n.to_on
FROM store_subjectname n JOIN store_subject s ON s.id = n.subject_id;

CREATE OR REPLACE VIEW public_moved AS
SELECT s.id, s.public_id, s.code, t.public_id AS leads_to
FROM store_subject s JOIN store_subject t ON t.id = s.merged_into_id;
