-- Every statement that the store and the archive run. A line `-- name: x` begins statement x. {words} are filled in with one of the
-- fragments at the end, never with data.

-- name: write
-- One row of values here; a batch has as many as it has rows.
INSERT INTO inbox (kind, run, event_id, value) VALUES (?, ?, ?, ?)

-- name: domains
SELECT name, status, description, retention_days, tags FROM domains ORDER BY name

-- name: types
SELECT kind, domain, name, version, status, description, created, deprecated, defaults FROM types ORDER BY kind, domain, name, version

-- name: next_run
SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'executions'

-- name: heartbeats
SELECT run, scheduled_event_id, at, details FROM heartbeats ORDER BY run, scheduled_event_id

-- name: events_ascending
-- One row, one JSON array: fetching a page row by row would give up and take back the interpreter's lock for each event.
SELECT '[' || coalesce(group_concat(body, ','), '') || ']'
FROM (SELECT body FROM events WHERE run = ? AND event_id BETWEEN ? AND ? ORDER BY event_id LIMIT ?)

-- name: events_descending
SELECT '[' || coalesce(group_concat(body, ','), '') || ']'
FROM (SELECT body FROM events WHERE run = ? AND event_id BETWEEN ? AND ? ORDER BY event_id DESC LIMIT ?)

-- name: expired
-- API reference, RegisterDomain, workflowExecutionRetentionPeriodInDays: with NONE or 0, an execution leaves as soon as it completes.
SELECT x.run FROM domains AS d CROSS JOIN executions AS x
WHERE x.domain = d.name AND x.closed IS NOT NULL AND x.closed <= :now - max(d.retention_days, 0) * 86400.0
LIMIT :limit

-- name: executions
SELECT x.run, x.domain, x.workflow_id, x.run_id, x.type_name, x.type_version, x.started, x.tags,
    coalesce(x.closed, 0.0), coalesce(x.close_status, ''), x.cancel_requested, x.latest_activity,
    -- the parent is in the first event only: it is read for what is shown, not for what is searched
    coalesce((SELECT json_extract(body, '$.workflowExecutionStartedEventAttributes.parentWorkflowExecution.workflowId')
              FROM events WHERE run = x.run AND event_id = 1), ''),
    coalesce((SELECT json_extract(body, '$.workflowExecutionStartedEventAttributes.parentWorkflowExecution.runId')
              FROM events WHERE run = x.run AND event_id = 1), '')
FROM {source}
WHERE {condition}
ORDER BY {order}
LIMIT :limit

-- name: count
SELECT count(*) FROM {source} WHERE {condition}

-- Fragments: conditions

-- name: condition_query
s.domain = :domain AND s.closed {state} AND s.{time} >= :oldest AND s.{time} <= :latest AND {filter}

-- name: condition_newest_first
s.domain = :domain AND s.closed {state} AND s.{time} >= :oldest AND (s.{time}, s.run) < (:latest, :beyond) AND {filter}

-- name: condition_oldest_first
s.domain = :domain AND s.closed {state} AND (s.{time}, s.run) > (:oldest, :beyond) AND s.{time} <= :latest AND {filter}

-- name: condition_all_open
s.closed IS NULL

-- name: condition_of_run_id
s.domain = :domain AND s.workflow_id = :workflow_id AND s.run_id = :run_id

-- name: condition_open_of_workflow_id
s.domain = :domain AND s.workflow_id = :workflow_id AND s.closed IS NULL

-- Fragments: where a query looks. `s` is what is searched, `x` the execution; a tag filter searches the tags.

-- name: source
executions AS s CROSS JOIN executions AS x ON x.run = s.run

-- name: source_tagged
execution_tags AS s CROSS JOIN executions AS x ON x.run = s.run

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
