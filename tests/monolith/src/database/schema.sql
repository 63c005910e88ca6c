-- The tables of Millrace. Times are milliseconds since the epoch, JSON is text.

CREATE TABLE IF NOT EXISTS tasks (
    id               INTEGER PRIMARY KEY,
    workflow         TEXT    NOT NULL,
    workflow_version INTEGER NOT NULL,
    context          TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    priority         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    finished_at      INTEGER,
    lock_version     INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS steps (
    id           INTEGER PRIMARY KEY,
    task_id      INTEGER NOT NULL REFERENCES tasks (id),
    name         TEXT    NOT NULL,
    handler      TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    params       TEXT    NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    output       TEXT,
    failure      TEXT,
    retry_at     INTEGER,
    updated_at   INTEGER NOT NULL,
    lock_version INTEGER NOT NULL DEFAULT 0,
    UNIQUE (task_id, name)
);

CREATE TABLE IF NOT EXISTS step_edges (
    task_id INTEGER NOT NULL REFERENCES tasks (id),
    parent  INTEGER NOT NULL REFERENCES steps (id),
    child   INTEGER NOT NULL REFERENCES steps (id),
    PRIMARY KEY (parent, child)
);

-- The history of every task and step.
CREATE TABLE IF NOT EXISTS transitions (
    id         INTEGER PRIMARY KEY,
    entity     TEXT    NOT NULL,
    entity_id  INTEGER NOT NULL,
    from_state TEXT    NOT NULL,
    to_state   TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    at         INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS messages (
    id          INTEGER PRIMARY KEY,
    queue       TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    priority    INTEGER NOT NULL,
    enqueued_at INTEGER NOT NULL,
    visible_at  INTEGER NOT NULL,
    deliveries  INTEGER NOT NULL DEFAULT 0,
    claimed_by  TEXT
);

CREATE TABLE IF NOT EXISTS dead_letters (
    id     INTEGER PRIMARY KEY,
    queue  TEXT    NOT NULL,
    body   TEXT    NOT NULL,
    reason TEXT    NOT NULL,
    at     INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS events (
    id      INTEGER PRIMARY KEY,
    kind    TEXT    NOT NULL,
    task_id INTEGER NOT NULL,
    step_id INTEGER,
    detail  TEXT    NOT NULL,
    at      INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS steps_by_task ON steps (task_id);
CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue, visible_at);
