-- The fixed program: from scopes, sightings and visibility to verdicts, findings and sums.
-- It reads (see session.py for the columns):
--   question(as_of)          control, control_kind, untellable     what is asked
--   device, device_person, person, device_report, shown            the fleet
--   scope                    each control's scope and exceptions, answered by generated SQL
--   attested                 whose word is on file, by control; without a device the issuer's
--   hit, distinct_item       the installs of items that some control could mean
--   match                    (control, term, item, meaning), answered once for each distinct item
--   match_answer, indicated  conditions over the hits, answered by generated SQL
-- Logic is Kleene's throughout: null is "not known". Where a null is turned into an answer,
-- a comment says why. Each statement is one step.

-- standing: where a control and a device stand before any item is looked at.
CREATE OR REPLACE TEMP TABLE standing AS
SELECT
    s.control_no,
    s.device_no,
    CASE
        WHEN NOT c.in_force THEN 'not_applicable'
        WHEN s.in_scope IS NOT NULL AND NOT s.in_scope THEN 'not_applicable'
        WHEN d.form = 'service' AND NOT c.service_carries THEN 'not_applicable'
        WHEN s.excused THEN 'excused'   -- a null exception excuses nobody
        WHEN s.in_scope IS NULL THEN 'unscoped'
        WHEN c.kind <> 'attest' THEN 'judged'
        WHEN a.given IS NULL THEN 'unattested'
        ELSE 'attested'
    END AS standing,
    s.missing,
    a.given
FROM scope AS s
JOIN control AS c ON c.control_no = s.control_no
JOIN device AS d ON d.device_no = s.device_no
LEFT JOIN attested AS a
    ON a.control_no = s.control_no
    AND a.device_no IS NOT DISTINCT FROM CASE WHEN c.grain <> 'issuer' THEN s.device_no END;

-- sighting: an installed item under one meaning and one term of a control's selector.
CREATE OR REPLACE TEMP TABLE sighting AS
SELECT
    m.control_no,
    h.device_no,
    h.hit_no,
    h.report_no,
    m.match_no,
    m.app_id,
    m.unclassified,
    m.uses_app AND m.confidence = 'possible' AS doubtful,
    c.kind = 'attest' AS attests,
    -- a term without conditions on the install is answered by its match alone
    CASE WHEN m.has_condition THEN m.holds AND a.holds ELSE m.holds END AS holds,
    coalesce(h.aged_from < q.as_of - c.stale_after, FALSE) AS stale   -- no limit: never stale
FROM hit AS h
CROSS JOIN question AS q
JOIN match AS m ON m.item_no = h.item_no
JOIN control AS c ON c.control_no = m.control_no
JOIN standing AS s
    ON s.control_no = m.control_no AND s.device_no = h.device_no
LEFT JOIN match_answer AS a ON a.match_no = m.match_no AND a.hit_no = h.hit_no
-- only what was reported after somebody's word can contradict it
WHERE s.standing = 'judged' OR (s.standing = 'attested' AND h.aged_from > s.given);

-- sign: what a sighting is a sign of; 1 is the strongest. One sighting can be several.
-- Somebody's word (6) is contradicted only by what is certain.
CREATE OR REPLACE TEMP TABLE sign AS
SELECT
    g.*,
    CASE WHEN c.kind = 'require' THEN 0 WHEN g.attests THEN 6
        WHEN i.holds THEN 2 ELSE 1 END AS strength
FROM sighting AS g
JOIN control AS c ON c.control_no = g.control_no
LEFT JOIN indicated AS i ON i.match_no = g.match_no AND i.hit_no = g.hit_no
WHERE g.holds AND NOT g.doubtful AND NOT g.unclassified
UNION ALL
SELECT *, 3 FROM sighting WHERE doubtful AND (holds OR holds IS NULL) AND NOT attests
UNION ALL
SELECT *, 4 FROM sighting WHERE holds IS NULL AND NOT unclassified AND NOT attests
UNION ALL
SELECT *, 5 FROM sighting WHERE unclassified AND (holds OR holds IS NULL) AND NOT attests;

