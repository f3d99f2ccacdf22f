-- The database of an embedded service: schema version 1. One transaction, run by database.py, which also sets user_version.
--
-- The events table is the truth: an execution can be rebuilt from its events alone. `executions` repeats of them what the visibility
-- operations filter and order by. Times are epoch seconds, whole milliseconds. A NULL means one thing only: not closed.
-- A file that bears this application_id is ours ("swfg").

PRAGMA application_id = 0x73776667;

CREATE TABLE domains (
    name TEXT NOT NULL PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('REGISTERED', 'DEPRECATED')),
    description TEXT NOT NULL,
    retention_days INTEGER NOT NULL CHECK (retention_days >= -1),  -- -1: NONE
    tags TEXT NOT NULL CHECK (json_valid(tags))                    -- a JSON object
) STRICT, WITHOUT ROWID;

CREATE TABLE types (
    kind TEXT NOT NULL CHECK (kind IN ('workflow', 'activity')),
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('REGISTERED', 'DEPRECATED')),
    description TEXT NOT NULL,
    created REAL NOT NULL,
    deprecated REAL NOT NULL,                                      -- 0.0: it is not
    defaults TEXT NOT NULL CHECK (json_valid(defaults)),           -- a JSON object: the default... members of the registration
    PRIMARY KEY (kind, domain, name, version),
    CHECK ((status = 'DEPRECATED') = (deprecated > 0.0))
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a run number is never used again, not even after retention has removed its execution.
CREATE TABLE executions (
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    domain TEXT NOT NULL REFERENCES domains (name),
    workflow_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    type_name TEXT NOT NULL,
    type_version TEXT NOT NULL,
    started REAL NOT NULL,
    tags TEXT NOT NULL CHECK (json_valid(tags)),                   -- a JSON array
    closed REAL,
    close_status TEXT CHECK (close_status IN ('COMPLETED', 'FAILED', 'CANCELED', 'TERMINATED', 'CONTINUED_AS_NEW', 'TIMED_OUT')),
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    latest_activity REAL NOT NULL DEFAULT 0.0,
    UNIQUE (domain, workflow_id, run_id),
    CHECK ((closed IS NULL) = (close_status IS NULL))
) STRICT;

-- SWF's own rule (StartWorkflowExecution, workflowId): no two open executions of one workflowId in a domain.
CREATE UNIQUE INDEX one_open_of_a_workflow_id ON executions (domain, workflow_id) WHERE closed IS NULL;

-- One index for each way in which the visibility operations filter and order, so that a page costs what it holds. Open executions are
-- at most 100,000 in a domain: their filters run over the one index by start time. `run` breaks ties of time (elsewhere it stands last
-- in an index by itself, being the rowid).
CREATE INDEX open_by_start ON executions (domain, started) WHERE closed IS NULL;
CREATE INDEX closed_by_start ON executions (domain, started) WHERE closed IS NOT NULL;
CREATE INDEX closed_by_close ON executions (domain, closed) WHERE closed IS NOT NULL;
CREATE INDEX closed_of_type_by_start ON executions (domain, type_name, started, run, type_version) WHERE closed IS NOT NULL;
CREATE INDEX closed_of_type_by_close ON executions (domain, type_name, closed, run, type_version) WHERE closed IS NOT NULL;
CREATE INDEX closed_as_by_start ON executions (domain, close_status, started) WHERE closed IS NOT NULL;
CREATE INDEX closed_as_by_close ON executions (domain, close_status, closed) WHERE closed IS NOT NULL;
CREATE INDEX closed_of_workflow_id ON executions (domain, workflow_id, run, started, closed) WHERE closed IS NOT NULL;

