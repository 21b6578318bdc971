-- Devices of several systems that are one because of their name, where no better mark tells.
-- Conservative: a wrong join would excuse one device by another. Reads named, known, station.

-- everyday: names that say what a device is, not which. So does one that is the model's.
CREATE OR REPLACE TEMP TABLE everyday AS
SELECT unnest([
    'android', 'computer', 'desktop', 'device', 'galaxy', 'imac', 'ipad', 'ipad air', 'ipad mini',
    'ipad pro', 'iphone', 'ipod', 'ipod touch', 'laptop', 'localhost', 'localhost.localdomain',
    'mac', 'mac mini', 'mac pro', 'mac studio', 'macbook', 'macbook air', 'macbook pro', 'notebook',
    'pc', 'phone', 'server', 'tablet', 'unknown', 'user', 'windows', 'workstation'
]) AS name;

-- spoken: every report with the station it has come to, and what must not contradict.
CREATE OR REPLACE TEMP TABLE spoken_of AS
SELECT
    n.report_no,
    coalesce(s.station, n.report_no) AS station,
    system_of(n.source) AS system,
    lower(n.name) AS name,
    n.serial,
    n.udid,
    CASE r.platform WHEN 'ipados' THEN 'ios' ELSE nullif(r.platform, 'other') END AS platform,
    CASE WHEN contains(r.user_id, '@') THEN lower(trim(r.user_id)) END AS mail,
    k.device_key,
    lower(n.name) IN (SELECT name FROM everyday)
        OR lower(n.name) IS NOT DISTINCT FROM lower(trim(r.model))
        OR length(n.name) < 4 AS is_everyday
FROM named AS n
JOIN report AS r ON r.report_no = n.report_no
LEFT JOIN station AS s ON s.report_no = n.report_no
LEFT JOIN (SELECT report_no, min(device_key) AS device_key FROM known GROUP BY report_no) AS k
    ON k.report_no = n.report_no;

-- namesake: the names that join: of each system they name one device only, those devices are known
-- to no system twice, no other stored device has it, and nothing that is told of them differs. Two
-- stored devices stay two.
CREATE OR REPLACE TEMP TABLE namesake AS
WITH called AS (
    SELECT DISTINCT name, station FROM spoken_of WHERE name IS NOT NULL AND NOT is_everyday
)
SELECT c.name, min(c.station) AS station, list(DISTINCT c.station) AS stations
FROM called AS c
JOIN spoken_of AS o ON o.station = c.station
LEFT JOIN stored_name AS t ON t.name = c.name
GROUP BY c.name
HAVING count(DISTINCT c.station) > 1
    AND count(DISTINCT o.system) = count(DISTINCT (o.system, c.station))
    AND count(DISTINCT o.serial) <= 1
    AND count(DISTINCT o.udid) <= 1
    AND count(DISTINCT o.platform) <= 1
    AND count(DISTINCT o.mail) <= 1
    AND count(DISTINCT o.device_key) <= 1
    AND (
        count(t.device_key) = 0
        OR (count(DISTINCT t.device_key) = 1 AND any_value(t.device_key) = any_value(o.device_key))
    );

-- A device that two of these names would join to different ones is joined by neither.
CREATE OR REPLACE TEMP TABLE joined_by_name AS
WITH each AS (SELECT name, station AS target, unnest(stations) AS station FROM namesake)
SELECT n.name, n.station, n.stations
FROM namesake AS n
WHERE n.name NOT IN (
    SELECT e.name FROM each AS e
    SEMI JOIN (SELECT station FROM each GROUP BY station HAVING count(*) > 1) AS d
        ON d.station = e.station
);

-- station: where the joined ones are now. Reports that stood alone appear there with this.
CREATE OR REPLACE TEMP TABLE station AS
WITH moved AS (SELECT station AS target, unnest(stations) AS station FROM joined_by_name)
SELECT o.report_no, coalesce(m.target, o.station) AS station
FROM spoken_of AS o
LEFT JOIN moved AS m ON m.station = o.station;

DROP TABLE everyday;
DROP TABLE spoken_of;
DROP TABLE namesake;
