from django.db import migrations

TAKE = """
-- ANALYZE belongs to the owner of a table; the application asks for it after it filled one. Only tables whose known size is
-- small beside the rows that came are looked at; one that somebody else works on is left to the server.
CREATE FUNCTION store_take_statistics(came bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND reltuples < came * 10 AND relname IN (
            'store_batch', 'store_subject', 'store_subjectname', 'store_subjectcode', 'store_subjectsearch',
            'store_record', 'store_recorddetail', 'store_returnedrow')
        ORDER BY relname
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) public.%I', name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION store_take_statistics(bigint) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """The application may take the statistics of the tables that a load has filled."""

    dependencies = [
        ("store", "0577_corrected_decisions_of_desks"),
    ]

    operations = [
        migrations.RunSQL(TAKE, "DROP FUNCTION store_take_statistics(bigint);"),
    ]
