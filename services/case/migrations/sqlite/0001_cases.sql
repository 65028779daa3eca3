-- Cases and register books, and what this service knows of the registry (fed by its journal, rebuilt at will).
-- Days are TEXT 'YYYY-MM-DD'; words are those of src/domain. Content is ciphertext under the key of the case.

CREATE TABLE register_books (
    id            BLOB    NOT NULL PRIMARY KEY,
    team_id       BLOB    NOT NULL,
    province_id   BLOB    NOT NULL,
    commune_id    BLOB    NOT NULL,
    area_unit_id  BLOB    NOT NULL,
    number        INTEGER NOT NULL,
    opened_on     TEXT    NOT NULL,
    closed_on     TEXT,
    entry_count   INTEGER NOT NULL,
    last_entry_on TEXT,
    revision      INTEGER NOT NULL,
    UNIQUE (team_id, number)
) STRICT;
-- A team has one open book at most.
CREATE UNIQUE INDEX register_books_open ON register_books (team_id) WHERE closed_on IS NULL;

CREATE TABLE cases (
    id                   BLOB    NOT NULL PRIMARY KEY,
    province_id          BLOB    NOT NULL,
    commune_id           BLOB    NOT NULL,
    area_unit_id         BLOB    NOT NULL,
    team_id              BLOB    NOT NULL,
    state                TEXT    NOT NULL,
    category             TEXT    NOT NULL,
    ground               TEXT    NOT NULL,
    book_id              BLOB    NOT NULL REFERENCES register_books (id),
    number               INTEGER NOT NULL,
    party_count          INTEGER NOT NULL,
    received_on          TEXT    NOT NULL,
    mediators            TEXT    NOT NULL,
    session_count        INTEGER NOT NULL,
    first_session_due_on TEXT,
    last_step_on         TEXT    NOT NULL,
    concluded_on         TEXT,
    unsuccessful_reason  TEXT,
    court_due_on         TEXT,
    content              BLOB    NOT NULL,
    late_reason          BLOB,
    read_count           INTEGER NOT NULL DEFAULT 0,
    revision             INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    -- The entry of the register (rule 32): one a number, never taken back.
    UNIQUE (book_id, number)
) STRICT;
-- Lists of an area unit read those of its commune, lists of a province walk the primary key: two indexes fewer to write.
CREATE INDEX cases_by_team ON cases (team_id, id);
CREATE INDEX cases_by_commune ON cases (commune_id, id);

CREATE TABLE known_teams (
    id           BLOB    NOT NULL PRIMARY KEY,
    province_id  BLOB    NOT NULL,
    commune_id   BLOB    NOT NULL,
    area_unit_id BLOB    NOT NULL,
    active_from  TEXT,
    dissolved_on TEXT
) STRICT;
CREATE INDEX known_teams_by_area_unit ON known_teams (area_unit_id);
CREATE INDEX known_teams_by_commune ON known_teams (commune_id);
CREATE INDEX known_teams_by_province ON known_teams (province_id);

-- A mediator in force in a team between two days, the last one included.
CREATE TABLE known_mediators (
    team_id     BLOB NOT NULL,
    mediator_id BLOB NOT NULL,
    from_on     TEXT NOT NULL,
    to_on       TEXT,
    PRIMARY KEY (team_id, mediator_id, from_on)
) STRICT;
CREATE INDEX known_mediators_by_mediator ON known_mediators (mediator_id);

-- A leader in force in a team between two days, the last one included.
CREATE TABLE known_leaders (
    term_id     BLOB NOT NULL PRIMARY KEY,
    team_id     BLOB NOT NULL,
    mediator_id BLOB NOT NULL,
    from_on     TEXT NOT NULL,
    to_on       TEXT
) STRICT;
CREATE INDEX known_leaders_by_team ON known_leaders (team_id);
