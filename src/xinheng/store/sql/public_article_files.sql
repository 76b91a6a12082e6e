-- Pictures and files of released content pages as anybody may see them; what the scanner found bad is left out.
CREATE OR REPLACE VIEW public_article_file AS
SELECT f.id, f.public_id, a.public_id AS article, f.kind, f.title, f.width, f.height, f.checked, s.size, s.digest
FROM store_articlefile f
JOIN store_article a ON a.id = f.article_id
JOIN store_storedfile s ON s.id = f.file_id
WHERE a.released_at IS NOT NULL AND a.ended_at IS NULL AND f.removed_at IS NULL AND f.checked <> 'infected'
    AND s.destroyed_at IS NULL;
