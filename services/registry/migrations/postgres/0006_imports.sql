-- Imports of rosters: which file, of which area, what became of it. No name of anybody.

CREATE TABLE roster_imports (
    id              UUID                    NOT NULL PRIMARY KEY,
    kind            TEXT COLLATE "C"        NOT NULL,
    unit_id         UUID                    NOT NULL,
    source          TEXT                    NOT NULL,
    file_digest     BYTEA                   NOT NULL, -- SHA-256
    created_count   INTEGER                 NOT NULL,
    updated_count   INTEGER                 NOT NULL,
    unchanged_count INTEGER                 NOT NULL,
    faulty_count    INTEGER                 NOT NULL,
    deviating_count INTEGER                 NOT NULL,
    answer          TEXT                    NOT NULL, -- lines and faults by their places and words: a repeat is answered from it
    created_at      TIMESTAMPTZ             NOT NULL
);