-- sign_sum: all signs of a device for a control.
CREATE OR REPLACE TEMP TABLE sign_sum AS
SELECT
    control_no,
    device_no,
    bool_or(strength = 0) AS present,
    bool_or(strength = 0 AND NOT stale) AS present_fresh,
    bool_or(strength = 1) AS violated,
    bool_and(stale) FILTER (WHERE strength = 1) AS violated_stale,
    bool_or(strength = 2) AS indication,
    bool_or(strength = 3) AS suspected,
    bool_or(strength = 4) AS missing_field,
    bool_or(strength = 5) AS unclassified,
    bool_or(strength = 6) AS contradicted
FROM sign
GROUP BY control_no, device_no;

-- blindness: why a device's reports cannot prove that something is absent.
CREATE OR REPLACE TEMP TABLE blindness AS
SELECT
    s.control_no,
    s.device_no,
    bool_or(v.extent = 0) AS not_listed,
    bool_or(v.extent = 1) AS partial_visibility,
    bool_or(coalesce(v.aged_from < q.as_of - c.stale_after, FALSE)) AS stale,
    bool_or(u.control_no IS NOT NULL) AS unrecognisable
FROM standing AS s
CROSS JOIN question AS q
JOIN control AS c ON c.control_no = s.control_no
JOIN control_kind AS k ON k.control_no = s.control_no
JOIN device AS d ON d.device_no = s.device_no
JOIN shown AS v ON v.device_no = s.device_no AND v.kind = k.kind
LEFT JOIN nameless AS n ON n.device_no = s.device_no AND n.kind = k.kind
LEFT JOIN untellable AS u
    ON u.control_no = s.control_no
    AND u.kind = k.kind
    AND u.platform IS NOT DISTINCT FROM d.platform
    AND u.names = (n.device_no IS NULL)
WHERE s.standing = 'judged'
    AND (k.service_carries OR d.form IS DISTINCT FROM 'service')   -- a null form carries all
GROUP BY s.control_no, s.device_no;

-- device_verdict: the answer for each control and device, with every reason that holds.
CREATE OR REPLACE TEMP TABLE device_verdict AS
WITH judged AS (
    SELECT
        s.control_no,
        s.device_no,
        s.standing,
        s.missing,
        c.kind = 'require' AS required,
        coalesce(g.present, FALSE) AS present,
        coalesce(g.present_fresh, FALSE) AS present_fresh,
        coalesce(g.violated, FALSE) AS violated,
        coalesce(g.violated_stale, FALSE) AS violated_stale,
        list_filter([
            CASE WHEN g.indication THEN 'indication' END,
            CASE WHEN g.suspected THEN 'suspected' END,
            CASE WHEN g.missing_field THEN 'missing_field' END,
            CASE WHEN g.unclassified THEN 'unclassified' END,
            CASE WHEN g.contradicted THEN 'contradicted' END
        ], lambda reason: reason IS NOT NULL) AS item_reasons,
        list_filter([
            CASE WHEN b.not_listed THEN 'not_listed' END,
            CASE WHEN b.partial_visibility THEN 'partial_visibility' END,
            CASE WHEN b.stale THEN 'stale' END,
            CASE WHEN b.unrecognisable THEN 'unrecognisable' END
        ], lambda reason: reason IS NOT NULL) AS device_reasons
    FROM standing AS s
    JOIN control AS c ON c.control_no = s.control_no
    LEFT JOIN sign_sum AS g ON g.control_no = s.control_no AND g.device_no = s.device_no
    LEFT JOIN blindness AS b ON b.control_no = s.control_no AND b.device_no = s.device_no
),
reasoned AS (
    SELECT
        control_no,
        device_no,
        standing,
        missing,
        required,
        present,
        violated,
        violated_stale,
        item_reasons,
        CASE
            WHEN standing = 'unscoped' THEN ['scope']
            WHEN standing = 'unattested' THEN ['needs_attestation']
            WHEN standing <> 'judged' OR violated THEN []
            WHEN present THEN CASE WHEN present_fresh THEN [] ELSE ['stale'] END
            ELSE device_reasons
        END AS device_reasons
    FROM judged
)
SELECT
    control_no,
    device_no,
    CASE
        WHEN standing IN ('not_applicable', 'excused') THEN 'not_applicable'
        WHEN violated THEN 'violation'
        WHEN len(device_reasons) > 0 THEN 'unknown'
        WHEN present THEN 'pass'
        WHEN len(item_reasons) > 0 THEN 'unknown'
        WHEN required AND standing = 'judged' THEN 'violation'
        ELSE 'pass'
    END AS verdict,
    standing = 'excused' AS excused,
    present,
    violated AND violated_stale AS stale,
    CASE
        WHEN standing NOT IN ('judged', 'attested') OR present THEN device_reasons
        WHEN violated THEN []
        ELSE list_concat(item_reasons, device_reasons)
    END AS reasons,
    device_reasons,
    CASE WHEN standing = 'unscoped' THEN missing ELSE [] END AS missing
