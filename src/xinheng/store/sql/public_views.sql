-- What the public portal can see, and nothing else: its database role has SELECT on these views only.
CREATE VIEW public_search AS
SELECT subject_id, tokens FROM store_subjectsearch;

CREATE VIEW public_announcement AS
SELECT a.id, a.public_id, p.title, p.matter, p.basis, p.year, a.attempt, a.announced_at, a.digest, a.content,
       o.name AS organisation
FROM store_drawannouncement a
JOIN store_plan p ON p.id = a.plan_id
LEFT JOIN store_organisationname o ON o.organisation_id = p.organisation_id AND o.to_on IS NULL;

CREATE VIEW public_draw AS
SELECT d.id, d.public_id, a.id AS announcement_id, d.drawn_at, d.population, d.drawn, d.seed, d.digest, d.record,
       f.digest AS pool_digest
FROM store_draw d
JOIN store_drawannouncement a ON a.id = d.announcement_id
LEFT JOIN store_storedfile f ON f.id = a.pool_id;

-- The grades that the public portal can see: in force, published, of files that have not changed since.
CREATE VIEW public_run AS
SELECT r.id, coalesce(f.public_id, r.public_id) AS public_id, r.model, r.model_version, r.model_digest, r.as_of,
       r.subjects, r.distribution
FROM store_evaluationrun r
LEFT JOIN store_evaluationrun f ON f.id = r.base_id
WHERE r.current AND r.published AND NOT r.trial;

-- A bad grade is public only once the subject was told of it and the days of policy have passed since (提示信息在先).
CREATE VIEW public_score AS
SELECT sc.id, r.id AS run_id, sc.subject_id, sc.points_milli, sc.grade, sc.veto, sc.contributions
FROM store_evaluationrun r
JOIN store_score sc ON sc.line_id = coalesce(r.line_id, r.id) AND sc.until_id IS NULL
JOIN store_subject s ON s.id = sc.subject_id
WHERE s.kind <> 'sole_trader' AND s.version = sc.subject_version AND r.current AND r.published AND NOT r.trial
  AND (sc.grade NOT IN ('D', 'E') OR EXISTS (
      SELECT FROM (
          SELECT n.id, n.grade FROM store_resultnotice n
          WHERE n.subject_id = sc.subject_id AND n.source = 'model:' || r.model
          ORDER BY n.id DESC LIMIT 1
      ) last JOIN store_noticestep t ON t.notice_id = last.id AND t.kind = 'released'
      WHERE last.grade = sc.grade));

-- A subject that was merged into another is shown there: its page leads on, its names stand with the other's.
CREATE VIEW public_subject AS
SELECT s.id, s.public_id, s.code, s.name, s.kind, s.status, s.division_code, s.registrar, s.sector,
       s.established_on, s.version,
       CASE WHEN s.kind = 'sole_trader' THEN '' ELSE s.address END AS address
FROM store_subject s
WHERE s.merged_into_id IS NULL;

CREATE VIEW public_moved AS
SELECT s.id, s.public_id, s.code, t.public_id AS leads_to
FROM store_subject s JOIN store_subject t ON t.id = s.merged_into_id;

-- Consumer complaints: only what was handled and whose batch a named person reviewed; no complainant, no wording,
-- nobody who is a natural person too.
CREATE VIEW public_complaint AS
SELECT r.id, s.id AS subject_id, r.decided_on AS received_on, d.title AS category, r.result AS outcome, d.authority
FROM store_record r
JOIN store_recorddetail d ON d.record_id = r.id
JOIN store_batch b ON b.id = r.batch_id
JOIN store_subject s ON s.id = r.subject_id
WHERE r.item = 22 AND r.known_until IS NULL AND r.state IN (1, 2) AND b.provenance = 3 AND b.published_at IS NOT NULL
  AND r.result IN ('upheld', 'unfounded', 'settled', 'unsettled') AND s.kind <> 'sole_trader';

CREATE VIEW public_policy AS
SELECT id, kind, key, digest, body, from_on FROM store_policyversion
WHERE kind IN ('model', 'grading', 'catalogue', 'calendar', 'promise_list', 'promise_letter');

