-- Who adds records says so, so that a snapshot can be taken between the writers (services/snapshot_rows.py).
CREATE FUNCTION store_record_is_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7240004);
    RETURN NULL;
END $$;
CREATE TRIGGER record_is_written BEFORE INSERT ON store_record
    FOR EACH STATEMENT EXECUTE FUNCTION store_record_is_written();

-- A score is ended once and never changed otherwise.
CREATE FUNCTION store_score_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER score_ends_once BEFORE UPDATE ON store_score
    FOR EACH ROW EXECUTE FUNCTION store_score_ends_once();

CREATE TRIGGER never_removed BEFORE DELETE ON store_evaluationrule
    FOR EACH ROW EXECUTE FUNCTION store_only_grows();

-- Runs and subjects of new scores exist; one look at a whole statement instead of two at every row.
CREATE FUNCTION store_score_rests_on_runs() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER score_rests_on_runs AFTER INSERT ON store_score REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION store_score_rests_on_runs();

-- Whose file has changed is noted in the same transaction; nobody can forget to.
CREATE FUNCTION store_note_regrade() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER note_regrade_of_new AFTER INSERT ON store_subject REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION store_note_regrade();
CREATE TRIGGER note_regrade_of_changed AFTER UPDATE ON store_subject
    REFERENCING NEW TABLE AS changed OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION store_note_regrade();

-- A given grade is ended once, by the number of what came after it, and never changed otherwise.
CREATE FUNCTION store_given_grade_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_end store_givengrade;
BEGIN
    before_end := NEW;
    before_end.until := NULL;
    IF OLD.until IS NOT NULL OR NEW.until IS NULL OR before_end IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION '评价结果事实只能被后一结果取代，不能修改' USING ERRCODE = 'XH001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER given_grade_ends_once BEFORE UPDATE ON store_givengrade
    FOR EACH ROW EXECUTE FUNCTION store_given_grade_ends_once();

-- The one way by which superseded results leave: their runs are marked as forgotten, and none of them is in force.
CREATE FUNCTION store_forget_scores(ended_by bigint[], lines bigint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM store_score s
        WHERE (s.until_id = ANY(ended_by) OR s.line_id = ANY(lines) AND s.until_id IS NULL)
          AND NOT EXISTS (
            SELECT FROM store_evaluationrun r
            WHERE coalesce(r.line_id, r.id) = s.line_id AND r.forgotten_at IS NULL
              AND r.id >= s.run_id AND r.id < coalesce(s.until_id, r.id + 1))
        RETURNING 1)
    SELECT count(*) FROM gone
$$;

CREATE FUNCTION store_forget_refreshes(runs bigint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM store_evaluationrun r
        WHERE r.id = ANY(runs) AND r.base_id IS NOT NULL AND r.forgotten_at IS NOT NULL AND NOT r.current
          AND NOT EXISTS (SELECT FROM store_score s WHERE s.until_id = r.id)
        RETURNING 1)
    SELECT count(*) FROM gone
$$;
