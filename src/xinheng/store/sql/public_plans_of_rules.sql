-- Approved plans as anybody may read them, with the rule of their objects. Checks of one named enterprise (个案) are not announced.
CREATE OR REPLACE VIEW public_plan AS
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
