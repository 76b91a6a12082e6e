-- A given grade is ended once, by the number of what came after it, and never changed otherwise.
CREATE OR REPLACE FUNCTION store_given_grade_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE TRIGGER given_grade_ends_once BEFORE UPDATE ON store_givengrade
    FOR EACH ROW EXECUTE FUNCTION store_given_grade_ends_once();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON store_givengrade
    FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON store_givengrade
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();

-- The one way by which superseded results leave: their runs are marked as forgotten, and none of them is in force.
CREATE OR REPLACE FUNCTION store_forget_scores(ended_by bigint[], lines bigint[]) RETURNS bigint
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

CREATE OR REPLACE FUNCTION store_forget_refreshes(runs bigint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM store_evaluationrun r
        WHERE r.id = ANY(runs) AND r.base_id IS NOT NULL AND r.forgotten_at IS NOT NULL AND NOT r.current
          AND NOT EXISTS (SELECT FROM store_score s WHERE s.until_id = r.id)
        RETURNING 1)
    SELECT count(*) FROM gone
$$;
