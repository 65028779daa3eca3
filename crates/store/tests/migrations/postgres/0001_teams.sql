CREATE TABLE teams (
    id         UUID        PRIMARY KEY,
    name       TEXT        COLLATE "C" NOT NULL,
    name_key   TEXT        COLLATE "C" NOT NULL,
    code       TEXT        COLLATE "C" UNIQUE,
    size       BIGINT      NOT NULL CHECK (size >= 0),
    spec       JSONB       NOT NULL DEFAULT '{}',
    parent     UUID        REFERENCES teams (id),
    created_at TIMESTAMPTZ NOT NULL,
    revision   BIGINT      NOT NULL
);
CREATE TABLE facts (position BIGINT PRIMARY KEY, payload BYTEA NOT NULL);
