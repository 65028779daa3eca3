-- The journal, its signed head, its checkpoints; requests already answered; data keys; cursors of feed consumers.

CREATE TABLE journal (
    position       INTEGER PRIMARY KEY,
    stream_kind    TEXT    NOT NULL,
    stream_id      BLOB    NOT NULL CHECK (length(stream_id) = 16),
    stream_version INTEGER NOT NULL CHECK (stream_version > 0),
    kind           TEXT    NOT NULL,
    valid_time     TEXT    NOT NULL,
    record_time    INTEGER NOT NULL,
    actor          TEXT    NOT NULL,
    purpose        TEXT,
    request_id     BLOB,
    payload        BLOB    NOT NULL,
    hash           BLOB    NOT NULL CHECK (length(hash) = 32),
    UNIQUE (stream_id, stream_kind, stream_version)
) STRICT;

-- The optimistic lock: version n + 1 follows version n of the same stream or is refused.
CREATE TRIGGER journal_contiguous BEFORE INSERT ON journal
WHEN NEW.stream_version > 1 AND NOT EXISTS (
    SELECT 1 FROM journal
    WHERE stream_id = NEW.stream_id AND stream_kind = NEW.stream_kind AND stream_version = NEW.stream_version - 1)
BEGIN SELECT RAISE(ABORT, 'stale stream version'); END;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Roots of complete subtrees of 256, 65536, ... entries: what makes a proof cost the logarithm of the history.
CREATE TABLE journal_nodes (
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash   BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- One row: the state of the journal after the last commit, signed.
CREATE TABLE journal_head (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    journal     TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    root        BLOB    NOT NULL,
    checkpoints INTEGER NOT NULL,
    signed_at   INTEGER NOT NULL,
    key_id      TEXT    NOT NULL,
    signature   BLOB    NOT NULL
) STRICT;

CREATE TABLE journal_checkpoints (
    number    INTEGER PRIMARY KEY,
    position  INTEGER NOT NULL,
    hash      BLOB    NOT NULL,
    root      BLOB    NOT NULL,
    signed_at INTEGER NOT NULL,
    key_id    TEXT    NOT NULL,
    signature BLOB    NOT NULL
) STRICT;
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON journal_checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON journal_checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;

CREATE TABLE requests (
    caller     TEXT    NOT NULL,
    request_id BLOB    NOT NULL,
    method     TEXT    NOT NULL,
    digest     BLOB    NOT NULL,
    resource   BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (caller, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_age ON requests (created_at);

-- `wrapped` is NULL once the key is destroyed: the row stays, so that nobody makes a second key for an erased subject.
CREATE TABLE data_keys (
    subject        BLOB    PRIMARY KEY,
    key_version    INTEGER NOT NULL,
    master_version INTEGER NOT NULL,
    wrapped        BLOB,
    created_at     INTEGER NOT NULL,
    destroyed_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_cursors (
    projection TEXT    PRIMARY KEY,
    position   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Entries that a projection refused again and again, and all that follow them in their stream.
CREATE TABLE feed_quarantine (
    projection     TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    stream_kind    TEXT    NOT NULL,
    stream_id      BLOB    NOT NULL,
    stream_version INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    valid_time     TEXT    NOT NULL,
    record_time    INTEGER NOT NULL,
    actor          TEXT    NOT NULL,
    purpose        TEXT,
    request_id     BLOB,
    payload        BLOB    NOT NULL,
    hash           BLOB    NOT NULL,
    reason         TEXT    NOT NULL,
    PRIMARY KEY (projection, position)
) STRICT, WITHOUT ROWID;
