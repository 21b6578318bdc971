-- The fleet as the engine judges it, from the tables that readers and store leave behind:
--   report(report_no, part, device_ref, source, record, report_sha256, <device columns>)
--   identity(report_no, device_key, current)      listing(report_no, kind, visibility)
--   person(person_no, <person columns>)
-- and match_key(raw, folded, matched_by, person_no), by which the two meet: see fleet.py.
-- Each statement is one step; a blank line and a comment stand before it.

-- device_report: the reports that count, one for each (device, source).
-- Age counts from the report's own time; where it gives none, from when it was received.
CREATE OR REPLACE TEMP TABLE device_report AS
SELECT
    r.report_no,
    CAST(dense_rank() OVER (ORDER BY i.device_key) AS INTEGER) AS device_no,
    i.device_key,
    r.source,
    r.part,
    r.device_ref,
    r.record,
    r.report_sha256,
    r.reported_at,
    r.received_at,
    coalesce(r.reported_at, r.received_at) AS aged_from
FROM report AS r
JOIN identity AS i ON i.report_no = r.report_no
WHERE i.current;

-- device: one row for each device; a column's value is that of the newest report which has one.
CREATE OR REPLACE TEMP TABLE device AS
SELECT
    s.device_no,
    any_value(s.device_key) AS device_key,
    /* merged columns */
FROM device_report AS s
JOIN report AS r ON r.report_no = s.report_no
GROUP BY s.device_no;

-- key_owner: whose an e-mail or a person_id is. A key that two people share is nobody's.
CREATE OR REPLACE TEMP TABLE key_owner AS
SELECT folded, matched_by, min(person_no) AS person_no
FROM match_key
WHERE matched_by <> 'user_id'
GROUP BY folded, matched_by
HAVING count(DISTINCT person_no) = 1;

-- device_person: who uses a device: the person whose e-mail, else person_id, is its user_id.
CREATE OR REPLACE TEMP TABLE device_person AS
SELECT
    d.device_no,
    coalesce(by_email.person_no, by_id.person_no) AS person_no
FROM device AS d
LEFT JOIN match_key AS u ON u.matched_by = 'user_id' AND u.raw = d.user_id
LEFT JOIN key_owner AS by_email ON by_email.matched_by = 'email' AND by_email.folded = u.folded
LEFT JOIN key_owner AS by_id ON by_id.matched_by = 'person_id' AND by_id.folded = u.folded;

-- shown: how much of each kind of item a device's reports show at best (2 all, 1 only what is
-- managed, 0 nothing), and the age of the newest report that shows so much.
CREATE OR REPLACE TEMP TABLE shown AS
WITH seen AS (
    SELECT
        s.device_no,
        k.kind,
        s.aged_from,
        CASE
            WHEN l.report_no IS NULL THEN 0
            WHEN l.visibility = 'all' THEN 2
            ELSE 1                      -- a null visibility counts as managed
        END AS extent
    FROM device_report AS s
    CROSS JOIN (SELECT DISTINCT kind FROM control_kind) AS k
    LEFT JOIN listing AS l ON l.report_no = s.report_no AND l.kind = k.kind
)
SELECT
    device_no,
    kind,
    max(extent) AS extent,
    arg_max(aged_from, (extent, aged_from)) AS aged_from
FROM seen
GROUP BY device_no, kind;
