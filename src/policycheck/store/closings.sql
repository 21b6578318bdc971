-- Why violations vanished. What cannot be told stays open: no row in `closing`.

-- trace: what the judged reports show now: the same item still, in whatever version and whatever
-- source; and whether the source that proved it still tells what the item was known by. A source
-- that lists no item of the kind at all tells that, too.
CREATE OR REPLACE TEMP TABLE trace AS
SELECT
    v.fingerprint,
    bool_or(
        i.identifier IS NOT DISTINCT FROM v.identifier
        AND (v.identifier IS NOT NULL OR i.name IS NOT DISTINCT FROM v.name)
    ) AS still_there,
    bool_or(
        CASE WHEN v.identifier IS NULL THEN i.name ELSE i.identifier END IS NOT NULL
    ) FILTER (WHERE i.source = v.source) AS able
FROM vanished AS v
JOIN installed AS i ON i.device_key = v.device_key AND i.kind = v.kind
GROUP BY v.fingerprint;

-- sight: for each of them, all that the decision needs.
CREATE OR REPLACE TEMP TABLE sight AS
SELECT
    v.fingerprint,
    v.kind IS NULL AS absence,                  -- something required was not there
    v.first_seen,
    c.control IS NULL AS control_gone,
    c.status IN ('withdrawn', 'superseded')
        OR (NOT c.in_force AND coalesce(b.as_of >= c.effective_from, TRUE)) AS ended,
    a.verdict,
    coalesce(list_contains(a.reasons, 'scope'), FALSE) AS unscoped,
    u.policy IS NOT NULL AS unsure,             -- now an unknown of the same subject
    coalesce(t.still_there, FALSE) AS still_there,
    coalesce(j.aged_from > coalesce(v.reported_at, v.received_at), FALSE) AS told_since,
    -- proof: a newer report of the same source, not stale, that lists all and could have told
    told_since AND coalesce(
        s.visibility = 'all'
        AND coalesce(b.as_of - j.aged_from <= c.stale_after, TRUE)      -- no limit: never stale
        AND coalesce(t.able, TRUE)
        AND NOT list_contains(a.reasons, 'unrecognisable'),
        FALSE
    ) AS proven,
    n.report,
    n.policy_changed,
    n.catalogue_changed,
    n.people_changed,
    coalesce(o.reported_at, l.received_at, v.reported_at, v.received_at) AS seen_in
FROM vanished AS v
JOIN basis AS b ON b.policy = v.policy
JOIN news AS n ON n.unit = v.unit AND n.policy = v.policy
LEFT JOIN control AS c ON c.policy = v.policy AND c.control = v.control_now
LEFT JOIN verdict AS a
    ON a.policy = v.policy
    AND a.control = v.control_now
    AND unit_of(a.device_key, a.person_id) = v.unit
LEFT JOIN (
    SELECT DISTINCT policy, control, subject, unit_of(device_key, person_id) AS unit
    FROM finding
    WHERE verdict = 'unknown'
) AS u
    ON u.policy = v.policy
    AND u.control = v.control_now
    AND u.subject = v.subject_now
    AND u.unit = v.unit
LEFT JOIN judged AS j ON j.device_key = v.device_key AND j.source = v.source
LEFT JOIN visible AS s
    ON s.device_key = v.device_key AND s.source = v.source AND s.kind = v.kind
LEFT JOIN stored_source AS o ON o.device_key = v.device_key AND o.source = v.source
LEFT JOIN stored_report AS l ON l.report_id = o.report_id
LEFT JOIN trace AS t ON t.fingerprint = v.fingerprint;

-- ruling: the decision. Its order is that of docs: what ended the demand comes before what was
-- seen, and what cannot be told comes before what a changed file might explain.
CREATE OR REPLACE TEMP TABLE ruling AS
SELECT
    *,
    CASE
        WHEN control_gone THEN 'policy_changed'
        WHEN ended THEN 'withdrawn'
        -- no verdict: what was demanded of the device is now of its holder, or the reverse
        WHEN verdict IS NULL AND policy_changed THEN 'policy_changed'
        WHEN verdict IS NULL OR verdict = 'not_applicable' THEN 'out_of_scope'
        WHEN unscoped THEN NULL
        WHEN absence THEN
            CASE
                WHEN verdict <> 'pass' THEN NULL
                WHEN report THEN 'resolved'
                WHEN policy_changed THEN 'policy_changed'
                WHEN catalogue_changed THEN 'recognition_changed'
                ELSE 'policy_changed'           -- the clock: a dated entry of a list
            END
        WHEN still_there AND policy_changed THEN 'policy_changed'
        WHEN still_there AND catalogue_changed THEN 'recognition_changed'
        WHEN unsure THEN NULL
        -- its source has said nothing new: whatever made the difference (the clock), it is there
        WHEN still_there AND NOT (report AND told_since) THEN
            CASE WHEN verdict <> 'unknown' THEN 'policy_changed' END
        WHEN proven THEN 'resolved'
    END AS outcome
FROM sight;

INSERT INTO closing
SELECT
    fingerprint,
    outcome,
    CASE
        WHEN outcome = 'resolved' THEN 'report'
        WHEN outcome = 'recognition_changed' THEN 'catalogue'
        WHEN policy_changed OR control_gone THEN 'policy'
        WHEN outcome = 'out_of_scope' AND people_changed THEN 'people'
        WHEN outcome = 'out_of_scope' AND report THEN 'report'
        ELSE 'clock'
    END,
    greatest(first_seen, seen_in)
FROM ruling
WHERE outcome IS NOT NULL;

-- What was only needed on the way leaves the memory.
DROP TABLE trace;
DROP TABLE sight;
DROP TABLE ruling;
