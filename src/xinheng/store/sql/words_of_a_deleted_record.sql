-- As in file_of_subject.sql, but the tombstone may stand under another subject than the version: after a merge the
-- versions of one record lie under both.
CREATE OR REPLACE FUNCTION store_words_stay() RETURNS trigger LANGUAGE plpgsql AS $$
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
