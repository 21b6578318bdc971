"""What an outcome asks of the session: the columns of a finding, and the orders it is told in."""

from __future__ import annotations

COLUMNS = """
SELECT f.fingerprint, f.policy, f.control, f.severity, f.obligation, f.verdict,
    array_to_string(f.reasons, chr(31)),
    f.device_id, f.device_name, f.person_id, f.platform, f.subject, f.app_id, f.identifier,
    f.name, f.version, f.basis, f.confidence, l.first_seen, l.last_seen, l.due,
    coalesce(l.in_grace, FALSE) AS in_grace, f.stale, coalesce(l.waived, FALSE) AS waived, w.waiver,
    f.report_sha256, r.path, f.source, f.record, f.reported_at,
    array_to_string(f.missing, chr(31))
"""
FROM = """
FROM finding AS f
LEFT JOIN life AS l ON l.fingerprint = f.fingerprint AND f.verdict = 'violation'
LEFT JOIN waiving AS w ON w.fingerprint = f.fingerprint
LEFT JOIN report_path AS r ON r.sha256 = f.report_sha256
"""
FINDING = COLUMNS + FROM
HOLDER = """, coalesce(j.name, p.name), coalesce(j.department, p.department),
    coalesce(j.manager, p.manager), d.ownership
"""
HELD_BY = """
LEFT JOIN device AS d ON d.device_key = f.device_key
LEFT JOIN judged_person AS j ON j.device_no = d.device_no
LEFT JOIN person AS p
    ON f.device_key IS NULL AND coalesce(p.person_id, p.email) = f.person_id
"""
URGENT = """
ORDER BY f.obligation = 'should' OR coalesce(l.waived, FALSE) OR coalesce(l.in_grace, FALSE),
    list_position(?, f.severity), l.due, f.policy, f.control,
    lower(coalesce(f.device_name, f.device_id)), f.device_id, f.subject, f.fingerprint
"""
WORST = """
ORDER BY f.obligation = 'should' OR coalesce(l.waived, FALSE), list_position(?, f.severity),
    f.policy, f.control, lower(coalesce(f.device_name, f.device_id)), f.device_id, f.subject,
    f.fingerprint
"""
FAILING = """
SELECT count(*) FROM finding AS f JOIN life AS l ON l.fingerprint = f.fingerprint
WHERE f.verdict = 'violation' AND f.obligation = 'must' AND NOT l.waived AND NOT l.in_grace
    AND list_position(?, f.severity) <= ?
"""
BYSTANDERS = """
SELECT v.policy, v.control, d.device_id, d.name, coalesce(p.person_id, p.email, d.user_id),
    p.type, d.platform, v.excused
FROM verdict AS v
LEFT JOIN device AS d ON d.device_no = v.device_no
LEFT JOIN judged_person AS p ON p.device_no = v.device_no
WHERE v.verdict = 'not_applicable'
ORDER BY NOT v.excused, v.policy, v.control, p.type IS NULL, lower(coalesce(d.name, d.device_id)),
    d.device_id, v.unit
LIMIT ?
"""
CONFLICTS = """
WITH proven AS (
    SELECT c.device_key, r.source, r.reported_at, unnest([c.device_key, c.other_key]) AS said
    FROM conflict AS c
    JOIN report AS r ON r.report_no = c.report_no
)
SELECT d.device_id, d.name, c.field, c.used, c.said
FROM contradiction AS c
JOIN device AS d ON d.device_no = c.device_no
UNION ALL
SELECT any_value(d.device_id), any_value(d.name), 'device_key', p.device_key,
    list(DISTINCT {'source': p.source, 'value': p.said, 'reported_at': p.reported_at})
FROM proven AS p
LEFT JOIN device AS d ON d.device_key = p.device_key
GROUP BY p.device_key
ORDER BY 1 NULLS FIRST, 3, 4
"""
LIVES = """
WITH unit AS (
    SELECT
        f.control_no,
        bool_and(l.waived) AS waived,       -- a unit is waived if all that is found of it is
        bool_or(l.in_grace) AS in_grace
    FROM finding AS f
    JOIN life AS l ON l.fingerprint = f.fingerprint
    WHERE f.verdict = 'violation'
    GROUP BY f.control_no, f.device_key, CASE WHEN f.device_key IS NULL THEN f.person_id END
)
SELECT control_no, count(*) FILTER (WHERE waived), count(*) FILTER (WHERE in_grace)
FROM unit
GROUP BY control_no
"""
