-- Accepted typical cases as anybody may read them: no enterprise, no day, no document. Only while the measure lies on its ground.
CREATE OR REPLACE VIEW public_measure_case AS
SELECT u.id, u.public_id, m.title AS measure, m."group" AS measure_group, u.occasion, u.outcome,
       extract(year FROM u.acted_on)::integer AS year, o.name AS organisation, u.text, u.reviewed_at
FROM store_measureuse u
JOIN store_measureapplied m ON m.id = u.measure_id
LEFT JOIN store_organisationname o ON o.organisation_id = u.organisation_id AND o.to_on IS NULL
WHERE u.accepted AND u.text <> '' AND m.ended_at IS NULL AND m.suspended_at IS NULL
  AND (m.until_on IS NULL OR m.until_on > (now() AT TIME ZONE 'Asia/Shanghai')::date);
