-- Units in time, teams, mediators. Words are those of src/domain; days are YYYY-MM-DD, 0001-01-01 "since before records
-- began" and 9999-12-31 "still in force"; instants are microseconds since 1970; ids 16 bytes.

CREATE TABLE units (
    id         BLOB    NOT NULL PRIMARY KEY,
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Two axes: valid_from..valid_to in the world, recorded_at..superseded_at in this database.
CREATE TABLE unit_versions (
    unit_id              BLOB    NOT NULL REFERENCES units (id),
    code                 TEXT    NOT NULL,
    name                 TEXT    NOT NULL,
    kind                 TEXT    NOT NULL,
    parent_id            BLOB    NOT NULL, -- nil at the top
    province_id          BLOB    NOT NULL,
    commune_id           BLOB    NOT NULL, -- nil above communes
    valid_from           TEXT    NOT NULL,
    valid_to             TEXT    NOT NULL,
    household_count      INTEGER NOT NULL,
    ethnic_minority_area INTEGER NOT NULL,
    recorded_at          INTEGER NOT NULL,
    superseded_at        INTEGER NOT NULL,
    PRIMARY KEY (unit_id, valid_from, superseded_at)
) STRICT, WITHOUT ROWID;
-- Of what is known now, a code has one version a day it can begin on; overlaps are refused by the import.
CREATE UNIQUE INDEX unit_versions_by_code ON unit_versions (code, valid_from, superseded_at);
CREATE INDEX unit_versions_by_parent ON unit_versions (parent_id, code);

CREATE TABLE unit_lineage (
    unit_id        BLOB NOT NULL REFERENCES units (id),
    predecessor_id BLOB NOT NULL REFERENCES units (id),
    extent         TEXT NOT NULL,
    change_date    TEXT NOT NULL,
    PRIMARY KEY (unit_id, predecessor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_lineage_by_predecessor ON unit_lineage (predecessor_id);

-- One row: imports follow each other, because no index can refuse two versions that overlap in days.
CREATE TABLE unit_register (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO unit_register (id, revision) VALUES (1, 0);

CREATE TABLE unit_imports (
    id              BLOB    NOT NULL PRIMARY KEY,
    source          TEXT    NOT NULL,
    created_count   INTEGER NOT NULL,
    unchanged_count INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE teams (
    id               BLOB    NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    area_unit_id     BLOB    NOT NULL,
    commune_id       BLOB    NOT NULL,
    province_id      BLOB    NOT NULL,
    target_size      INTEGER NOT NULL,
    plan_id          BLOB    NOT NULL,
    plan_index       INTEGER NOT NULL,
    plan_number      TEXT    NOT NULL,
    plan_date        TEXT    NOT NULL,
    plan_issuer      TEXT    NOT NULL,
    exception_reason TEXT    NOT NULL,
    sole             INTEGER NOT NULL,
    mediator_count   INTEGER NOT NULL,
    female_count     INTEGER NOT NULL,
    minority_count   INTEGER NOT NULL,
    leader_id        BLOB,
    deficiencies     INTEGER NOT NULL,
    active_date      TEXT,
    revision         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Rule 2 also between two plans at once: the second insert finds the first.
CREATE UNIQUE INDEX teams_one_per_area ON teams (area_unit_id) WHERE sole AND state <> 'dissolved';
CREATE INDEX teams_by_commune ON teams (commune_id, id);
CREATE INDEX teams_by_province ON teams (province_id, id);
CREATE INDEX teams_by_plan ON teams (plan_id);

CREATE TABLE elections (
    id              BLOB    NOT NULL PRIMARY KEY,
    team_id         BLOB    NOT NULL REFERENCES teams (id),
    form            TEXT    NOT NULL,
    round           TEXT    NOT NULL,
    election_date   TEXT    NOT NULL,
    household_count INTEGER NOT NULL,
    attending_count INTEGER NOT NULL,
    outcome         TEXT    NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recognition_lists (
    id              BLOB    NOT NULL PRIMARY KEY,
    team_id         BLOB    NOT NULL REFERENCES teams (id),
    election_id     BLOB    NOT NULL REFERENCES elections (id),
    state           TEXT    NOT NULL,
    receive_date    TEXT    NOT NULL,
    due_date        TEXT    NOT NULL,
    decision_number TEXT,
    decision_date   TEXT,
    decision_issuer TEXT,
    revision        INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recognition_lists_by_team ON recognition_lists (team_id);

-- Who the person is lies sealed; what statistics count lies in the clear, under the id alone.
CREATE TABLE mediators (
    id                 BLOB    NOT NULL PRIMARY KEY,
    team_id            BLOB    NOT NULL REFERENCES teams (id),
    area_unit_id       BLOB    NOT NULL,
    commune_id         BLOB    NOT NULL,
    province_id        BLOB    NOT NULL,
    election_id        BLOB    NOT NULL,
    election_index     INTEGER NOT NULL,
    state              TEXT    NOT NULL,
    votes_for          INTEGER NOT NULL,
    nominated_by_front INTEGER NOT NULL,
    gender             TEXT    NOT NULL,
    ethnic_class       TEXT    NOT NULL,
    education_class    TEXT    NOT NULL,
    sealed_person      BLOB    NOT NULL,
    list_id            BLOB,
    recognition_number TEXT,
    recognition_date   TEXT,
    recognition_issuer TEXT,
    cessation          TEXT,
    cessation_date     TEXT,
    cessation_number   TEXT,
    cessation_decided  TEXT,
    cessation_issuer   TEXT,
    sealed_note        BLOB,
    revision           INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mediators_by_team ON mediators (team_id, id);
CREATE INDEX mediators_by_commune ON mediators (commune_id, id);

CREATE TABLE leader_terms (
    id              BLOB    NOT NULL PRIMARY KEY,
    team_id         BLOB    NOT NULL REFERENCES teams (id),
    mediator_id     BLOB    NOT NULL,
    state           TEXT    NOT NULL,
    election_date   TEXT    NOT NULL,
    submit_due_date TEXT    NOT NULL,
    receive_date    TEXT,
    decide_due_date TEXT,
    decision_number TEXT,
    decision_date   TEXT,
    decision_issuer TEXT,
    sealed_note     BLOB,
    revision        INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX leader_terms_by_team ON leader_terms (team_id);
