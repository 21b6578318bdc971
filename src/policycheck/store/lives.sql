-- Which violations are new, which go on and which come back. See lives.py for what is read.
-- Each statement is one step; a blank line and a comment stand before it.

-- unit_of: whom a violation is about: a device or, where none is named, a person.
CREATE OR REPLACE TEMP MACRO unit_of(device_key, person_id) AS
    coalesce('device ' || device_key, 'person ' || person_id);

-- judgement: the last run that judged a device by a policy with anything new. Many share a text.
CREATE OR REPLACE TEMP TABLE judgement AS
WITH pointer AS (
    SELECT judged, unnest(map_keys(runs)) AS policy, unnest(map_values(runs)) AS run_id
    FROM (
        SELECT judged, CAST(CAST(judged AS JSON) AS MAP(VARCHAR, BIGINT)) AS runs
        FROM (SELECT DISTINCT judged FROM stored_device)
    )
)
SELECT d.device_key, d.merged_run, p.policy, p.run_id
FROM stored_device AS d
JOIN pointer AS p ON p.judged = d.judged
WHERE d.device_key IN (SELECT device_key FROM judged);

-- stored_basis: what those runs went by.
CREATE OR REPLACE TEMP TABLE stored_basis AS
SELECT
    run_id,
    file.policy AS policy,
    file.sha256 AS policy_sha256,
    catalogue_sha256,
    people_sha256
FROM (
    SELECT
        *,
        unnest(from_json(policies, '[{"policy": "VARCHAR", "sha256": "VARCHAR"}]')) AS file
    FROM stored_run
);

-- news: what is new since a device was last judged by a policy; all of it at the first time.
-- For people, of whom something is demanded: what is new of any of their devices.
CREATE OR REPLACE TEMP TABLE news AS
WITH facts AS (
    SELECT device_key, bool_or(newer) AS newer, max(run_id) AS run_id
    FROM judged
    GROUP BY device_key
),
of_device AS (
    SELECT
        unit_of(f.device_key, NULL) AS unit,
        f.device_key,
        b.policy,
        f.newer OR coalesce(greatest(f.run_id, j.merged_run) > j.run_id, FALSE) AS report,
        o.policy_sha256 IS DISTINCT FROM b.policy_sha256 AS policy_changed,
        o.catalogue_sha256 IS DISTINCT FROM b.catalogue_sha256 AS catalogue_changed,
        o.people_sha256 IS DISTINCT FROM b.people_sha256 AS people_changed
    FROM facts AS f
    CROSS JOIN basis AS b
    LEFT JOIN judgement AS j ON j.device_key = f.device_key AND j.policy = b.policy
    LEFT JOIN stored_basis AS o ON o.run_id = j.run_id AND o.policy = b.policy
)
SELECT * FROM of_device
UNION ALL
SELECT
    unit_of(NULL, d.person_id),
    NULL,
    n.policy,
    bool_or(n.report),
    bool_or(n.policy_changed),
    bool_or(n.catalogue_changed),
    bool_or(n.people_changed)
FROM of_device AS n
JOIN judged_device AS d ON d.device_key = n.device_key
WHERE d.person_id IN (
    SELECT person_id FROM finding WHERE device_key IS NULL AND verdict = 'violation'
    UNION ALL
    SELECT person_id FROM prior_detail WHERE device_key IS NULL
)
GROUP BY d.person_id, n.policy;

-- renamed: the stored lives that no finding shows any more, under today's names of control and app.
CREATE OR REPLACE TEMP TABLE renamed AS
WITH renamed_control AS (
    SELECT policy, unnest(formerly) AS old, control AS new FROM control
)
SELECT
    p.*,
    l.status,
    l.first_seen,
    unit_of(p.device_key, p.person_id) AS unit,
    coalesce(c.control, r.new, p.control) AS control_now,
    CASE
        WHEN p.subject = p.control AND p.identifier IS NULL AND p.name IS NULL
            THEN coalesce(c.control, r.new, p.control)
        ELSE coalesce(a.new, p.subject)
    END AS subject_now
FROM prior_detail AS p
JOIN prior_life AS l ON l.fingerprint = p.fingerprint
LEFT JOIN control AS c ON c.policy = p.policy AND c.control = p.control
LEFT JOIN renamed_control AS r ON r.policy = p.policy AND r.old = p.control
LEFT JOIN renamed_app AS a ON a.old = p.subject AND p.subject <> p.control;

-- heir: by which fingerprint a violation is stored that is not stored by its own: its old name's.
CREATE OR REPLACE TEMP TABLE heir AS
SELECT f.fingerprint, first(r.fingerprint ORDER BY r.status = 'closed', r.first_seen) AS was
FROM finding AS f
ANTI JOIN prior_life AS l ON l.fingerprint = f.fingerprint
JOIN renamed AS r
    ON r.policy = f.policy
    AND r.control_now = f.control
    AND r.subject_now = f.subject
    AND r.unit = unit_of(f.device_key, f.person_id)
WHERE f.verdict = 'violation'
GROUP BY f.fingerprint;

