-- The grades that the public portal can see: in force, published, of files that have not changed since.
CREATE OR REPLACE VIEW public_run AS
SELECT r.id, coalesce(f.public_id, r.public_id) AS public_id, r.model, r.model_version, r.model_digest, r.as_of,
       r.subjects, r.distribution
FROM store_evaluationrun r
LEFT JOIN store_evaluationrun f ON f.id = r.base_id
WHERE r.current AND r.published AND NOT r.trial;

CREATE OR REPLACE VIEW public_score AS
SELECT sc.id, r.id AS run_id, sc.subject_id, sc.points_milli, sc.grade, sc.veto, sc.contributions
FROM store_evaluationrun r
JOIN store_score sc ON sc.line_id = coalesce(r.line_id, r.id) AND sc.until_id IS NULL
JOIN store_subject s ON s.id = sc.subject_id
WHERE s.kind <> 'sole_trader' AND s.version = sc.subject_version AND r.current AND r.published AND NOT r.trial;
