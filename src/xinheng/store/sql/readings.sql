-- Who read what of whom stays until its term has ended.
CREATE FUNCTION store_readings_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('xinheng.forgetting', true) = 'readings' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '表 % 只增不改：% 被拒绝', TG_TABLE_NAME, TG_OP USING ERRCODE = 'XH001';
END $$;
CREATE TRIGGER never_removed BEFORE DELETE ON store_sharingreading
    FOR EACH ROW EXECUTE FUNCTION store_readings_stay();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_sharingreading
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();

-- Of whom a call read before a day; what tells who must hear of an ending stays: the last reading of a subject and item
-- by a grant that still held on that day.
CREATE FUNCTION store_forget_readings(before date) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET xinheng.forgetting = 'readings' AS $$
    WITH gone AS (
        DELETE FROM store_sharingreading r USING store_sharingcall c, store_sharinggrant g
        WHERE c.id = r.call_id AND g.id = c.grant_id AND c.day < before
          AND (g.until_on < before OR g.revoked_at < before
               OR EXISTS (
                   SELECT FROM store_sharingreading l JOIN store_sharingcall k ON k.id = l.call_id
                   WHERE l.subject_id = r.subject_id AND l.item = r.item AND k.grant_id = c.grant_id AND l.id > r.id
                     AND (l.records > 0 OR r.records = 0)))
        RETURNING 1)
    SELECT count(*) FROM gone
$$;
