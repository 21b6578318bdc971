-- The rows that a run adds to the database or changes there, from what identity and lives left.
-- Reads also this_run(run_id, as_of), ledger(report_id, sha256) with this run's rows,
-- and stored_item. What is to be written are no TEMP tables, for another thread writes it (see
-- record.py); times in it are the text that is stored: to_stored is a macro.

INSERT INTO ledger SELECT report_id, sha256 FROM stored_report;

-- evidence: by which row of the ledger a report is known; the newest, where it came repeatedly.
CREATE OR REPLACE TEMP TABLE evidence AS
SELECT sha256, max(report_id) AS report_id FROM ledger GROUP BY sha256;

-- new_device: devices of which anything is new, with the run that they now were judged by.
CREATE OR REPLACE TABLE new_device AS
WITH pointer AS (
    SELECT device_key, policy, run_id FROM judgement
    ANTI JOIN news USING (device_key, policy)
    UNION ALL
    SELECT n.device_key, n.policy, coalesce(
        CASE WHEN n.report OR n.policy_changed OR n.catalogue_changed OR n.people_changed
            THEN t.run_id END,
        j.run_id)
    FROM news AS n
    CROSS JOIN this_run AS t
    LEFT JOIN judgement AS j ON j.device_key = n.device_key AND j.policy = n.policy
    WHERE n.device_key IS NOT NULL
),
judged_now AS (
    SELECT
        device_key,
        to_json(map_from_entries(list_sort(list((policy, run_id))))) AS judged
    FROM pointer
    GROUP BY device_key
    HAVING bool_or(run_id = (SELECT run_id FROM this_run))
)
SELECT
    d.* EXCLUDE (holder, called),
    to_stored(coalesce(s.first_seen, t.as_of)) AS first_seen,
    j.judged
FROM judged_device AS d
CROSS JOIN this_run AS t
JOIN judged_now AS j ON j.device_key = d.device_key
LEFT JOIN stored_device AS s ON s.device_key = d.device_key;

-- new_item: what changed violations are about, as far as it is not stored.
CREATE OR REPLACE TABLE new_item AS
WITH highest AS (SELECT coalesce(max(item_id), 0) AS item_id FROM stored_item),
shown AS (
    SELECT DISTINCT f.kind, f.identifier, f.name, f.version, f.app_id, f.basis, f.confidence
    FROM life AS l
    JOIN finding AS f ON f.fingerprint = l.fingerprint
    WHERE l.change IN ('opened', 'reopened') AND f.kind IS NOT NULL
)
SELECT h.item_id + row_number() OVER (ORDER BY s) AS item_id, s.*
FROM (SELECT * FROM shown EXCEPT SELECT * EXCLUDE (item_id) FROM stored_item) AS s
CROSS JOIN highest AS h;
INSERT INTO stored_item FROM new_item;

-- proof: what a violation is opened or reopened with.
CREATE OR REPLACE TABLE proof AS
SELECT
    l.change,
    l.was,
    l.due,
    l.holder,
    l.reopened,
    f.fingerprint,
    f.policy,
    f.control,
    f.device_key,
    f.person_id,
    f.subject,
    i.item_id,
    f.source,
    e.report_id,
    f.reported_at,
    f.record
FROM life AS l
JOIN finding AS f ON f.fingerprint = l.fingerprint
LEFT JOIN evidence AS e ON e.sha256 = f.report_sha256
LEFT JOIN stored_item AS i
    ON i.kind = f.kind
    AND i.identifier IS NOT DISTINCT FROM f.identifier
    AND i.name IS NOT DISTINCT FROM f.name
    AND i.version IS NOT DISTINCT FROM f.version
    AND i.app_id IS NOT DISTINCT FROM f.app_id
    AND i.basis IS NOT DISTINCT FROM f.basis
    AND i.confidence IS NOT DISTINCT FROM f.confidence
WHERE l.change IN ('opened', 'reopened');

-- renaming, ended, handing_over: violations that are another's heirs, what the last opening of
-- those that come back was proven by, and those of which the device has a new holder.
CREATE OR REPLACE TABLE renaming AS
SELECT l.fingerprint, f.control, f.subject, l.was
FROM life AS l
JOIN finding AS f ON f.fingerprint = l.fingerprint
WHERE l.was <> l.fingerprint;
CREATE OR REPLACE TABLE ended AS
SELECT
    l.fingerprint,
    p.reopened AS number,
    p.item_id,
    p.source,
    p.report_id,
    to_stored(p.reported_at) AS reported_at,
    p.record
FROM life AS l
JOIN prior_life AS p ON p.fingerprint = l.was
WHERE l.change = 'reopened';
CREATE OR REPLACE TABLE handing_over AS
SELECT to_stored(due) AS due, holder, fingerprint
FROM life
WHERE was IS NOT NULL AND holder IS DISTINCT FROM was_holder;

-- new_event: what happened. A violation that was renamed says so before anything else.
CREATE OR REPLACE TEMP VIEW new_event AS
SELECT l.fingerprint, 0 AS step, 'renamed' AS kind, 'policy' AS cause, l.was AS detail
FROM life AS l
WHERE l.was <> l.fingerprint
UNION ALL
SELECT l.fingerprint, 1, l.change, l.cause, 'due ' || strftime(l.due, '%Y-%m-%dT%H:%M:%SZ')
FROM life AS l
WHERE l.change IS NOT NULL
UNION ALL
SELECT
    w.fingerprint,
    2,
    w.kind,
    w.cause,
    coalesce(w.waiver || ' until ' || strftime(w.waived_until, '%Y-%m-%dT%H:%M:%SZ'), w.was)
FROM waiver_change AS w
UNION ALL
SELECT c.fingerprint, 1, 'closed', c.cause, c.outcome FROM closing AS c;

-- What was stored is not needed any more: so much room is there for evidence and hashes.
DROP TABLE prior_life;
DROP TABLE prior_detail;
DROP TABLE stored_device;
DROP TABLE stored_source;
DROP TABLE judgement;
