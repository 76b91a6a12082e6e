-- In how many names the tokens stand that stand in many, as the database's own statistics of the search table estimate it
-- (renewed by ANALYZE and autovacuum; empty before the first). The function reads the statistics with the rights of the
-- table's owner: others see those of tables they can read alone.
CREATE OR REPLACE FUNCTION store_tokens_often() RETURNS TABLE (token text, names bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT told.token, (told.share * greatest(kept.reltuples, 0))::bigint
    FROM pg_stats s
    JOIN pg_class kept ON kept.oid = to_regclass('public.store_subjectsearch')
    CROSS JOIN LATERAL unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS told (token, share)
    WHERE s.schemaname = 'public' AND s.tablename = 'store_subjectsearch' AND s.attname = 'tokens'
      AND told.token IS NOT NULL
$$;

CREATE OR REPLACE VIEW public_search_often AS SELECT token, names FROM store_tokens_often();

-- ``place``: see store.subjects.SEARCH_PLACE.
CREATE OR REPLACE VIEW public_search AS
SELECT subject_id, tokens, ((subject_id & 2147483647) * 2654435761 & 4294967295) AS place FROM store_subjectsearch;
