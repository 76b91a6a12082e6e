-- No burden without a living ground: neither an ended record nor an ended list entry leaves anything in force that rests on it.
CREATE FUNCTION store_no_effect_outlives_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM store_record WHERE id = NEW.id AND known_until IS NULL) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM store_publication WHERE record_key = NEW.record_key AND stopped_at IS NULL) THEN
        RAISE EXCEPTION '记录 % 已终止，仍有公示以它为依据', NEW.record_key USING ERRCODE = 'XH002';
    END IF;
    IF EXISTS (SELECT FROM store_listentry WHERE ground_kind = 'record' AND ground_key = NEW.record_key
               AND ended_at IS NULL AND suspended_at IS NULL) THEN
        RAISE EXCEPTION '记录 % 已终止，仍有名单列入以它为依据', NEW.record_key USING ERRCODE = 'XH002';
    END IF;
    IF EXISTS (SELECT FROM store_measureapplied WHERE ground_kind = 'record' AND ground_key = NEW.record_key
               AND ended_at IS NULL AND suspended_at IS NULL) THEN
        RAISE EXCEPTION '记录 % 已终止，仍有措施以它为依据', NEW.record_key USING ERRCODE = 'XH002';
    END IF;
    IF EXISTS (SELECT FROM store_campaignline WHERE ground_kind = 'record' AND ground_key = NEW.record_key
               AND ended_at IS NULL AND suspended_at IS NULL) THEN
        RAISE EXCEPTION '记录 % 已终止，仍有专项治理以它为依据', NEW.record_key USING ERRCODE = 'XH002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER no_effect_outlives_record AFTER INSERT ON store_record
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.known_until IS NULL AND (NEW.state NOT IN (1, 2, 3) OR NEW.finality = 5))
    EXECUTE FUNCTION store_no_effect_outlives_record();

CREATE FUNCTION store_no_measure_outlives_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM store_measureapplied WHERE ground_kind = 'list_entry' AND ground_key = NEW.id
               AND ended_at IS NULL AND suspended_at IS NULL) THEN
        RAISE EXCEPTION '名单列入 % 已终止，仍有措施以它为依据', NEW.id USING ERRCODE = 'XH002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER no_measure_outlives_entry AFTER UPDATE ON store_listentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.ended_at IS NOT NULL OR NEW.suspended_at IS NOT NULL)
    EXECUTE FUNCTION store_no_measure_outlives_entry();

-- What ended stays written; the columns that follow it are when its receivers were found.
CREATE FUNCTION store_ending_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.spread_at IS NOT NULL OR to_jsonb(NEW) - 'spread_at' IS DISTINCT FROM to_jsonb(OLD) - 'spread_at' THEN
        RAISE EXCEPTION '终止事项只增不改' USING ERRCODE = 'XH001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ending_stays BEFORE UPDATE ON store_ending FOR EACH ROW EXECUTE FUNCTION store_ending_stays();
