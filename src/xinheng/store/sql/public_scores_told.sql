-- A bad grade is public only once the subject was told of it and the days of policy have passed since (提示信息在先).
CREATE OR REPLACE VIEW public_score AS
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
