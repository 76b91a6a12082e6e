-- The class of a delivery is fixed once it is loaded: what came as market or internet information stays so.
CREATE FUNCTION store_class_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '已入库批次的来源类别不能修改' USING ERRCODE = 'XH001';
END $$;
CREATE TRIGGER batch_class_stays BEFORE UPDATE ON store_batch
    FOR EACH ROW WHEN (OLD.state = 'loaded' AND NEW.provenance IS DISTINCT FROM OLD.provenance)
    EXECUTE FUNCTION store_class_stays();

-- The words of a record stay as they were, but those of a deleted record may be emptied, wholly and for ever.
CREATE FUNCTION store_words_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.record_id = OLD.record_id AND NEW.document_no = '' AND NEW.title = '' AND NEW.fields = '{}'::jsonb
       AND NEW.authority = OLD.authority AND NEW.authority_code = OLD.authority_code
       AND EXISTS (
           SELECT FROM store_record old_version
           JOIN store_record tombstone ON tombstone.record_key = old_version.record_key
               AND tombstone.subject_id = old_version.subject_id
           WHERE old_version.id = OLD.record_id AND tombstone.known_until IS NULL AND tombstone.state = 7)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '表 % 只增不改：% 被拒绝', TG_TABLE_NAME, TG_OP USING ERRCODE = 'XH001';
END $$;
DROP TRIGGER only_grows ON store_recorddetail;
CREATE TRIGGER words_stay BEFORE UPDATE ON store_recorddetail
    FOR EACH ROW EXECUTE FUNCTION store_words_stay();

-- Consumer complaints: only what was handled and whose batch a named person reviewed; no complainant, no wording,
-- nobody who is a natural person too.
CREATE VIEW public_complaint AS
SELECT r.id, s.id AS subject_id, r.decided_on AS received_on, d.title AS category, r.result AS outcome, d.authority
FROM store_record r
JOIN store_recorddetail d ON d.record_id = r.id
JOIN store_batch b ON b.id = r.batch_id
JOIN store_subject s ON s.id = r.subject_id
WHERE r.item = 22 AND r.known_until IS NULL AND r.state IN (1, 2) AND b.provenance = 3 AND b.published_at IS NOT NULL
  AND r.result IN ('upheld', 'unfounded', 'settled', 'unsettled') AND s.kind <> 'sole_trader';
