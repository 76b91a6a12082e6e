-- After a restore: the ledger orders events by transaction numbers, and a new server begins with low ones.
-- Uses up numbers until new events come after those of the dump.
DO $$
DECLARE
    last bigint := (
        SELECT greatest(max(transaction), (SELECT max(below_transaction) FROM store_ledgerbatch))
        FROM store_ledgerevent
    );
BEGIN
    WHILE pg_current_xact_id()::text::bigint <= last LOOP
        COMMIT;
    END LOOP;
END $$;
