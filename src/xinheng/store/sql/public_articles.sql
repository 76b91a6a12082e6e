-- Released content pages as anybody may read them: the version that stands, without the persons who wrote and released it.
CREATE OR REPLACE VIEW public_article AS
SELECT a.id, a.public_id, a.version, a.section, a.title, a.text, a.origin, a.county, a.day, o.name AS organisation,
       (SELECT min(f.released_at) FROM store_article f WHERE f.public_id = a.public_id AND f.released_at IS NOT NULL) AS first_at,
       a.released_at
FROM store_article a
LEFT JOIN store_organisationname o ON o.organisation_id = a.organisation_id AND o.to_on IS NULL
WHERE a.released_at IS NOT NULL AND a.ended_at IS NULL;
