-- What is attached stays as it was; it is checked, and withdrawn once with a reason. A bundle is acknowledged once.
CREATE FUNCTION store_attachment_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before store_attachment;
BEGIN
    before := NEW;
    before.checked := OLD.checked;
    before.checked_at := OLD.checked_at;
    IF OLD.withdrawn_at IS NULL THEN
        before.withdrawn_at := NULL;
        before.withdrawn_by_id := NULL;
        before.withdrawn_why := '';
    END IF;
    IF before IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION '附件只能撤下，不能修改' USING ERRCODE = 'XH001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION store_bundle_received_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before store_scanbundle;
BEGIN
    before := NEW;
    before.received_at := NULL;
    before.received_by := '';
    before.noted_by_id := NULL;
    IF OLD.received_at IS NOT NULL OR before IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION '移交包只能签收一次，不能修改' USING ERRCODE = 'XH001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attachment_ends_once BEFORE UPDATE ON store_attachment
    FOR EACH ROW EXECUTE FUNCTION store_attachment_ends_once();
CREATE TRIGGER bundle_received_once BEFORE UPDATE ON store_scanbundle
    FOR EACH ROW EXECUTE FUNCTION store_bundle_received_once();