FROM reasoned;

-- unit: what a control counts: devices, persons (a device without one stands for itself), the issuer.
CREATE OR REPLACE TEMP TABLE unit AS
SELECT
    v.control_no,
    CASE WHEN c.grain = 'person' THEN p.person_no END AS person_no,
    CASE WHEN c.grain = 'device' OR p.person_no IS NULL THEN v.device_no END AS device_no,
    CASE
        WHEN bool_or(list_contains(v.reasons, 'contradicted')) THEN 'unknown'
        WHEN bool_or(v.verdict = 'pass') THEN 'pass'
        WHEN bool_or(v.verdict = 'unknown') THEN 'unknown'
        WHEN bool_or(v.verdict = 'violation') THEN 'violation'
        ELSE 'not_applicable'
    END AS verdict,
    bool_and(v.verdict = 'not_applicable') AND bool_or(v.excused) AS excused,
    coalesce(bool_and(v.stale) FILTER (WHERE v.verdict = 'violation'), FALSE) AS stale,
    coalesce(
        bool_and(v.stale OR list_contains(v.reasons, 'stale'))
            FILTER (WHERE v.verdict IN ('unknown', 'violation')),
        FALSE
    ) AS finding_stale,
    flatten(list(v.reasons) FILTER (WHERE v.verdict = 'unknown')) AS reasons,
    flatten(list(v.missing) FILTER (WHERE v.verdict = 'unknown')) AS missing
FROM device_verdict AS v
JOIN control AS c ON c.control_no = v.control_no
LEFT JOIN device_person AS p ON p.device_no = v.device_no
WHERE c.grain IN ('device', 'person')
GROUP BY ALL
UNION ALL
SELECT
    c.control_no,
    NULL,
    NULL,
    CASE
        WHEN c.in_force AND (a.given IS NULL OR s.control_no IS NOT NULL) THEN 'unknown'
        WHEN c.in_force THEN 'pass'
        ELSE 'not_applicable'
    END,
    FALSE,
    FALSE,
    FALSE,
    CASE
        WHEN c.in_force AND a.given IS NULL THEN ['needs_attestation']
        WHEN c.in_force AND s.control_no IS NOT NULL THEN ['contradicted']
        ELSE []
    END,
    []
FROM control AS c
LEFT JOIN attested AS a ON a.control_no = c.control_no
LEFT JOIN (SELECT DISTINCT control_no FROM sign WHERE strength = 6) AS s
    ON s.control_no = c.control_no
WHERE c.grain = 'issuer';

-- verdict: the units' answers in the words of the outside.
CREATE OR REPLACE TEMP TABLE verdict AS
SELECT
    c.policy,
    c.control,
    c.grain,
    coalesce(p.person_id, p.email, d.device_key, 'issuer') AS unit,
    d.device_key,
    coalesce(p.person_id, p.email) AS person_id,
    u.verdict,
    u.excused,
    c.obligation,
    u.stale,
    CASE WHEN u.verdict = 'unknown' THEN list_sort(list_distinct(u.reasons)) ELSE [] END AS reasons,
    CASE WHEN u.verdict = 'unknown' THEN list_sort(list_distinct(u.missing)) ELSE [] END AS missing,
    u.control_no,
    u.device_no,
    u.person_no,
    u.finding_stale
