-- Entries, releases and the inventory of rules stay; an entry that has ended does not change any more.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['store_listentry', 'store_listrelease', 'store_localrule'] LOOP
        EXECUTE format('CREATE TRIGGER never_removed BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION store_only_grows()', name);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows()', name);
    END LOOP;
END $$;

CREATE TRIGGER ended_stays BEFORE UPDATE ON store_listentry FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER released_stays BEFORE UPDATE ON store_listrelease FOR EACH ROW
    WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION store_only_grows();
