-- Every statement that the store and the archive run. A line `-- name: x` begins statement x. {words} are filled in with one of the
-- fragments at the end, never with data.
--
-- Whatever is read comes as one row with one JSON text: fetching row by row would give up and take back the interpreter's lock for each
-- of them, and wait for it while another thread computes.

-- One row of values in these two; a batch has as many as it has rows.

-- name: append
INSERT INTO events (run, event_id, body) VALUES (?, ?, ?)

-- name: write
INSERT INTO inbox (kind, run, event_id, value, text) VALUES (?, ?, ?, ?, ?)

-- name: domains
SELECT json_group_array(json_object(
    'name', name, 'status', status, 'description', description, 'retention_days', retention_days, 'tags', json(tags)
)) FROM domains

-- name: types
SELECT json_group_array(json_object(
    'kind', kind, 'domain', domain, 'name', name, 'version', version, 'status', status, 'description', description,
    'created', created, 'deprecated', deprecated, 'defaults', json(defaults)
)) FROM types

-- name: next_run
SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'executions'

-- name: heartbeats
SELECT json_group_array(json_object('run', run, 'scheduled_event_id', scheduled_event_id, 'at', at, 'details', details)) FROM heartbeats

-- name: events_ascending
SELECT '[' || coalesce(group_concat(body, ','), '') || ']'
FROM (SELECT body FROM events WHERE run = ? AND event_id BETWEEN ? AND ? ORDER BY event_id LIMIT ?)

-- name: events_descending
SELECT '[' || coalesce(group_concat(body, ','), '') || ']'
FROM (SELECT body FROM events WHERE run = ? AND event_id BETWEEN ? AND ? ORDER BY event_id DESC LIMIT ?)

-- name: expired
-- API reference, RegisterDomain, workflowExecutionRetentionPeriodInDays: with NONE or 0, an execution leaves as soon as it completes.
-- Long histories leave one at a time, since others wait meanwhile: no further run once :events are on their way out.
SELECT json_group_array(run) FROM (
    SELECT run, sum(events) OVER (ORDER BY run) - events AS before FROM (
        SELECT x.run, coalesce((SELECT max(event_id) FROM events WHERE run = x.run), 0) AS events
        FROM domains AS d CROSS JOIN executions AS x
        WHERE x.domain = d.name AND x.closed IS NOT NULL AND x.closed <= :now - max(d.retention_days, 0) * 86400.0
        LIMIT :limit
    )
) WHERE before < :events

-- name: next_expiry
SELECT min(max(d.retention_days, 0) * 86400.0 + (
    SELECT x.closed FROM executions AS x WHERE x.domain = d.name AND x.closed IS NOT NULL ORDER BY x.closed LIMIT 1
)) FROM domains AS d

-- What `swfgraph db` reads (snapshot.py): row by row, since it is in no hurry, and asks also of what may be damaged.

-- name: every_execution
SELECT
    run, domain, workflow_id, run_id, type_name, type_version, started, tags,
    coalesce(closed, 0.0), coalesce(close_status, ''), cancel_requested, latest_activity
FROM executions WHERE run > ? ORDER BY run LIMIT ?

-- name: every_event
SELECT event_id, body FROM events WHERE run = ? ORDER BY event_id

-- name: every_heartbeat
SELECT scheduled_event_id, at, details FROM heartbeats WHERE run = ? ORDER BY scheduled_event_id

-- name: tags_amiss
-- The executions whose tags and whose rows in execution_tags are not the same.
WITH told AS (
    SELECT DISTINCT x.run, t.value AS tag, x.domain, x.started, x.closed FROM executions AS x, json_each(x.tags) AS t
), kept AS (
    SELECT run, tag, domain, started, closed FROM execution_tags
)
SELECT run FROM (SELECT * FROM told EXCEPT SELECT * FROM kept)
UNION
SELECT run FROM (SELECT * FROM kept EXCEPT SELECT * FROM told)

-- name: latest_of_workflow_id
SELECT max(max(started, coalesce(closed, 9e999))) FROM executions WHERE domain = ? AND workflow_id = ?

-- name: executions
SELECT json_group_array(json(record)) FROM (
    SELECT json_object(
        'run', x.run, 'domain', x.domain, 'workflow_id', x.workflow_id, 'run_id', x.run_id,
        'type_name', x.type_name, 'type_version', x.type_version, 'started', x.started, 'tags', json(x.tags),
        -- the parent is in the first event only: it is read for what is shown, not for what is searched
        'parent', json(coalesce(nullif((
            SELECT json_extract(
                body,
                '$.workflowExecutionStartedEventAttributes.parentWorkflowExecution.workflowId',
                '$.workflowExecutionStartedEventAttributes.parentWorkflowExecution.runId'
            )
            FROM events WHERE run = x.run AND event_id = 1
        ), '[null,null]'), '["",""]')),
        'closed', coalesce(x.closed, 0.0), 'close_status', coalesce(x.close_status, ''),
        'cancel_requested', x.cancel_requested, 'latest_activity', x.latest_activity
    ) AS record
    FROM {searched} CROSS JOIN executions AS x ON x.run = s.run
    WHERE {condition}
    ORDER BY {order}
    LIMIT :limit
)

-- name: count
SELECT count(*) FROM {searched} WHERE {condition}

-- Fragments: what is searched, under the name s. A tag filter searches the tags. The planner would look for a workflowId among all
-- executions of the time range.

-- name: searched_executions
executions AS s

-- name: searched_tags
execution_tags AS s

-- name: searched_workflow_id
executions AS s INDEXED BY closed_of_workflow_id

-- Fragments: conditions. `beyond` breaks ties of time. The executions of one workflowId follow each other in time, so their run
-- numbers are an order by start and by close alike.

-- name: condition_count
s.domain = :domain AND s.closed {state} AND s.{time} >= :oldest AND s.{time} <= :latest AND {filter}

-- name: condition_newest_first
s.domain = :domain AND s.closed {state} AND s.{time} >= :oldest AND (s.{time}, s.run) < (:latest, :beyond) AND {filter}

-- name: condition_oldest_first
s.domain = :domain AND s.closed {state} AND (s.{time}, s.run) > (:oldest, :beyond) AND s.{time} <= :latest AND {filter}

-- name: condition_last_run_first
s.domain = :domain AND s.closed {state} AND s.run < :beyond AND s.{time} >= :oldest AND s.{time} <= :latest AND {filter}

-- name: condition_first_run_first
s.domain = :domain AND s.closed {state} AND s.run > :beyond AND s.{time} >= :oldest AND s.{time} <= :latest AND {filter}

-- name: condition_all_open
s.closed IS NULL

-- name: condition_of_run_id
s.domain = :domain AND s.workflow_id = :workflow_id AND s.run_id = :run_id

-- Fragments: filters

-- name: filter_everything
TRUE

-- name: filter_workflow_id
s.workflow_id = :workflow_id

-- name: filter_type
s.type_name = :type_name

-- name: filter_type_version
s.type_name = :type_name AND s.type_version = :type_version

-- name: filter_tag
s.tag = :tag

-- name: filter_close_status
s.close_status = :close_status
