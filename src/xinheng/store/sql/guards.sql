-- What is written once stays: rows of these tables are never changed or removed.
CREATE FUNCTION store_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '表 % 只增不改：% 被拒绝', TG_TABLE_NAME, TG_OP USING ERRCODE = 'XH001';
END $$;

CREATE FUNCTION store_closes_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_close store_record;
BEGIN
    before_close := NEW;
    before_close.known_until := NULL;
    IF OLD.known_until IS NOT NULL OR NEW.known_until IS NULL OR before_close IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION '记录只能被新版本取代，不能修改' USING ERRCODE = 'XH001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER record_closes_once BEFORE UPDATE ON store_record
    FOR EACH ROW EXECUTE FUNCTION store_closes_once();

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'store_recorddetail', 'store_recordnote', 'store_policyversion', 'store_ledgerevent', 'store_ledgerbatch',
        'store_ledgerleaf', 'store_caseevent', 'store_draw', 'store_drawannouncement', 'store_drawnobject', 'store_score'
    ] LOOP
        EXECUTE format('CREATE TRIGGER only_grows BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION store_only_grows()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'store_record', 'store_recorddetail', 'store_recordnote', 'store_policyversion', 'store_ledgerevent',
        'store_ledgerbatch', 'store_ledgerleaf', 'store_caseevent', 'store_draw', 'store_drawannouncement', 'store_drawnobject',
        'store_publication', 'store_subject', 'store_subjectname', 'store_batch'
    ] LOOP
        EXECUTE format('CREATE TRIGGER never_removed BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION store_only_grows()', name);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows()', name);
    END LOOP;
END $$;
