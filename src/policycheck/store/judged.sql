-- The reports to judge by: those of the run that count, and what is stored of the same devices.

-- held: stored facts that no report of this run replaces. Facts newer than the moment asked about
-- are not judged, nor is what was reported of a device before it left the fleet.
CREATE OR REPLACE TEMP TABLE held AS
SELECT
    s.device_key,
    s.source,
    coalesce(s.segment, r.segment) AS segment,
    s.report_no,
    s.reported_at,
    r.received_at,
    r.sha256 AS report_sha256,
    coalesce(s.reported_at, r.received_at) AS aged_from,
    r.run_id
FROM stored_source AS s
CROSS JOIN wanted AS w
JOIN stored_report AS r ON r.report_id = s.report_id
LEFT JOIN stored_device AS d ON d.device_key = s.device_key
ANTI JOIN (
    SELECT i.device_key, r.source
    FROM identity AS i
    JOIN report AS r ON r.report_no = i.report_no
    WHERE i.current
) AS c ON c.device_key = s.device_key AND c.source = s.source
WHERE coalesce(s.reported_at, r.received_at) <= w.as_of
    AND coalesce(coalesce(s.reported_at, r.received_at) > d.left_at, TRUE)
    AND (
        w.everything
        OR list_contains(w.devices, s.device_key)
        OR s.device_key IN (SELECT device_key FROM identity)
    );

-- judged: both; no TEMP table, for ledger.py reads it beside the engine.
CREATE OR REPLACE TABLE judged AS
SELECT
    i.device_key,
    r.source,
    r.report_no,
    r.reported_at,
    r.received_at,
    r.report_sha256,
    coalesce(r.reported_at, r.received_at) AS aged_from,
    TRUE AS newer,
    CAST(NULL AS BIGINT) AS run_id
FROM identity AS i
JOIN report AS r ON r.report_no = i.report_no
WHERE i.current
UNION ALL
SELECT
    device_key,
    source,
    report_no,
    reported_at,
    received_at,
    report_sha256,
    aged_from,
    FALSE,
    run_id
FROM held;
