-- Who adds records says so, so that a snapshot can be taken between the writers (services/snapshot_rows.py).
CREATE OR REPLACE FUNCTION store_record_is_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7240004);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER record_is_written BEFORE INSERT ON store_record
    FOR EACH STATEMENT EXECUTE FUNCTION store_record_is_written();

-- A score is ended once and never changed otherwise.
CREATE OR REPLACE FUNCTION store_score_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_end store_score;
BEGIN
    before_end := NEW;
    before_end.until_id := NULL;
    IF OLD.until_id IS NOT NULL OR NEW.until_id IS NULL OR before_end IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION '评价结果只能被后一次评价取代，不能修改' USING ERRCODE = 'XH001';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS only_grows ON store_score;
CREATE OR REPLACE TRIGGER score_ends_once BEFORE UPDATE ON store_score
    FOR EACH ROW EXECUTE FUNCTION store_score_ends_once();

CREATE OR REPLACE TRIGGER only_grows BEFORE UPDATE ON store_evaluationrule
    FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON store_evaluationrule
    FOR EACH ROW EXECUTE FUNCTION store_only_grows();

-- Runs and subjects of new scores exist; one look at a whole statement instead of two at every row.
CREATE OR REPLACE FUNCTION store_score_rests_on_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT line_id, run_id FROM written) w
        LEFT JOIN store_evaluationrun r ON r.id = w.run_id
        WHERE coalesce(r.line_id, r.id) IS DISTINCT FROM w.line_id
    ) THEN
        RAISE EXCEPTION '评价结果必须属于一次评价' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'score_rests_on_runs';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER score_rests_on_runs AFTER INSERT ON store_score REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION store_score_rests_on_runs();

-- Whose file has changed is noted in the same transaction; nobody can forget to.
CREATE OR REPLACE FUNCTION store_note_regrade() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO store_regrade (subject_id)
        SELECT n.id FROM changed n WHERE EXISTS (SELECT FROM store_evaluationrun WHERE current);
    ELSE
        INSERT INTO store_regrade (subject_id)
        SELECT n.id FROM changed n JOIN before b USING (id)
        WHERE n.version <> b.version AND EXISTS (SELECT FROM store_evaluationrun WHERE current);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER note_regrade_of_new AFTER INSERT ON store_subject REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION store_note_regrade();
CREATE OR REPLACE TRIGGER note_regrade_of_changed AFTER UPDATE ON store_subject
    REFERENCING NEW TABLE AS changed OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION store_note_regrade();