CREATE VIEW public_correction AS
SELECT c.id, c.subject_id, c.what, c.text, c.wrong_from, c.wrong_to, c.shown_until, c.at
FROM store_correction c JOIN store_subject s ON s.id = c.subject_id
WHERE c.shown_until IS NOT NULL AND c.shown_until > (now() AT TIME ZONE 'Asia/Shanghai')::date;

-- A good record that ended takes its publicity with it, whatever the case says.
CREATE VIEW public_notice AS
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

CREATE VIEW public_release AS
SELECT l.id, l.public_id, l.list_key, l.period, l.released_at, l.entries, l.digest, o.name AS organisation
FROM store_listrelease l
LEFT JOIN store_organisationname o ON o.organisation_id = l.organisation_id AND o.to_on IS NULL
WHERE l.released_at IS NOT NULL;

-- Grades that are objected to: the model stays the same when a night gives the run another number.
CREATE VIEW public_disputed_grade AS
SELECT b.id, b.subject_id, r.model, b.marked_at
FROM store_objection b JOIN store_evaluationrun r ON b.reference = 'grade:' || r.public_id
WHERE b.aim = 'grade' AND b.mark_removed_at IS NULL;

-- Who objects to an entry objects to the record by which it is shown: the mark stands on it wherever it is told.
CREATE VIEW public_act AS
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

-- The yearly classification of each field: counts by county and grade. 个体工商户 are one number a county, without grades.
CREATE VIEW public_classification AS
SELECT id, model, year, as_of, counts, digest, published_at FROM store_classification WHERE published_at IS NOT NULL;

CREATE VIEW public_draw_failure AS
SELECT id, announcement_id, cause, party, reason, agreed_at FROM store_drawfailure WHERE agreed_at IS NOT NULL;

CREATE VIEW public_draw_substitute AS
SELECT id, draw_id, sequence, content, agreed_at FROM store_drawsubstitute WHERE agreed_at IS NOT NULL;

-- The names of a merged subject stand with the other's. Two arms, so that each finds the names of a few subjects by an index.
CREATE VIEW public_name AS
SELECT n.id, n.subject_id, n.name, n.from_on, n.to_on
FROM store_subjectname n JOIN store_subject s ON s.id = n.subject_id
WHERE s.merged_into_id IS NULL
UNION ALL
SELECT n.id, s.merged_into_id, n.name, n.from_on, n.to_on
FROM store_subject s JOIN store_subjectname n ON n.subject_id = s.id
WHERE s.merged_into_id IS NOT NULL;

-- Accepted typical cases as anybody may read them: no enterprise, no day, no document. Only while the measure lies on its ground.
CREATE VIEW public_measure_case AS
SELECT u.id, u.public_id, m.title AS measure, m."group" AS measure_group, u.occasion, u.outcome,
       extract(year FROM u.acted_on)::integer AS year, o.name AS organisation, u.text, u.reviewed_at
FROM store_measureuse u
JOIN store_measureapplied m ON m.id = u.measure_id
LEFT JOIN store_organisationname o ON o.organisation_id = u.organisation_id AND o.to_on IS NULL
WHERE u.accepted AND u.text <> '' AND m.ended_at IS NULL AND m.suspended_at IS NULL
  AND (m.until_on IS NULL OR m.until_on > (now() AT TIME ZONE 'Asia/Shanghai')::date);

-- Approved plans as anybody may read them, with the rule of their objects. Checks of one named enterprise (个案) are not announced.
CREATE VIEW public_plan AS
SELECT p.id, p.public_id, p.title, p.kind, p.matter_key, p.matter, p.basis, p.year, p.approved_at, o.name AS organisation,
       f.filed_with, f.number AS filing_number, f.filed_on,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('scope', b.scope, 'planned', b.planned, 'from_on', b.from_on,
                                                     'until_on', b.until_on) ORDER BY b.position), '[]'::jsonb)
        FROM store_planbatch b WHERE b.plan_id = p.id) AS batches,
       p.object_rule, p.scope
