-- What is written once stays.
CREATE FUNCTION store_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '表 % 只增不改：% 被拒绝', TG_TABLE_NAME, TG_OP USING ERRCODE = 'XH001';
END $$;

CREATE FUNCTION store_closes_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_close store_record;
BEGIN
    before_close := NEW;
    before_close.known_until := NULL;
    IF OLD.known_until IS NOT NULL OR NEW.known_until IS NULL OR before_close IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION '记录只能被新版本取代，不能修改' USING ERRCODE = 'XH001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_closes_once BEFORE UPDATE ON store_record
    FOR EACH ROW EXECUTE FUNCTION store_closes_once();

-- What has ended, was released, agreed or answered does not change any more.
CREATE TRIGGER ended_stays BEFORE UPDATE ON store_listentry FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER released_stays BEFORE UPDATE ON store_listrelease FOR EACH ROW
    WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER stays_agreed BEFORE UPDATE ON store_drawfailure FOR EACH ROW WHEN (OLD.agreed_at IS NOT NULL)
    EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER stays_agreed BEFORE UPDATE ON store_drawsubstitute FOR EACH ROW WHEN (OLD.agreed_at IS NOT NULL)
    EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER stays_answered BEFORE UPDATE ON store_leadhandover FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL)
    EXECUTE FUNCTION store_only_grows();

-- Rows of these are never changed.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'store_caseevent', 'store_casereminder', 'store_checkdecision', 'store_checkmade', 'store_codeissuestep',
        'store_correction', 'store_deadlinemove', 'store_draw', 'store_drawannouncement', 'store_drawnobject',
        'store_drawsecret', 'store_evaluationrule', 'store_exchangecomparison', 'store_exchangeitem',
        'store_issuedletter', 'store_ledgerbatch', 'store_ledgerevent', 'store_ledgerextract', 'store_ledgerleaf',
        'store_madereport', 'store_misusecomplaint', 'store_modelfeedback', 'store_noticestep', 'store_openchange',
        'store_openrelease', 'store_planfiling', 'store_policyversion', 'store_recordnote', 'store_reportacceptance',
        'store_resultnotice', 'store_reviewedsubject', 'store_servicetry', 'store_sharingcall',
        'store_sharingreading', 'store_spotcheck', 'store_spotfinding', 'store_visitarrival', 'store_visitpoint',
        'store_visitrating', 'store_visitsheet'
    ] LOOP
        EXECUTE format('CREATE TRIGGER only_grows BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION store_only_grows()', name);
    END LOOP;
END $$;

-- Rows of these are never removed.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'store_agencyreport', 'store_arrearsnotice', 'store_article', 'store_articlefile', 'store_attachment',
        'store_batch', 'store_campaign', 'store_campaignline', 'store_casecheck', 'store_casedeadline',
        'store_caseevent', 'store_casereminder', 'store_checkdecision', 'store_checkmade', 'store_classification',
        'store_codeissue', 'store_codeissuestep', 'store_commitment', 'store_conflict', 'store_connector',
        'store_connectorpull', 'store_consent', 'store_correction', 'store_creditagency', 'store_deadlinemove',
        'store_deletionproposal', 'store_draw', 'store_drawannouncement', 'store_drawfailure', 'store_drawnobject',
        'store_drawsecret', 'store_drawsubstitute', 'store_ending', 'store_exchangecomparison', 'store_exchangeentry',
        'store_exchangeitem', 'store_exchangepackage', 'store_exchangepeer', 'store_fairreview',
        'store_flowmigration', 'store_givengrade', 'store_incentivereview', 'store_issuedletter', 'store_jointcheck',
        'store_jointmember', 'store_lead', 'store_leadhandover', 'store_ledgerbatch', 'store_ledgerevent',
        'store_ledgerextract', 'store_ledgerleaf', 'store_listentry', 'store_listrelease', 'store_localrule',
        'store_madereport', 'store_measureapplied', 'store_measurehandout', 'store_measurelistsent',
        'store_measuretask', 'store_measureuse', 'store_member', 'store_misusecomplaint', 'store_modelfeedback',
        'store_modeltrial', 'store_namealias', 'store_nothingstatement', 'store_noticestep', 'store_objection',
        'store_openchange', 'store_openrelease', 'store_oversightnotice', 'store_planfiling', 'store_policyversion',
        'store_provincerequest', 'store_publication', 'store_record', 'store_recorddetail', 'store_recordnote',
        'store_recusal', 'store_relation', 'store_repairapplication', 'store_reportacceptance', 'store_resultnotice',
        'store_resultpush', 'store_reviewedsubject', 'store_reviewreport', 'store_rowidentity', 'store_scanbundle',
        'store_senderkey', 'store_senderplace', 'store_servicetry', 'store_sharingcall', 'store_sharinggrant',
        'store_signingkey', 'store_spotcheck', 'store_spotfinding', 'store_subject', 'store_subjectflag',
        'store_subjectmerge', 'store_subjectname', 'store_superiorletter', 'store_telling', 'store_upperresult',
        'store_upreport', 'store_uprow', 'store_visit', 'store_visitarrival', 'store_visitpoint', 'store_visitrating',
        'store_visitsheet'
    ] LOOP
        EXECUTE format('CREATE TRIGGER never_removed BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION store_only_grows()', name);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows()', name);
    END LOOP;
END $$;
