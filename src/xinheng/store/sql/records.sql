-- The class of a delivery is fixed once it is loaded: what came as market or internet information stays so.
CREATE FUNCTION store_class_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '已入库批次的来源类别不能修改' USING ERRCODE = 'XH001';
END $$;
CREATE TRIGGER batch_class_stays BEFORE UPDATE ON store_batch
    FOR EACH ROW WHEN (OLD.state = 'loaded' AND NEW.provenance IS DISTINCT FROM OLD.provenance)
    EXECUTE FUNCTION store_class_stays();

-- The words of a record stay as they were, but those of a deleted record may be emptied, wholly and for ever. The tombstone
-- may stand under another subject than the version: after a merge the versions of one record lie under both.
CREATE FUNCTION store_words_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.record_id = OLD.record_id AND NEW.document_no = '' AND NEW.title = '' AND NEW.fields = '{}'::jsonb
       AND NEW.authority = OLD.authority AND NEW.authority_code = OLD.authority_code
       AND EXISTS (
           SELECT FROM store_record old_version
           JOIN store_record tombstone ON tombstone.record_key = old_version.record_key
           WHERE old_version.id = OLD.record_id AND tombstone.known_until IS NULL AND tombstone.state = 7)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '表 % 只增不改：% 被拒绝', TG_TABLE_NAME, TG_OP USING ERRCODE = 'XH001';
END $$;
CREATE TRIGGER words_stay BEFORE UPDATE ON store_recorddetail
    FOR EACH ROW EXECUTE FUNCTION store_words_stay();
