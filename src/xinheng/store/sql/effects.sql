-- No burden without a living ground: a transaction that ends a record cannot leave it published.
CREATE OR REPLACE FUNCTION store_no_effect_outlives_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM store_record WHERE id = NEW.id AND known_until IS NULL)
       AND EXISTS (SELECT FROM store_publication WHERE record_key = NEW.record_key AND stopped_at IS NULL) THEN
        RAISE EXCEPTION '记录 % 已终止，仍有公示以它为依据', NEW.record_key USING ERRCODE = 'XH002';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER no_effect_outlives_record AFTER INSERT ON store_record
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.known_until IS NULL AND (NEW.state NOT IN (1, 2, 3) OR NEW.finality = 5))
    EXECUTE FUNCTION store_no_effect_outlives_record();

-- What ended stays written; the columns that follow it are when its receivers were found.
CREATE FUNCTION store_ending_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.spread_at IS NOT NULL OR to_jsonb(NEW) - 'spread_at' IS DISTINCT FROM to_jsonb(OLD) - 'spread_at' THEN
        RAISE EXCEPTION '终止事项只增不改' USING ERRCODE = 'XH001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ending_stays BEFORE UPDATE ON store_ending FOR EACH ROW EXECUTE FUNCTION store_ending_stays();
CREATE TRIGGER never_removed BEFORE DELETE ON store_ending FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_ending FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_telling FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_telling FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
