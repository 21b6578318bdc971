-- Where the reports of one device contradict each other. Reads device_report, report, device,
-- match_key and key_owner (fleet.sql).

-- contradiction: a device's column, the value that counts, and what each source says, newest first.
-- What differs by nature is no contradiction: names, models and versions; iOS and iPadOS, for many
-- systems know only one of them; `other`; how a private device is enrolled; a login and e-mails
-- that begin with it, or that are the same person's.
CREATE OR REPLACE TEMP TABLE contradiction AS
WITH several AS (
    SELECT device_no FROM device_report GROUP BY device_no HAVING count(*) > 1
),
spoken AS (
    SELECT
        s.device_no,
        s.source,
        s.reported_at,
        s.aged_from,
        r.serial,
        r.udid,
        r.platform,
        r.form,
        r.ownership,
        r.managed,
        r.user_id
    FROM device_report AS s
    SEMI JOIN several AS m ON m.device_no = s.device_no
    JOIN report AS r ON r.report_no = s.report_no
),
said AS (
    SELECT device_no, source, reported_at, aged_from, 'serial' AS field, serial AS text FROM spoken
    UNION ALL
    SELECT device_no, source, reported_at, aged_from, 'udid', udid FROM spoken
    UNION ALL
    SELECT device_no, source, reported_at, aged_from, 'platform', platform FROM spoken
    UNION ALL
    SELECT device_no, source, reported_at, aged_from, 'form', form FROM spoken
    UNION ALL
    SELECT device_no, source, reported_at, aged_from, 'ownership', ownership FROM spoken
    UNION ALL
    SELECT device_no, source, reported_at, aged_from, 'managed', CAST(managed AS VARCHAR)
    FROM spoken
    UNION ALL
    SELECT device_no, source, reported_at, aged_from, 'user_id', user_id FROM spoken
),
meant AS (
    SELECT
        s.*,
        CASE
            WHEN s.text = 'other' THEN NULL
            WHEN s.field = 'platform' AND s.text = 'ipados' THEN 'ios'
            WHEN s.field = 'ownership' AND starts_with(s.text, 'personal') THEN 'personal'
            WHEN s.field = 'user_id' THEN string_split(string_split(k.folded, '@')[1], '\')[-1]
            ELSE lower(s.text)
        END AS meaning,
        coalesce(by_email.person_no, by_id.person_no) AS person_no
    FROM said AS s
    LEFT JOIN match_key AS k
        ON s.field = 'user_id' AND k.matched_by = 'user_id' AND k.raw = s.text
    LEFT JOIN key_owner AS by_email
        ON by_email.matched_by = 'email' AND by_email.folded = k.folded
    LEFT JOIN key_owner AS by_id ON by_id.matched_by = 'person_id' AND by_id.folded = k.folded
    WHERE s.text IS NOT NULL
),
disputed AS (
    SELECT
        device_no,
        field,
        list(
            {'source': source, 'value': text, 'reported_at': reported_at}
            ORDER BY aged_from DESC, source
        ) AS said
    FROM meant
    GROUP BY device_no, field
    HAVING count(DISTINCT person_no) > 1
        OR (count(*) > count(person_no) AND count(DISTINCT meaning) > 1)
)
SELECT
    p.device_no,
    p.field,
    CASE p.field
        WHEN 'serial' THEN d.serial
        WHEN 'udid' THEN d.udid
        WHEN 'platform' THEN d.platform
        WHEN 'form' THEN d.form
        WHEN 'ownership' THEN d.ownership
        WHEN 'managed' THEN CAST(d.managed AS VARCHAR)
        WHEN 'user_id' THEN d.user_id
    END AS used,
    p.said
FROM disputed AS p
JOIN device AS d ON d.device_no = p.device_no;
