-- The state file of the alerts: what has been seen to, and what is to be told. Times are epoch seconds.

CREATE TABLE IF NOT EXISTS watched (   -- a workflow in a domain
    domain   TEXT NOT NULL,
    workflow TEXT NOT NULL,
    since    REAL NOT NULL,            -- what happened before is nobody's alert
    reached  REAL NOT NULL,            -- closed executions up to about then have been seen
    PRIMARY KEY (domain, workflow)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS seen (      -- closed executions that have been looked at: lists of them overlap
    run_id TEXT PRIMARY KEY,
    closed REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_by_time ON seen (closed);

CREATE TABLE IF NOT EXISTS outbox (    -- alerts, one per channel
    id      TEXT PRIMARY KEY,          -- the same occurrence has the same id: that makes it one alert
    channel TEXT NOT NULL,
    level   TEXT NOT NULL,
    title   TEXT NOT NULL,
    body    TEXT NOT NULL,
    at      REAL NOT NULL,             -- when it happened: they go out in that order
    made    REAL NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 0,
    due     REAL NOT NULL DEFAULT 0,   -- not to be sent before: a retry, or another process is at it
    problem TEXT NOT NULL DEFAULT '',  -- of the last try
    done    REAL NOT NULL DEFAULT 0,   -- when it was sent, or given up
    given_up INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outbox_to_send ON outbox (channel, due) WHERE done = 0;
CREATE INDEX IF NOT EXISTS outbox_by_time ON outbox (made);

-- begin
INSERT INTO watched (domain, workflow, since, reached) VALUES (:domain, :workflow, :now, :now) ON CONFLICT DO NOTHING;

-- watched
SELECT since, reached FROM watched WHERE domain = :domain AND workflow = :workflow;

-- reached
UPDATE watched SET reached = max(reached, :reached) WHERE domain = :domain AND workflow = :workflow;

-- is_seen
SELECT 1 FROM seen WHERE run_id = :run_id;

-- see
INSERT INTO seen (run_id, closed) VALUES (:run_id, :closed) ON CONFLICT DO NOTHING;

-- is_known
SELECT 1 FROM outbox WHERE id = :id;

-- tell
INSERT INTO outbox (id, channel, level, title, body, at, made) VALUES (:id, :channel, :level, :title, :body, :at, :made) ON CONFLICT DO NOTHING;

-- due
SELECT id, channel, level, title, body, at, made, tries FROM outbox
WHERE channel = :channel AND done = 0 AND due <= :now ORDER BY at, id LIMIT :most;

-- claim
UPDATE outbox SET due = :until WHERE id = :id;

-- sent
UPDATE outbox SET done = :now, tries = tries + 1, problem = '' WHERE id = :id;

-- failed
UPDATE outbox SET tries = tries + 1, problem = :problem, due = :due WHERE id = :id AND done = 0;

-- hold
UPDATE outbox SET due = max(due, :due) WHERE channel = :channel AND done = 0;

-- give_up
UPDATE outbox SET done = :now, given_up = 1 WHERE done = 0 AND made < :before AND tries > 0 RETURNING id, channel, title;

-- latest
SELECT id, channel, title, made, tries, problem, done, given_up FROM outbox ORDER BY at DESC, id LIMIT :most;

-- forget_seen
DELETE FROM seen WHERE closed < :before;

-- forget_alerts
DELETE FROM outbox WHERE done > 0 AND done < :before;
