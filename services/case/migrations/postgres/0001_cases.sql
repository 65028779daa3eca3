-- Cases and register books, and what this service knows of the registry (fed by its journal, rebuilt at will).
-- Days are TEXT 'YYYY-MM-DD'; words are those of src/domain. Content is ciphertext under the key of the case.

CREATE TABLE register_books (
    id            UUID NOT NULL PRIMARY KEY,
    team_id       UUID NOT NULL,
    province_id   UUID NOT NULL,
    commune_id    UUID NOT NULL,
    area_unit_id  UUID NOT NULL,
    number        INTEGER NOT NULL,
    opened_on     TEXT COLLATE "C" NOT NULL,
    closed_on     TEXT COLLATE "C",
    entry_count   INTEGER NOT NULL,
    last_entry_on TEXT COLLATE "C",
    revision      BIGINT NOT NULL,
    UNIQUE (team_id, number)
);
-- A team has one open book at most.
CREATE UNIQUE INDEX register_books_open ON register_books (team_id) WHERE closed_on IS NULL;

CREATE TABLE cases (
    id                   UUID NOT NULL PRIMARY KEY,
    province_id          UUID NOT NULL,
    commune_id           UUID NOT NULL,
    area_unit_id         UUID NOT NULL,
    team_id              UUID NOT NULL,
    state                TEXT COLLATE "C" NOT NULL,
    category             TEXT COLLATE "C" NOT NULL,
    ground               TEXT COLLATE "C" NOT NULL,
    book_id              UUID NOT NULL REFERENCES register_books (id),
    number               INTEGER NOT NULL,
    party_count          INTEGER NOT NULL,
    received_on          TEXT COLLATE "C" NOT NULL,
    mediators            TEXT COLLATE "C" NOT NULL,
    session_count        INTEGER NOT NULL,
    first_session_due_on TEXT COLLATE "C",
    last_step_on         TEXT COLLATE "C" NOT NULL,
    concluded_on         TEXT COLLATE "C",
    unsuccessful_reason  TEXT COLLATE "C",
    court_due_on         TEXT COLLATE "C",
    content              BYTEA NOT NULL,
    late_reason          BYTEA,
    read_count           BIGINT NOT NULL DEFAULT 0,
    revision             BIGINT NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL,
    updated_at           TIMESTAMPTZ NOT NULL,
    -- The entry of the register (rule 32): one a number, never taken back.
    UNIQUE (book_id, number)
);
-- Lists of an area unit read those of its commune, lists of a province walk the primary key: two indexes fewer to write.
CREATE INDEX cases_by_team ON cases (team_id, id);
CREATE INDEX cases_by_commune ON cases (commune_id, id);

CREATE TABLE known_teams (
    id           UUID NOT NULL PRIMARY KEY,
    province_id  UUID NOT NULL,
    commune_id   UUID NOT NULL,
    area_unit_id UUID NOT NULL,
    active_from  TEXT COLLATE "C",
    dissolved_on TEXT COLLATE "C"
);
CREATE INDEX known_teams_by_area_unit ON known_teams (area_unit_id);
CREATE INDEX known_teams_by_commune ON known_teams (commune_id);
CREATE INDEX known_teams_by_province ON known_teams (province_id);

-- A mediator in force in a team between two days, the last one included.
CREATE TABLE known_mediators (
    team_id     UUID NOT NULL,
    mediator_id UUID NOT NULL,
    from_on     TEXT COLLATE "C" NOT NULL,
    to_on       TEXT COLLATE "C",
    PRIMARY KEY (team_id, mediator_id, from_on)
);
CREATE INDEX known_mediators_by_mediator ON known_mediators (mediator_id);

-- A leader in force in a team between two days, the last one included.
CREATE TABLE known_leaders (
    term_id     UUID NOT NULL PRIMARY KEY,
    team_id     UUID NOT NULL,
    mediator_id UUID NOT NULL,
    from_on     TEXT COLLATE "C" NOT NULL,
    to_on       TEXT COLLATE "C"
);
CREATE INDEX known_leaders_by_team ON known_leaders (team_id);
