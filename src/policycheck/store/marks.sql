-- By which marks a report can be told to be about the same device as another one.
-- Each statement is one step; a blank line and a comment stand before it.

-- placeholder: what makers and agents write where there is no serial number.
CREATE OR REPLACE TEMP TABLE placeholder AS
SELECT unnest([
    '', '-', '.', '?', '0', '123456789', '1234567890', '0123456789', '12345678',
    'base board serial number', 'baseboard serial number', 'chassis serial number',
    '03000200-0400-0500-0006-000700080009', 'default', 'default string', 'empty', 'false', 'fill by oem', 'invalid', 'n/a', 'na', 'nil',
    'no asset information', 'no asset tag', 'no serial', 'none', 'not applicable',
    'not available', 'not defined', 'not provided', 'not set', 'not specified',
    'not supported', 'null', 'o.e.m.', 'oem', 'serial', 'serial number', 'serialnumber',
    'standard', 'system manufacturer', 'system serial number', 'systemserialnumb',
    'tbd', 'to be filled by o.e.m', 'to be filled by o.e.m.', 'to be filled by oem', 'true',
    'type2 - board serial number', 'undefined', 'unknown', 'unspecified', 'xxxxxxx'
]) AS value;

-- hollow: whether a serial or udid is such a word, or one digit over and over.
CREATE OR REPLACE TEMP MACRO hollow(serial) AS
    serial IN (SELECT value FROM placeholder)
    OR regexp_full_match(replace(replace(serial, '-', ''), ' ', ''), '0*|f*|x*|1{4,}|9{4,}');

-- system_of: the system that a source is of. What it lists and its roster are two sources.
CREATE OR REPLACE TEMP MACRO system_of(source) AS
    CASE WHEN ends_with(source, ' roster') THEN source[:-8] ELSE source END;

-- named: a report's own words, blanks and placeholders being no words.
-- A serial or udid that a source gives to more than five of its devices at once is a maker's or a
-- disk image's, not a machine's: it tells nothing.
CREATE OR REPLACE TEMP TABLE named AS
WITH plain AS (
    SELECT
        report_no,
        source,
        nullif(trim(device_id), '') AS device_id,
        nullif(lower(trim(serial)), '') AS serial,
        nullif(lower(trim(udid)), '') AS udid,
        nullif(trim(name), '') AS name,
        device_ref
    FROM report
),
sorted AS (
    SELECT
        * REPLACE (
            CASE WHEN NOT hollow(serial) THEN serial END AS serial,
            CASE WHEN NOT hollow(udid) THEN udid END AS udid
        )
    FROM plain
),
common AS (
    SELECT 'serial' AS kind, source, serial AS value FROM sorted
    GROUP BY source, serial HAVING count(DISTINCT device_id) > 5
    UNION ALL
    SELECT 'udid', source, udid FROM sorted
    GROUP BY source, udid HAVING count(DISTINCT device_id) > 5
)
SELECT
    report_no,
    source,
    -- a system that gives neither id nor hardware number knows the device by its name
    CASE
        WHEN device_id IS NOT NULL THEN device_id
        WHEN serial IS NULL AND udid IS NULL THEN coalesce(name, device_ref)
    END AS device_id,
    CASE WHEN serial IN (SELECT value FROM common WHERE kind = 'serial') THEN NULL ELSE serial
    END AS serial,
    CASE WHEN udid IN (SELECT value FROM common WHERE kind = 'udid') THEN NULL ELSE udid
    END AS udid,
    name,
    device_ref
FROM sorted;

-- word: one row for each of them, as aliases are stored.
CREATE OR REPLACE TEMP TABLE word AS
SELECT report_no, 'serial' AS kind, serial AS value FROM named WHERE serial IS NOT NULL
UNION ALL
SELECT report_no, 'udid', udid FROM named WHERE udid IS NOT NULL
UNION ALL
SELECT report_no, 'device_id in ' || system_of(source), device_id FROM named WHERE device_id IS NOT NULL
UNION ALL
SELECT report_no, 'name', lower(name) FROM named WHERE name IS NOT NULL;

-- known: the stored devices that a report's marks point to. Names are not among stored_alias.
CREATE OR REPLACE TEMP TABLE known AS
SELECT DISTINCT w.report_no, a.device_key
FROM word AS w
JOIN stored_alias AS a ON a.kind = w.kind AND a.value = w.value;

-- mark: what several reports have in common; two that share one are about one device.
CREATE OR REPLACE TEMP TABLE mark AS
WITH each AS (
    SELECT * FROM word WHERE kind <> 'name'
    UNION ALL
    SELECT report_no, 'key', device_key FROM known
)
SELECT e.*
FROM each AS e
SEMI JOIN (
    SELECT kind, value FROM each GROUP BY ALL HAVING count(*) > 1
) AS s ON s.kind = e.kind AND s.value = e.value;

-- station: where a report's search for its like begins, at itself. Who shares no mark stays.
CREATE OR REPLACE TEMP TABLE station AS
SELECT DISTINCT report_no, report_no AS station FROM mark;