FROM unit AS u
JOIN control AS c ON c.control_no = u.control_no
LEFT JOIN device AS d ON d.device_no = u.device_no
LEFT JOIN person AS p ON p.person_no = u.person_no;

-- item_finding: one for each subject on a device: its strongest sign, and of several the one in
-- a fresh report, the newest. So it is stale only if all the signs of that strength are.
CREATE OR REPLACE TEMP TABLE item_finding AS
SELECT
    g.control_no,
    g.device_no,
    g.subject,
    g.best.strength,
    g.best.match_no,
    g.best.hit_no,
    g.best.report_no,
    g.best.stale,
    CASE WHEN g.subject = c.control THEN v.device_reasons ELSE [] END AS device_reasons
FROM (
    SELECT
        s.control_no,
        s.device_no,
        coalesce(s.app_id, i.identifier, i.folded_name, c.control) AS subject,
        min({
            'strength': s.strength,
            'stale': s.stale,
            'age': -epoch_us(h.aged_from),
            'source': h.source,
            'record': h.record,
            'match_no': s.match_no,
            'hit_no': s.hit_no,
            'report_no': s.report_no
        }) AS best
    FROM sign AS s
    JOIN control AS c ON c.control_no = s.control_no
    JOIN hit AS h ON h.hit_no = s.hit_no
    JOIN distinct_item AS i ON i.item_no = h.item_no
    WHERE c.kind <> 'require'
    GROUP BY ALL
) AS g
JOIN device_verdict AS v ON v.control_no = g.control_no AND v.device_no = g.device_no
JOIN control AS c ON c.control_no = g.control_no;

-- plain_finding: what is found about a unit itself, with all its reasons: those about the device,
-- or anything about what is required. Its evidence is the device's newest report.
CREATE OR REPLACE TEMP TABLE plain_finding AS
SELECT
    v.control_no,
    v.device_no,
    v.person_no,
    v.verdict,
    CASE
        WHEN v.verdict = 'violation' THEN []
        WHEN c.grain = 'device' AND c.kind <> 'require' THEN list_sort(d.device_reasons)
        -- what contradicts somebody's word is a finding of its own, on the device that shows it
        ELSE list_filter(v.reasons, lambda reason: reason <> 'contradicted')
    END AS reasons,
    v.missing,
    v.finding_stale AS stale
FROM verdict AS v
JOIN control AS c ON c.control_no = v.control_no
LEFT JOIN device_verdict AS d
    ON c.grain = 'device' AND d.control_no = v.control_no AND d.device_no = v.device_no
-- an item without identifier and name has the control for its subject, and stands for both
LEFT JOIN item_finding AS i
    ON i.control_no = v.control_no AND i.device_no = v.device_no AND i.subject = c.control
WHERE i.control_no IS NULL
    AND (
        (v.verdict = 'violation' AND c.kind = 'require')
        OR (
            v.verdict = 'unknown'
            AND (c.grain <> 'device' OR c.kind = 'require')
            AND v.reasons <> ['contradicted']
        )
        OR (v.verdict = 'unknown' AND len(d.device_reasons) > 0)
    );

-- newest_report: what a plain finding points to.
CREATE OR REPLACE TEMP TABLE newest_report AS
SELECT device_no, arg_max(report_no, (aged_from, source)) AS report_no
FROM device_report
GROUP BY device_no;

