-- What the portal tells of lists: publicity before a decision, who stands on them, releases, and what is objected to.
-- Focus lists steer supervision only and are in no view; who has left, or rests, is in none either (legal guards G9, G11, G16).
CREATE OR REPLACE VIEW public_listing AS
SELECT e.id, e.subject_id, e.list_key, e.kind, e.from_on, e.until_on, o.name AS organisation, p.id AS act,
       coalesce(r.state = 3, false) OR EXISTS (
           SELECT FROM store_objection b
           WHERE b.mark_removed_at IS NULL AND b.subject_id = e.subject_id AND b.reference = 'list_entry:' || e.id
       ) AS disputed
FROM store_listentry e
LEFT JOIN store_organisationname o ON o.organisation_id = e.organisation_id AND o.to_on IS NULL
LEFT JOIN store_record r ON r.record_key = e.record_key AND r.known_until IS NULL
LEFT JOIN store_publication p ON p.record_key = e.record_key AND p.stopped_at IS NULL
WHERE e.kind <> 'focus' AND e.ended_at IS NULL AND e.suspended_at IS NULL
  AND (e.until_on IS NULL OR e.until_on > (now() AT TIME ZONE 'Asia/Shanghai')::date)
  AND (e.kind = 'positive' OR p.id IS NOT NULL AND r.state IN (1, 2, 3));

-- A good record that ended takes its publicity with it, whatever the case says.
CREATE OR REPLACE VIEW public_notice AS
SELECT c.id, c.subject_id, c.details ->> 'list' AS list_key, c.details ->> 'matter' AS matter, c.state = 'objected' AS objected,
       begun.at AS since, term.due_on, coalesce(term.provisional, false) AS provisional, o.name AS organisation
FROM store_case c
JOIN LATERAL (
    SELECT v.at FROM store_caseevent v WHERE v.case_id = c.id AND v.to_state = 'publicised' ORDER BY v.sequence DESC LIMIT 1
) begun ON true
LEFT JOIN LATERAL (
    SELECT d.due_on, d.provisional FROM store_casedeadline d
    WHERE d.case_id = c.id AND d.key = 'lists.publicity_workdays' ORDER BY d.id DESC LIMIT 1
) term ON true
LEFT JOIN store_organisationname o ON o.organisation_id = c.organisation_id AND o.to_on IS NULL
WHERE c.kind = 'good_listing' AND c.closed_at IS NULL AND c.state IN ('publicised', 'objected')
  AND EXISTS (
      SELECT FROM store_record r
      WHERE c.ground = 'record:' || r.record_key AND r.subject_id = c.subject_id AND r.known_until IS NULL AND r.state IN (1, 2, 3)
  );

CREATE OR REPLACE VIEW public_release AS
SELECT l.id, l.public_id, l.list_key, l.period, l.released_at, l.entries, l.digest, o.name AS organisation
FROM store_listrelease l
LEFT JOIN store_organisationname o ON o.organisation_id = l.organisation_id AND o.to_on IS NULL
WHERE l.released_at IS NOT NULL;

-- Grades that are objected to: the model stays the same when a night gives the run another number.
CREATE OR REPLACE VIEW public_disputed_grade AS
SELECT b.id, b.subject_id, r.model, b.marked_at
FROM store_objection b JOIN store_evaluationrun r ON b.reference = 'grade:' || r.public_id
WHERE b.aim = 'grade' AND b.mark_removed_at IS NULL;

-- Who objects to an entry objects to the record by which it is shown: the mark stands on it wherever it is told.
CREATE OR REPLACE VIEW public_act AS
SELECT p.id, p.subject_id, p.item, p.decided_on, p.due_on, p.provisional, p.published_at, p.earliest_repair_on,
       p.stop_on, r.seriousness,
       CASE WHEN r.state <> 3 AND EXISTS (
           SELECT FROM store_objection b JOIN store_listentry e ON b.reference = 'list_entry:' || e.id
           WHERE b.mark_removed_at IS NULL AND b.subject_id = p.subject_id AND e.record_key = p.record_key
       ) THEN 3::smallint ELSE r.state END AS state,
       r.finality, r.valid_from, r.valid_to, r.amount_fen, r.result,
       d.document_no, d.authority, d.title,
       CASE WHEN s.kind = 'sole_trader'
            THEN d.fields - ARRAY['住所', '住址', '地址', '经营场所', '经营地址', '注册地址', '住所（经营场所）', '经营者', '负责人', '联系电话', '电话']
            ELSE d.fields END AS fields,
       b.file_name, r.row_no, o.name AS provider
FROM store_publication p
JOIN store_subject s ON s.id = p.subject_id
JOIN store_record r ON r.record_key = p.record_key AND r.known_until IS NULL
JOIN store_recorddetail d ON d.record_id = r.id
LEFT JOIN store_batch b ON b.id = r.batch_id
LEFT JOIN store_organisationname o ON o.organisation_id = b.organisation_id AND o.to_on IS NULL
WHERE p.stopped_at IS NULL AND r.state IN (1, 2, 3);
