-- The names of a merged subject stand with the other's. Two arms, so that each finds the names of a few subjects by an index.
CREATE OR REPLACE VIEW public_name AS
SELECT n.id, n.subject_id, n.name, n.from_on, n.to_on
FROM store_subjectname n JOIN store_subject s ON s.id = n.subject_id
WHERE s.merged_into_id IS NULL
UNION ALL
SELECT n.id, s.merged_into_id, n.name, n.from_on, n.to_on
FROM store_subject s JOIN store_subjectname n ON n.subject_id = s.id
WHERE s.merged_into_id IS NOT NULL;
