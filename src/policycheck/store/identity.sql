-- Which device each report is about, and which reports count.
-- `station` says which reports belong together (see identity.py); `known` what is stored of them.

-- member: the reports of each device, whether it is stored or not.
CREATE OR REPLACE TEMP TABLE member AS
SELECT n.*, coalesce(s.station, n.report_no) AS station
FROM named AS n
LEFT JOIN station AS s ON s.report_no = n.report_no;

-- claim: the stored keys of a device; more than one means that a report proves them to be one.
-- The oldest is kept.
CREATE OR REPLACE TEMP TABLE claim AS
SELECT
    m.station,
    k.device_key,
    row_number() OVER (
        PARTITION BY m.station ORDER BY min(d.first_seen) NULLS LAST, k.device_key
    ) AS place
FROM known AS k
JOIN member AS m ON m.report_no = k.report_no
LEFT JOIN stored_device AS d ON d.device_key = k.device_key
GROUP BY m.station, k.device_key;

-- newcomer: the devices that are not stored, and what each would be called. The choice does not
-- depend on the order in which reports came.
CREATE OR REPLACE TEMP TABLE newcomer AS
SELECT
    station,
    coalesce(device_id, serial, udid, name, device_ref) AS wish,
    source,
    substr(sha256(concat_ws(chr(31), serial, udid, name, device_ref)), 1, 8) AS mark
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY station
            ORDER BY device_id IS NULL, source, device_id, serial, udid, name, report_no
        ) AS place
    FROM member
    WHERE station NOT IN (SELECT station FROM claim)
)
WHERE place = 1;

-- christened: the key of each device. Who comes too late for its name adds its source to it.
CREATE OR REPLACE TEMP TABLE christened AS
WITH first_choice AS (
    SELECT
        *,
        wish IN (SELECT device_key FROM stored_device) OR row_number() OVER (
            PARTITION BY wish ORDER BY source, mark, station
        ) > 1 AS taken
    FROM newcomer
),
second_choice AS (
    SELECT
        station,
        wish || '@' || source AS wish,
        mark,
        wish || '@' || source IN (SELECT device_key FROM stored_device)
        OR wish || '@' || source IN (SELECT wish FROM first_choice WHERE NOT taken)
        OR row_number() OVER (
            PARTITION BY wish || '@' || source ORDER BY source, mark, station
        ) > 1 AS taken
    FROM first_choice
    WHERE taken
)
SELECT station, wish AS device_key, TRUE AS new FROM first_choice WHERE NOT taken
UNION ALL
SELECT station, CASE WHEN taken THEN wish || '#' || mark ELSE wish END, TRUE FROM second_choice
UNION ALL
SELECT station, device_key, FALSE FROM claim WHERE place = 1;

-- identity: for each device and source only the newest report is current. Equal age is not newer,
-- and the same file again is not newer for having been received again. What was reported of a
-- device before it left the fleet does not bring it back.
CREATE OR REPLACE TEMP TABLE identity AS
WITH aged AS (
    SELECT
        r.report_no,
        k.device_key,
        k.new,
        row_number() OVER (
            PARTITION BY k.device_key, r.source
            ORDER BY coalesce(r.reported_at, r.received_at) DESC, r.report_no
        ) = 1
        AND (
            s.device_key IS NULL
            OR (
                coalesce(r.reported_at, r.received_at) > coalesce(s.reported_at, l.received_at)
                AND NOT (r.reported_at IS NULL AND r.report_sha256 = l.sha256)
            )
        )
        AND coalesce(coalesce(r.reported_at, r.received_at) > d.left_at, TRUE) AS current
    FROM report AS r
    JOIN member AS m ON m.report_no = r.report_no
    JOIN christened AS k ON k.station = m.station
    LEFT JOIN stored_device AS d ON d.device_key = k.device_key
    LEFT JOIN stored_source AS s ON s.device_key = k.device_key AND s.source = r.source
    LEFT JOIN stored_report AS l ON l.report_id = s.report_id
)
SELECT report_no, device_key, new, current, NOT current AS late FROM aged;

-- alias: the words by which these reports call the devices, as far as they are not stored. Names
-- are not looked up for matching, so the stored ones are not known here; of reports that do not
-- count they are left out.
CREATE OR REPLACE TABLE alias AS
SELECT DISTINCT w.kind, w.value, i.device_key
FROM word AS w
JOIN identity AS i ON i.report_no = w.report_no
ANTI JOIN stored_alias AS a
    ON a.kind = w.kind AND a.value = w.value AND a.device_key = i.device_key
WHERE w.kind <> 'name' OR i.current;

-- conflict: what a report shows to be one with the device that it is taken to be about.
CREATE OR REPLACE TEMP TABLE conflict AS
SELECT k.report_no, i.device_key, k.device_key AS other_key
FROM known AS k
JOIN identity AS i ON i.report_no = k.report_no
WHERE k.device_key <> i.device_key;

-- What led here is not needed any more.
DROP TABLE stored_alias;
DROP TABLE named;
DROP TABLE word;
DROP TABLE known;
DROP TABLE mark;
DROP TABLE station;
DROP TABLE member;
DROP TABLE claim;
DROP TABLE newcomer;
DROP TABLE christened;
