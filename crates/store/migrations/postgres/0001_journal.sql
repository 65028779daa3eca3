-- The journal, its signed head, its checkpoints; requests already answered; data keys; cursors of feed consumers.
-- A writer inserts an entry and marks it pending; the sequencer numbers and chains committed entries in a second table,
-- because a sequence is not commit order: whoever tails it skips the entry of a late committer.

CREATE TABLE journal_entry (
    id             BIGINT      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream_kind    TEXT        COLLATE "C" NOT NULL,
    stream_id      UUID        NOT NULL,
    stream_version BIGINT      NOT NULL CHECK (stream_version > 0),
    kind           TEXT        COLLATE "C" NOT NULL,
    valid_time     TEXT        COLLATE "C" NOT NULL,
    record_time    TIMESTAMPTZ NOT NULL,
    actor          TEXT        COLLATE "C" NOT NULL,
    purpose        TEXT        COLLATE "C",
    request_id     UUID,
    payload        BYTEA       NOT NULL,
    UNIQUE (stream_id, stream_kind, stream_version)
);

-- `leaf` is the hash of the entry, made by its writer, so that the sequencer moves 32 bytes instead of the entry.
CREATE TABLE journal_pending (
    id   BIGINT PRIMARY KEY,
    leaf BYTEA  NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE journal_position (
    position BIGINT PRIMARY KEY,
    entry_id BIGINT NOT NULL UNIQUE,
    hash     BYTEA  NOT NULL CHECK (length(hash) = 32)
);

CREATE VIEW journal AS
    SELECT p.position, e.stream_kind, e.stream_id, e.stream_version, e.kind, e.valid_time, e.record_time, e.actor,
           e.purpose, e.request_id, e.payload, p.hash
    FROM journal_position p JOIN journal_entry e ON e.id = p.entry_id;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_position_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_position
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE journal_nodes (
    level  BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hash   BYTEA  NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
);

-- One row: the state of the journal after the last commit, signed. Its row lock is what makes one sequencer at a time.
CREATE TABLE journal_head (
    id          BIGINT      PRIMARY KEY CHECK (id = 1),
    journal     TEXT        COLLATE "C" NOT NULL,
    position    BIGINT      NOT NULL,
    hash        BYTEA       NOT NULL,
    root        BYTEA       NOT NULL,
    checkpoints BIGINT      NOT NULL,
    signed_at   TIMESTAMPTZ NOT NULL,
    key_id      TEXT        COLLATE "C" NOT NULL,
    signature   BYTEA       NOT NULL
) WITH (fillfactor = 10);

CREATE TABLE journal_checkpoints (
    number    BIGINT      PRIMARY KEY,
    position  BIGINT      NOT NULL,
    hash      BYTEA       NOT NULL,
    root      BYTEA       NOT NULL,
    signed_at TIMESTAMPTZ NOT NULL,
    key_id    TEXT        COLLATE "C" NOT NULL,
    signature BYTEA       NOT NULL
);
CREATE TRIGGER journal_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE requests (
    caller     TEXT        COLLATE "C" NOT NULL,
    request_id UUID        NOT NULL,
    method     TEXT        COLLATE "C" NOT NULL,
    digest     BYTEA       NOT NULL,
    resource   UUID,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (caller, request_id)
) WITH (fillfactor = 70);
CREATE INDEX requests_by_age ON requests (created_at);

-- `wrapped` is NULL once the key is destroyed: the row stays, so that nobody makes a second key for an erased subject.
CREATE TABLE data_keys (
    subject        UUID        PRIMARY KEY,
    key_version    BIGINT      NOT NULL,
    master_version BIGINT      NOT NULL,
    wrapped        BYTEA,
    created_at     TIMESTAMPTZ NOT NULL,
    destroyed_at   TIMESTAMPTZ
);

CREATE TABLE feed_cursors (
    projection TEXT   COLLATE "C" PRIMARY KEY,
    position   BIGINT NOT NULL
);

-- Entries that a projection refused again and again, and all that follow them in their stream.
CREATE TABLE feed_quarantine (
    projection     TEXT        COLLATE "C" NOT NULL,
    position       BIGINT      NOT NULL,
    stream_kind    TEXT        COLLATE "C" NOT NULL,
    stream_id      UUID        NOT NULL,
    stream_version BIGINT      NOT NULL,
    kind           TEXT        COLLATE "C" NOT NULL,
    valid_time     TEXT        COLLATE "C" NOT NULL,
    record_time    TIMESTAMPTZ NOT NULL,
    actor          TEXT        COLLATE "C" NOT NULL,
    purpose        TEXT        COLLATE "C",
    request_id     UUID,
    payload        BYTEA       NOT NULL,
    hash           BYTEA       NOT NULL,
    reason         TEXT        COLLATE "C" NOT NULL,
    PRIMARY KEY (projection, position)
);
