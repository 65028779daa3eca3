CREATE TABLE teams (
    id         BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL,
    name_key   TEXT    NOT NULL,
    code       TEXT    UNIQUE,
    size       INTEGER NOT NULL CHECK (size >= 0),
    spec       TEXT    NOT NULL DEFAULT '{}',
    parent     BLOB    REFERENCES teams (id),
    created_at INTEGER NOT NULL,
    revision   INTEGER NOT NULL
) STRICT;
CREATE TABLE facts (position INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT;
