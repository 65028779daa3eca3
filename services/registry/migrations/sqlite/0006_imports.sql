-- Imports of rosters: which file, of which area, what became of it. No name of anybody.

CREATE TABLE roster_imports (
    id              BLOB    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL,
    unit_id         BLOB    NOT NULL,
    source          TEXT    NOT NULL,
    file_digest     BLOB    NOT NULL, -- SHA-256
    created_count   INTEGER NOT NULL,
    updated_count   INTEGER NOT NULL,
    unchanged_count INTEGER NOT NULL,
    faulty_count    INTEGER NOT NULL,
    deviating_count INTEGER NOT NULL,
    answer          TEXT    NOT NULL, -- lines and faults by their places and words: a repeat is answered from it
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
