-- An ended record leaves no line of a campaign standing either.
CREATE OR REPLACE FUNCTION store_no_effect_outlives_record() RETURNS trigger LANGUAGE plpgsql AS $$
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
