-- Arrears of bodies that are public by decision: only while the record they rest on stands and is final, and with its mark where it is disputed.
CREATE OR REPLACE VIEW public_arrears AS
SELECT a.id, a.public_id, s.name, s.code, s.state_owned, r.amount_fen, d.title, d.document_no, d.authority, r.decided_on AS found_on,
       a.decision_no, a.decided_by_organ, a.decided_on, a.shown_at, r.state = 3 AS disputed
FROM store_arrearsnotice a
JOIN store_record r ON r.record_key = a.record_key AND r.known_until IS NULL AND r.state IN (1, 2, 3) AND r.finality IN (4, 6)
JOIN store_recorddetail d ON d.record_id = r.id
JOIN store_subject s ON s.id = a.subject_id AND s.kind <> 'sole_trader' AND (s.state_body OR s.state_owned OR s.code ~ '^1[12]')
WHERE a.shown_at IS NOT NULL AND a.ended_at IS NULL;