-- life: the state of every violation that was found. Due is frozen at first sight, but counts anew
-- for a new holder of the device; what was resolved and comes back is due at once. Another word for
-- the same person is no new holder, nor is a report that names nobody.
CREATE OR REPLACE TEMP TABLE life AS
WITH state AS (
    SELECT
        f.fingerprint,
        p.fingerprint AS was,
        coalesce(p.first_seen, b.as_of) AS first_seen,
        coalesce(f.reported_at, f.received_at, b.as_of) AS aged_from,
        CASE WHEN d.device_key IS NOT NULL THEN p.holder END AS was_holder,
        CASE
            WHEN was_holder IS NULL THEN d.holder
            WHEN d.holder IS NULL OR list_contains(d.called, was_holder) THEN was_holder
            ELSE d.holder
        END AS held_by,
        CASE
            WHEN p.fingerprint IS NOT NULL AND coalesce(held_by = was_holder, TRUE) THEN
                CASE WHEN p.status = 'closed' AND p.cause = 'resolved' THEN b.as_of ELSE p.due END
            WHEN c.deadline IS NOT NULL THEN c.deadline
            ELSE greatest(b.as_of, coalesce(c.effective_from, b.as_of))
                + to_seconds(coalesce(c.grace_seconds, 0))
        END AS due,
        b.as_of,
        coalesce(p.reopened, 0) AS reopened,
        CASE
            WHEN p.fingerprint IS NULL THEN 'opened'
            WHEN p.status = 'closed' THEN 'reopened'
            WHEN held_by <> was_holder THEN 'reassigned'
        END AS change,
        CASE
            WHEN CASE WHEN f.device_key IS NULL THEN n.report ELSE j.newer END THEN 'report'
            WHEN n.policy_changed THEN 'policy'
            WHEN n.catalogue_changed THEN 'catalogue'
            WHEN n.people_changed THEN 'people'
            WHEN n.report THEN 'report'
            ELSE 'clock'
        END AS cause
    FROM finding AS f
    JOIN basis AS b ON b.policy = f.policy
    JOIN control AS c ON c.policy = f.policy AND c.control = f.control
    LEFT JOIN heir AS h ON h.fingerprint = f.fingerprint
    LEFT JOIN prior_life AS p ON p.fingerprint = coalesce(h.was, f.fingerprint)
    LEFT JOIN judged_device AS d ON d.device_key = f.device_key
    LEFT JOIN judged AS j ON j.device_key = f.device_key AND j.source = f.source
    LEFT JOIN news AS n ON n.unit = unit_of(f.device_key, f.person_id) AND n.policy = f.policy
    WHERE f.verdict = 'violation'
)
SELECT
    fingerprint,
    was,
    'open' AS status,
    first_seen,
    greatest(first_seen, aged_from) AS last_seen,
    due,
    held_by AS holder,
    was_holder,
    as_of < due AS in_grace,
    CAST(reopened + CASE WHEN change = 'reopened' THEN 1 ELSE 0 END AS INTEGER) AS reopened,
    fingerprint IN (SELECT fingerprint FROM waiving WHERE waived) AS waived,
    change,
    CASE WHEN change = 'reassigned' THEN 'report' WHEN change IS NOT NULL THEN cause END AS cause
FROM state;

-- waiver_change: what is waived now and was not, or no longer, or by another waiver, or for longer.
CREATE OR REPLACE TABLE waiver_change AS
WITH moment AS (SELECT any_value(as_of) AS as_of FROM basis),
changed AS (
    SELECT l.fingerprint, p.waiver AS was, p.waived_until AS was_until, w.waiver, w.ends
    FROM life AS l
    LEFT JOIN (FROM prior_life WHERE waiver IS NOT NULL) AS p ON p.fingerprint = l.was
    LEFT JOIN (FROM waiving WHERE waived) AS w ON w.fingerprint = l.fingerprint
    WHERE w.waiver IS DISTINCT FROM p.waiver OR w.ends IS DISTINCT FROM p.waived_until
)
SELECT
    c.fingerprint,
    CASE
        WHEN c.waiver IS NOT NULL THEN 'waived'
        WHEN c.was_until < m.as_of THEN 'waiver_lapsed'
        ELSE 'unwaived'
    END AS kind,
    CASE
        WHEN c.waiver IS NOT NULL THEN 'waiver'
        WHEN c.was_until < m.as_of THEN 'clock'
        WHEN c.was NOT IN (SELECT waiver FROM waiver) THEN 'waiver'         -- not on file any more
        WHEN n.report THEN 'report'
        WHEN n.people_changed THEN 'people'
        WHEN n.policy_changed THEN 'policy'
        ELSE 'waiver'                                                       -- its file says less
    END AS cause,
    c.was,
    c.waiver,
    c.ends AS waived_until
FROM changed AS c
CROSS JOIN moment AS m
JOIN finding AS f ON f.fingerprint = c.fingerprint
LEFT JOIN news AS n ON n.unit = unit_of(f.device_key, f.person_id) AND n.policy = f.policy;

-- vanished: what was open and is not found any more. Only what this run judged can have vanished.
CREATE OR REPLACE TEMP TABLE vanished AS
SELECT r.*
FROM renamed AS r
JOIN news AS n ON n.unit = r.unit AND n.policy = r.policy
WHERE r.status = 'open' AND r.fingerprint NOT IN (SELECT was FROM heir);

-- closing: closings.sql fills it, if anything vanished.
CREATE OR REPLACE TABLE closing(
    fingerprint VARCHAR, outcome VARCHAR, cause VARCHAR, last_seen TIMESTAMP);