FROM store_plan p
LEFT JOIN store_planfiling f ON f.plan_id = p.id
LEFT JOIN store_organisationname o ON o.organisation_id = p.organisation_id AND o.to_on IS NULL
WHERE p.approved_at IS NOT NULL AND p.kind <> 'case';

CREATE VIEW public_open_release AS
SELECT id, public_id, day, edition, published_at, last, cleaned, manifest FROM store_openrelease;

CREATE VIEW public_open_change AS
SELECT number, day, dataset, key, kind, stale FROM store_openchange;

-- What waits for its number: only whether it makes a published file stale.
CREATE VIEW public_open_waiting AS
SELECT id, dataset FROM store_opentouch WHERE stale;

-- What the portal tells of lists: publicity before a decision, who stands on them, releases, and what is objected to.
-- Focus lists steer supervision only and are in no view; who has left, or rests, is in none either (legal guards G9, G11, G16).
CREATE VIEW public_listing AS
SELECT e.id, e.subject_id, e.list_key, e.kind, e.from_on, e.until_on, o.name AS organisation, p.id AS act,
       coalesce(r.state = 3, false) OR EXISTS (
           SELECT FROM store_objection b
           WHERE b.mark_removed_at IS NULL AND b.subject_id = e.subject_id AND b.reference = 'list_entry:' || e.id
       ) AS disputed, e.public_id
FROM store_listentry e
LEFT JOIN store_organisationname o ON o.organisation_id = e.organisation_id AND o.to_on IS NULL
LEFT JOIN store_record r ON r.record_key = e.record_key AND r.known_until IS NULL
LEFT JOIN store_publication p ON p.record_key = e.record_key AND p.stopped_at IS NULL
WHERE e.kind <> 'focus' AND e.ended_at IS NULL AND e.suspended_at IS NULL
  AND (e.until_on IS NULL OR e.until_on > (now() AT TIME ZONE 'Asia/Shanghai')::date)
  AND (e.kind = 'positive' OR p.id IS NOT NULL AND r.state IN (1, 2, 3));

-- Released content pages as anybody may read them: the version that stands, without the persons who wrote and released it.
CREATE VIEW public_article AS
SELECT a.id, a.public_id, a.version, a.section, a.title, a.text, a.origin, a.county, a.day, o.name AS organisation,
       (SELECT min(f.released_at) FROM store_article f WHERE f.public_id = a.public_id AND f.released_at IS NOT NULL) AS first_at,
       a.released_at
FROM store_article a
LEFT JOIN store_organisationname o ON o.organisation_id = a.organisation_id AND o.to_on IS NULL
WHERE a.released_at IS NOT NULL AND a.ended_at IS NULL;

-- Arrears of bodies that are public by decision: only while the record they rest on stands and is final, and with its mark where it is disputed.
CREATE VIEW public_arrears AS
SELECT a.id, a.public_id, s.name, s.code, s.state_owned, r.amount_fen, d.title, d.document_no, d.authority, r.decided_on AS found_on,
       a.decision_no, a.decided_by_organ, a.decided_on, a.shown_at, r.state = 3 AS disputed
FROM store_arrearsnotice a
JOIN store_record r ON r.record_key = a.record_key AND r.known_until IS NULL AND r.state IN (1, 2, 3) AND r.finality IN (4, 6)
JOIN store_recorddetail d ON d.record_id = r.id
JOIN store_subject s ON s.id = a.subject_id AND s.kind <> 'sole_trader' AND (s.state_body OR s.state_owned OR s.code ~ '^1[12]')
WHERE a.shown_at IS NOT NULL AND a.ended_at IS NULL;

-- Pictures and files of released content pages as anybody may see them; what the scanner found bad is left out.
CREATE VIEW public_article_file AS
SELECT f.id, f.public_id, a.public_id AS article, f.kind, f.title, f.width, f.height, f.checked, s.size, s.digest
FROM store_articlefile f
JOIN store_article a ON a.id = f.article_id
JOIN store_storedfile s ON s.id = f.file_id
WHERE a.released_at IS NOT NULL AND a.ended_at IS NULL AND f.removed_at IS NULL AND f.checked <> 'infected'
    AND s.destroyed_at IS NULL;
