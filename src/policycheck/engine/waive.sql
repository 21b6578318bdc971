-- Which violations are waived, and by what. Reads, besides what the judging left:
--   waiver(waiver_no, waiver, control_no, subjects, ends, lapsed)   those whose day has come
--   covered(waiver_no, device_no, met)    whom each is for, and whether what it demands is met

-- accused: the devices that stand behind each violation; behind a person's, all that break it.
CREATE OR REPLACE TEMP TABLE accused AS
SELECT f.fingerprint, f.control_no, f.subject, d.device_no
FROM finding AS f
JOIN device AS d ON d.device_key = f.device_key
WHERE f.verdict = 'violation'
UNION ALL
SELECT f.fingerprint, f.control_no, f.subject, v.device_no
FROM finding AS f
JOIN verdict AS u
    ON u.control_no = f.control_no AND u.person_id = f.person_id AND u.person_no IS NOT NULL
JOIN device_person AS o ON o.person_no = u.person_no
JOIN device_verdict AS v
    ON v.control_no = f.control_no AND v.device_no = o.device_no AND v.verdict = 'violation'
WHERE f.verdict = 'violation' AND f.device_key IS NULL;

-- claim: the violations that a waiver is for; of a person's it has to be for every device.
CREATE OR REPLACE TEMP TABLE claim AS
SELECT a.fingerprint, w.waiver_no, w.waiver, w.ends, w.lapsed, bool_and(c.met) AS met
FROM accused AS a
JOIN waiver AS w
    ON w.control_no = a.control_no
    AND (len(w.subjects) = 0 OR list_contains(w.subjects, a.subject))
LEFT JOIN covered AS c ON c.waiver_no = w.waiver_no AND c.device_no = a.device_no
GROUP BY ALL
HAVING bool_and(c.waiver_no IS NOT NULL);

-- waiving: of several waivers of one violation, one that still holds, and the longest.
INSERT INTO waiving
SELECT
    fingerprint,
    first(waiver ORDER BY lapsed, ends DESC, waiver),
    first(ends ORDER BY lapsed, ends DESC, waiver),
    NOT first(lapsed ORDER BY lapsed, ends DESC, waiver)
FROM claim
WHERE met
GROUP BY fingerprint;

-- breadth: how many of a control's units a waiver is for, whether they break it or not.
CREATE OR REPLACE TEMP TABLE breadth AS
SELECT
    w.waiver_no,
    count(DISTINCT u.unit) FILTER (WHERE c.waiver_no IS NOT NULL) AS covered,
    count(DISTINCT u.unit) AS in_scope
FROM waiver AS w
LEFT JOIN (
    SELECT
        v.control_no,
        v.device_no,
        CASE
            WHEN k.grain = 'person' AND o.person_no IS NOT NULL THEN 'person ' || o.person_no
            ELSE 'device ' || v.device_no
        END AS unit
    FROM device_verdict AS v
    JOIN control AS k ON k.control_no = v.control_no
    LEFT JOIN device_person AS o ON o.device_no = v.device_no
    WHERE v.verdict <> 'not_applicable'
) AS u ON u.control_no = w.control_no
LEFT JOIN covered AS c ON c.waiver_no = w.waiver_no AND c.device_no = u.device_no
GROUP BY w.waiver_no;
