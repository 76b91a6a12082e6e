import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

READINGS = """
CREATE FUNCTION store_readings_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('xinheng.forgetting', true) = 'readings' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '表 % 只增不改：% 被拒绝', TG_TABLE_NAME, TG_OP USING ERRCODE = 'XH001';
END $$;
DROP TRIGGER never_removed ON store_sharingreading;
CREATE TRIGGER never_removed BEFORE DELETE ON store_sharingreading
    FOR EACH ROW EXECUTE FUNCTION store_readings_stay();

-- Of whom a call read before a day; what tells who must hear of an ending stays: the last reading of a subject and item
-- by a grant that still held on that day.
CREATE FUNCTION store_forget_readings(before date) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET xinheng.forgetting = 'readings' AS $$
    WITH gone AS (
        DELETE FROM store_sharingreading r USING store_sharingcall c, store_sharinggrant g
        WHERE c.id = r.call_id AND g.id = c.grant_id AND c.day < before
          AND (g.until_on < before OR g.revoked_at < before
               OR EXISTS (
                   SELECT FROM store_sharingreading l JOIN store_sharingcall k ON k.id = l.call_id
                   WHERE l.subject_id = r.subject_id AND l.item = r.item AND k.grant_id = c.grant_id AND l.id > r.id
                     AND (l.records > 0 OR r.records = 0)))
        RETURNING 1)
    SELECT count(*) FROM gone
$$;
"""


class Migration(migrations.Migration):
    """When and how a letter to superior unit or audit office arrived; readings of shared records end after their term."""

    dependencies = [
        ('store', '0240_measures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='superiorletter',
            name='served_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='superiorletter',
            name='served_way',
            field=models.CharField(blank=True, choices=[('exchange', '公文交换'), ('electronic', '电子公文系统'), ('post', '机要或挂号邮寄'), ('by_hand', '专人送交')], db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='superiorletter',
            name='served_proof',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='superiorletter',
            name='served_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='superiorletter',
            name='served_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='superiorletter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('served_at__isnull', True), ('served_by__isnull', True), ('served_on__isnull', True)), models.Q(('served_at__isnull', False), ('served_by__isnull', False), ('served_on__isnull', False), ('released_at__isnull', False), ('served_way__in', ['exchange', 'electronic', 'post', 'by_hand']), models.Q(('served_proof', ''), _negated=True)), _connector='OR'), name='superior_letter_served_with_proof'),
        ),
        migrations.RunSQL(READINGS, migrations.RunSQL.noop),
    ]
