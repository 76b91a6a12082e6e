-- A draw as the public sees it: the head of its record, and the file of the pool that the announcement committed to.
CREATE OR REPLACE VIEW public_draw AS
SELECT d.id, d.public_id, a.id AS announcement_id, d.drawn_at, d.population, d.drawn, d.seed, d.digest, d.record,
       f.id AS pool_file, f.digest AS pool_digest, f.size AS pool_size, f.wrapped_key AS pool_key
FROM store_draw d
JOIN store_drawannouncement a ON a.id = d.announcement_id
LEFT JOIN store_storedfile f ON f.id = a.pool_id;