-- The tags again, one row each, with what a tag filter orders by. Kept by the triggers below; nobody else writes it.
CREATE TABLE execution_tags (
    run INTEGER NOT NULL REFERENCES executions (run) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    domain TEXT NOT NULL,
    started REAL NOT NULL,
    closed REAL,
    PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX open_tagged_by_start ON execution_tags (domain, tag, started) WHERE closed IS NULL;
CREATE INDEX closed_tagged_by_start ON execution_tags (domain, tag, started) WHERE closed IS NOT NULL;
CREATE INDEX closed_tagged_by_close ON execution_tags (domain, tag, closed) WHERE closed IS NOT NULL;

CREATE TRIGGER tags_of_an_opened_execution AFTER INSERT ON executions WHEN NEW.tags <> '[]' BEGIN
    INSERT OR IGNORE INTO execution_tags (run, tag, domain, started)
    SELECT NEW.run, value, NEW.domain, NEW.started FROM json_each(NEW.tags);
END;

CREATE TRIGGER tags_of_a_closed_execution AFTER UPDATE OF closed ON executions WHEN NEW.tags <> '[]' BEGIN
    UPDATE execution_tags SET closed = NEW.closed WHERE run = NEW.run;
END;

-- A rowid table on purpose: events of many executions arrive interleaved, their bodies go to the end of the table, and only the narrow
-- index is written in many places. (A table clustered by run writes a page for every execution in every commit: twice the time.)
CREATE TABLE events (
    run INTEGER NOT NULL REFERENCES executions (run) ON DELETE CASCADE,
    event_id INTEGER NOT NULL CHECK (event_id >= 1),
    body TEXT NOT NULL,                                            -- the event as the API shows it, JSON
    PRIMARY KEY (run, event_id)
) STRICT;

CREATE TABLE heartbeats (
    run INTEGER NOT NULL REFERENCES executions (run) ON DELETE CASCADE,
    scheduled_event_id INTEGER NOT NULL,
    at REAL NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (run, scheduled_event_id)
) STRICT, WITHOUT ROWID;

-- A task's heartbeat leaves with the task, a closed execution has no tasks.
CREATE TRIGGER heartbeats_of_a_closed_execution AFTER UPDATE OF closed ON executions BEGIN
    DELETE FROM heartbeats WHERE run = NEW.run;
END;

-- The door through which everything is written: rows go in, in their order, and the trigger of their kind puts them where they belong.
-- So a batch of any mixture is one statement and one transaction. An event comes as (run, its id, its body); what is rarer comes as the
-- JSON of a value of rows.py, whose fields the triggers name; free text comes beside it, since json_extract ends a string at a NUL.
CREATE VIEW inbox (kind, run, event_id, value, text) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE FALSE;

CREATE TRIGGER event_appended INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'EventAppended' BEGIN
    INSERT INTO events (run, event_id, body) VALUES (NEW.run, NEW.event_id, NEW.value);
END;

CREATE TRIGGER execution_opened INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'ExecutionOpened' BEGIN
    INSERT INTO executions (run, domain, workflow_id, run_id, type_name, type_version, started, tags)
    VALUES (
        json_extract(NEW.value, '$.run'), json_extract(NEW.value, '$.domain'), json_extract(NEW.value, '$.workflow_id'),
        json_extract(NEW.value, '$.run_id'), json_extract(NEW.value, '$.type_name'), json_extract(NEW.value, '$.type_version'),
        json_extract(NEW.value, '$.started'), json_extract(NEW.value, '$.tags')
    );
END;

CREATE TRIGGER execution_closed INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'ExecutionClosed' BEGIN
    UPDATE executions SET
        closed = json_extract(NEW.value, '$.closed'),
        close_status = json_extract(NEW.value, '$.close_status'),
        cancel_requested = json_extract(NEW.value, '$.cancel_requested'),
        latest_activity = json_extract(NEW.value, '$.latest_activity')
    WHERE run = json_extract(NEW.value, '$.run');
END;

CREATE TRIGGER execution_deleted INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'ExecutionDeleted' BEGIN
    DELETE FROM executions WHERE run = json_extract(NEW.value, '$.run');
END;

CREATE TRIGGER heartbeat_recorded INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'HeartbeatRecorded' BEGIN
    INSERT OR REPLACE INTO heartbeats (run, scheduled_event_id, at, details)
    VALUES (
        json_extract(NEW.value, '$.run'), json_extract(NEW.value, '$.scheduled_event_id'),
        json_extract(NEW.value, '$.at'), NEW.text
    );
END;

CREATE TRIGGER heartbeat_forgotten INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'HeartbeatForgotten' BEGIN
    DELETE FROM heartbeats
    WHERE run = json_extract(NEW.value, '$.run') AND scheduled_event_id = json_extract(NEW.value, '$.scheduled_event_id');
END;

CREATE TRIGGER domain_put INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'DomainRow' BEGIN
    INSERT INTO domains (name, status, description, retention_days, tags)
    VALUES (
        json_extract(NEW.value, '$.name'), json_extract(NEW.value, '$.status'), NEW.text,
        json_extract(NEW.value, '$.retention_days'), json_extract(NEW.value, '$.tags')
    )
    ON CONFLICT (name) DO UPDATE SET
        status = excluded.status, description = excluded.description, retention_days = excluded.retention_days, tags = excluded.tags;
END;

CREATE TRIGGER type_put INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'TypeRow' BEGIN
    INSERT OR REPLACE INTO types (kind, domain, name, version, status, description, created, deprecated, defaults)
    VALUES (
        json_extract(NEW.value, '$.kind'), json_extract(NEW.value, '$.domain'), json_extract(NEW.value, '$.name'),
        json_extract(NEW.value, '$.version'), json_extract(NEW.value, '$.status'), NEW.text,
        json_extract(NEW.value, '$.created'), json_extract(NEW.value, '$.deprecated'), json_extract(NEW.value, '$.defaults')
    );
END;

CREATE TRIGGER type_deleted INSTEAD OF INSERT ON inbox WHEN NEW.kind = 'TypeDeleted' BEGIN
    DELETE FROM types
    WHERE kind = json_extract(NEW.value, '$.kind') AND domain = json_extract(NEW.value, '$.domain')
        AND name = json_extract(NEW.value, '$.name') AND version = json_extract(NEW.value, '$.version');
END;