-- finding: both, in the words of the outside.
CREATE OR REPLACE TEMP TABLE finding AS
WITH either AS (
    SELECT
        control_no,
        device_no,
        NULL AS person_no,
        subject,
        CASE WHEN strength = 1 THEN 'violation' ELSE 'unknown' END AS verdict,
        CASE strength
            WHEN 1 THEN []
            WHEN 2 THEN list_sort(list_concat(['indication'], device_reasons))
            WHEN 3 THEN list_sort(list_concat(['suspected'], device_reasons))
            WHEN 4 THEN list_sort(list_concat(['missing_field'], device_reasons))
            WHEN 6 THEN ['contradicted']
            ELSE list_sort(list_concat(['unclassified'], device_reasons))
        END AS reasons,
        [] AS missing,
        stale OR list_contains(device_reasons, 'stale') AS stale,
        match_no,
        hit_no,
        report_no
    FROM item_finding
    UNION ALL
    SELECT
        f.control_no,
        f.device_no,
        f.person_no,
        NULL,
        f.verdict,
        f.reasons,
        f.missing,
        f.stale,
        NULL,
        NULL,
        n.report_no
    FROM plain_finding AS f
    LEFT JOIN newest_report AS n ON n.device_no = f.device_no
)
SELECT
    c.policy,
    c.control,
    c.severity,
    c.obligation,
    f.verdict,
    f.reasons,
    d.device_key,
    d.device_id,
    d.name AS device_name,
    coalesce(p.person_id, p.email, d.user_id) AS person_id,
    d.platform,
    coalesce(f.subject, c.control) AS subject,
    m.app_id,
    i.kind,
    i.identifier,
    i.name,
    h.version,
    m.basis,
    m.confidence,
    f.stale,
    r.source,
    r.reported_at,
    r.received_at,
    r.report_sha256,
    coalesce(h.record, r.record) AS record,
    f.missing,
    f.control_no,
    f.report_no,
    f.hit_no,
    substr(sha256(concat_ws(
        chr(31),
        c.policy,
        c.control,
        coalesce(d.device_key, p.person_id, p.email, 'issuer'),
        coalesce(f.subject, c.control)
    )), 1, 32) AS fingerprint
FROM either AS f
JOIN control AS c ON c.control_no = f.control_no
LEFT JOIN device AS d ON d.device_no = f.device_no
LEFT JOIN device_person AS o ON o.device_no = f.device_no
LEFT JOIN person AS p ON p.person_no = coalesce(f.person_no, o.person_no)
LEFT JOIN match AS m ON m.match_no = f.match_no
LEFT JOIN hit AS h ON h.hit_no = f.hit_no
LEFT JOIN distinct_item AS i ON i.item_no = h.item_no
LEFT JOIN device_report AS r ON r.report_no = f.report_no;

-- tally: the sums of every control. in_scope = pass + violation + advice + unknown;
-- all = in_scope + not_applicable.
CREATE OR REPLACE TEMP TABLE tally AS
SELECT
    c.control_no,
    c.policy,
    c.control,
    c.grain,
    count(v.verdict) AS "all",
    count(*) FILTER (WHERE v.verdict = 'not_applicable') AS not_applicable,
    count(*) FILTER (WHERE v.excused) AS excused,
    count(*) FILTER (WHERE v.verdict <> 'not_applicable') AS in_scope,
    count(*) FILTER (WHERE v.verdict = 'pass') AS pass,
    count(*) FILTER (WHERE v.verdict = 'violation' AND c.obligation = 'must') AS violation,
    count(*) FILTER (WHERE v.verdict = 'violation' AND c.obligation = 'should') AS advice,
    count(*) FILTER (WHERE v.verdict = 'unknown') AS unknown,
    count(*) FILTER (WHERE v.stale OR list_contains(v.reasons, 'stale')) AS stale,
    count(*) FILTER (WHERE v.verdict IN ('pass', 'violation') AND NOT v.stale) AS answered
FROM control AS c
LEFT JOIN verdict AS v ON v.control_no = c.control_no
GROUP BY c.control_no, c.policy, c.control, c.grain;

-- tally_reason: the reasons of the unknown, counted in the control's grain.
CREATE OR REPLACE TEMP TABLE tally_reason AS
SELECT control_no, map(list(reason ORDER BY reason), list(units ORDER BY reason)) AS reasons
FROM (
    SELECT control_no, reason, count(*) AS units
    FROM (SELECT control_no, unnest(reasons) AS reason FROM verdict WHERE verdict = 'unknown')
    GROUP BY control_no, reason
)
GROUP BY control_no;
