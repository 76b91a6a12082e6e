-- What the public takes in bulk: every transaction that touches a public row says so, once somebody keeps a copy.
CREATE FUNCTION store_open_dataset(item smallint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE item WHEN 3 THEN 'permits' WHEN 4 THEN 'penalties' WHEN 12 THEN 'inspections' WHEN 16 THEN 'commitments'
           ELSE 'acts' END
$$;

-- Publications by id, and the entries that are shown by their records.
CREATE FUNCTION store_touch_acts(ids bigint[], kind text, stale boolean) RETURNS void LANGUAGE sql AS $$
    INSERT INTO store_opentouch (dataset, key, kind, stale)
    SELECT store_open_dataset(p.item), p.id::text, kind, stale FROM store_publication p WHERE p.id = ANY(ids);
    INSERT INTO store_opentouch (dataset, key, kind, stale)
    SELECT 'listings', e.public_id, CASE kind WHEN 'added' THEN 'added' ELSE 'changed' END, stale
    FROM store_publication p JOIN store_listentry e ON e.record_key = p.record_key
    WHERE p.id = ANY(ids) AND e.kind <> 'focus';
$$;

CREATE FUNCTION store_touch_publications() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
    what text;
BEGIN
    IF NOT EXISTS (SELECT FROM store_openrelease) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO store_opentouch (dataset, key, kind, stale)
        SELECT store_open_dataset(item), id::text, 'added', false FROM after_it;
        INSERT INTO store_opentouch (dataset, key, kind, stale)
        SELECT 'listings', e.public_id, 'added', false
        FROM after_it a JOIN store_listentry e ON e.record_key = a.record_key WHERE e.kind <> 'focus';
        RETURN NULL;
    END IF;
    FOR what, ids IN
        SELECT CASE WHEN a.stopped_at IS NULL THEN 'changed' WHEN a.stop_reason = 'expired' THEN 'deleted' ELSE 'retracted' END,
               array_agg(a.id)
        FROM after_it a JOIN before_it b USING (id)
        WHERE b.stopped_at IS NULL
          AND (a.stopped_at IS NOT NULL
               OR (a.subject_id, a.stop_on, a.item) IS DISTINCT FROM (b.subject_id, b.stop_on, b.item))
        GROUP BY 1
    LOOP
        PERFORM store_touch_acts(ids, what, true);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER touch_open_of_new AFTER INSERT ON store_publication REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION store_touch_publications();
CREATE TRIGGER touch_open_of_changed AFTER UPDATE ON store_publication
    REFERENCING NEW TABLE AS after_it OLD TABLE AS before_it
    FOR EACH STATEMENT EXECUTE FUNCTION store_touch_publications();

-- A further version of a record that is published.
CREATE FUNCTION store_touch_records() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    keys bigint[];
    ids bigint[];
BEGIN
    SELECT array_agg(record_key) INTO keys FROM after_it WHERE record_key <> id AND known_until IS NULL;
    IF keys IS NULL OR NOT EXISTS (SELECT FROM store_openrelease) THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(id) INTO ids FROM store_publication WHERE record_key = ANY(keys) AND stopped_at IS NULL;
    PERFORM store_touch_acts(ids, 'changed', true);
    RETURN NULL;
END $$;
CREATE TRIGGER touch_open AFTER INSERT ON store_record REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION store_touch_records();

-- A subject, and by its name and code all that names it. One that is merged or no longer merged is in the files wrongly.
CREATE FUNCTION store_touch_subjects() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM store_openrelease) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO store_opentouch (dataset, key, kind, stale)
        SELECT 'subjects', public_id, 'added', false FROM after_it WHERE merged_into_id IS NULL;
        RETURN NULL;
    END IF;
    INSERT INTO store_opentouch (dataset, key, kind, stale)
    SELECT 'subjects', a.public_id, CASE WHEN a.merged_into_id IS NULL THEN 'changed' ELSE 'deleted' END,
           a.merged_into_id IS NOT NULL
    FROM after_it a JOIN before_it b USING (id)
    WHERE (a.code, a.name, a.kind, a.status, a.division_code, a.registrar, a.sector, a.established_on, a.merged_into_id)
          IS DISTINCT FROM
          (b.code, b.name, b.kind, b.status, b.division_code, b.registrar, b.sector, b.established_on, b.merged_into_id);
    SELECT array_agg(a.id) INTO named FROM after_it a JOIN before_it b USING (id)
    WHERE (a.code, a.name, a.kind) IS DISTINCT FROM (b.code, b.name, b.kind);
    IF named IS NOT NULL THEN
        INSERT INTO store_opentouch (dataset, key, kind, stale)
        SELECT store_open_dataset(item), id::text, 'changed', false FROM store_publication
        WHERE subject_id = ANY(named) AND stopped_at IS NULL;
        INSERT INTO store_opentouch (dataset, key, kind, stale)
        SELECT 'listings', public_id, 'changed', false FROM store_listentry
        WHERE subject_id = ANY(named) AND ended_at IS NULL AND kind <> 'focus';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touch_open_of_new AFTER INSERT ON store_subject REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION store_touch_subjects();
CREATE TRIGGER touch_open_of_changed AFTER UPDATE ON store_subject
    REFERENCING NEW TABLE AS after_it OLD TABLE AS before_it
    FOR EACH STATEMENT EXECUTE FUNCTION store_touch_subjects();

CREATE FUNCTION store_touch_listings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind <> 'focus' AND EXISTS (SELECT FROM store_openrelease) THEN
        INSERT INTO store_opentouch (dataset, key, kind, stale)
        VALUES ('listings', NEW.public_id,
                CASE WHEN TG_OP = 'INSERT' THEN 'added'
                     WHEN NEW.ended_at IS NULL AND NEW.suspended_at IS NULL THEN 'changed'
                     WHEN NEW.end_cause = 'term_expired' THEN 'deleted' ELSE 'retracted' END,
                TG_OP = 'UPDATE');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touch_open AFTER INSERT OR UPDATE ON store_listentry
    FOR EACH ROW EXECUTE FUNCTION store_touch_listings();

-- The mark of an objection to an entry stands on the entry and on the record by which it is shown.
CREATE FUNCTION store_touch_objections() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry store_listentry;
BEGIN
    IF NEW.reference NOT LIKE 'list_entry:%' OR NOT EXISTS (SELECT FROM store_openrelease) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO entry FROM store_listentry WHERE id::text = substr(NEW.reference, 12) AND kind <> 'focus';
    IF FOUND THEN
        INSERT INTO store_opentouch (dataset, key, kind, stale) VALUES ('listings', entry.public_id, 'changed', true);
        PERFORM store_touch_acts(array_agg(id), 'changed', true) FROM store_publication
        WHERE record_key = entry.record_key AND stopped_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touch_open AFTER INSERT OR UPDATE ON store_objection
    FOR EACH ROW EXECUTE FUNCTION store_touch_objections();
