-- Corrections and extracts are written once; objections and complaints are never removed.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['store_correction', 'store_ledgerextract', 'store_misusecomplaint'] LOOP
        EXECUTE format('CREATE TRIGGER only_grows BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION store_only_grows()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['store_correction', 'store_ledgerextract', 'store_misusecomplaint', 'store_objection'] LOOP
        EXECUTE format('CREATE TRIGGER never_removed BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION store_only_grows()', name);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows()', name);
    END LOOP;
END $$;

CREATE OR REPLACE VIEW public_correction AS
SELECT c.id, c.subject_id, c.what, c.text, c.wrong_from, c.wrong_to, c.shown_until, c.at
FROM store_correction c JOIN store_subject s ON s.id = c.subject_id
WHERE c.shown_until IS NOT NULL AND c.shown_until > (now() AT TIME ZONE 'Asia/Shanghai')::date;
