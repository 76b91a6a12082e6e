-- A draw as the public sees it: the head of its record, and the digest of the published file with the pool.
DROP VIEW IF EXISTS public_draw;
CREATE VIEW public_draw AS
SELECT d.id, d.public_id, a.id AS announcement_id, d.drawn_at, d.population, d.drawn, d.seed, d.digest, d.record,
       f.digest AS pool_digest
FROM store_draw d
JOIN store_drawannouncement a ON a.id = d.announcement_id
LEFT JOIN store_storedfile f ON f.id = a.pool_id;
