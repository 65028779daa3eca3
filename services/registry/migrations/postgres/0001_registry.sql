-- Units in time, teams, mediators. Words are those of src/domain; days are YYYY-MM-DD, 0001-01-01 "since before records
-- began" and 9999-12-31 "still in force"; text is compared bytewise, as SQLite does.

CREATE TABLE units (
    id                   UUID NOT NULL PRIMARY KEY,
    revision             BIGINT NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL,
    updated_at           TIMESTAMPTZ NOT NULL
);

-- Two axes: valid_from..valid_to in the world, recorded_at..superseded_at in this database.
CREATE TABLE unit_versions (
    unit_id              UUID NOT NULL REFERENCES units (id),
    code                 TEXT COLLATE "C" NOT NULL,
    name                 TEXT COLLATE "C" NOT NULL,
    kind                 TEXT COLLATE "C" NOT NULL,
    parent_id            UUID NOT NULL, -- nil at the top
    province_id          UUID NOT NULL,
    commune_id           UUID NOT NULL, -- nil above communes
    valid_from           TEXT COLLATE "C" NOT NULL,
    valid_to             TEXT COLLATE "C" NOT NULL,
    household_count      INTEGER NOT NULL,
    ethnic_minority_area BOOLEAN NOT NULL,
    recorded_at          TIMESTAMPTZ NOT NULL,
    superseded_at        TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (unit_id, valid_from, superseded_at)
);
-- Of what is known now, a code has one version a day it can begin on; overlaps are refused by the import.
CREATE UNIQUE INDEX unit_versions_by_code ON unit_versions (code, valid_from, superseded_at);
CREATE INDEX unit_versions_by_parent ON unit_versions (parent_id, code);

CREATE TABLE unit_lineage (
    unit_id              UUID NOT NULL REFERENCES units (id),
    predecessor_id       UUID NOT NULL REFERENCES units (id),
    extent               TEXT COLLATE "C" NOT NULL,
    change_date          TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (unit_id, predecessor_id)
);
CREATE INDEX unit_lineage_by_predecessor ON unit_lineage (predecessor_id);

-- One row: imports follow each other, because no index can refuse two versions that overlap in days.
CREATE TABLE unit_register (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL
);
INSERT INTO unit_register (id, revision) VALUES (1, 0);

CREATE TABLE unit_imports (
    id                   UUID NOT NULL PRIMARY KEY,
    source               TEXT COLLATE "C" NOT NULL,
    created_count        INTEGER NOT NULL,
    unchanged_count      INTEGER NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL
);

CREATE TABLE teams (
    id                   UUID NOT NULL PRIMARY KEY,
    name                 TEXT COLLATE "C" NOT NULL,
    state                TEXT COLLATE "C" NOT NULL,
    area_unit_id         UUID NOT NULL,
    commune_id           UUID NOT NULL,
    province_id          UUID NOT NULL,
    target_size          INTEGER NOT NULL,
    plan_id              UUID NOT NULL,
    plan_index           INTEGER NOT NULL,
    plan_number          TEXT COLLATE "C" NOT NULL,
    plan_date            TEXT COLLATE "C" NOT NULL,
    plan_issuer          TEXT COLLATE "C" NOT NULL,
    exception_reason     TEXT COLLATE "C" NOT NULL,
    sole                 BOOLEAN NOT NULL,
    mediator_count       INTEGER NOT NULL,
    female_count         INTEGER NOT NULL,
    minority_count       INTEGER NOT NULL,
    leader_id            UUID,
    deficiencies         SMALLINT NOT NULL,
    active_date          TEXT COLLATE "C",
    revision             BIGINT NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL,
    updated_at           TIMESTAMPTZ NOT NULL
);
-- Rule 2 also between two plans at once: the second insert finds the first.
CREATE UNIQUE INDEX teams_one_per_area ON teams (area_unit_id) WHERE sole AND state <> 'dissolved';
CREATE INDEX teams_by_commune ON teams (commune_id, id);
CREATE INDEX teams_by_province ON teams (province_id, id);
CREATE INDEX teams_by_plan ON teams (plan_id);

CREATE TABLE elections (
    id                   UUID NOT NULL PRIMARY KEY,
    team_id              UUID NOT NULL REFERENCES teams (id),
    form                 TEXT COLLATE "C" NOT NULL,
    round                TEXT COLLATE "C" NOT NULL,
    election_date        TEXT COLLATE "C" NOT NULL,
    household_count      INTEGER NOT NULL,
    attending_count      INTEGER NOT NULL,
    outcome              TEXT COLLATE "C" NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL
);

CREATE TABLE recognition_lists (
    id                   UUID NOT NULL PRIMARY KEY,
    team_id              UUID NOT NULL REFERENCES teams (id),
    election_id          UUID NOT NULL REFERENCES elections (id),
    state                TEXT COLLATE "C" NOT NULL,
    receive_date         TEXT COLLATE "C" NOT NULL,
    due_date             TEXT COLLATE "C" NOT NULL,
    decision_number      TEXT COLLATE "C",
    decision_date        TEXT COLLATE "C",
    decision_issuer      TEXT COLLATE "C",
    revision             BIGINT NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL,
    updated_at           TIMESTAMPTZ NOT NULL
);
CREATE INDEX recognition_lists_by_team ON recognition_lists (team_id);

-- Who the person is lies sealed; what statistics count lies in the clear, under the id alone.
CREATE TABLE mediators (
    id                   UUID NOT NULL PRIMARY KEY,
    team_id              UUID NOT NULL REFERENCES teams (id),
    area_unit_id         UUID NOT NULL,
    commune_id           UUID NOT NULL,
    province_id          UUID NOT NULL,
    election_id          UUID NOT NULL,
    election_index       INTEGER NOT NULL,
    state                TEXT COLLATE "C" NOT NULL,
    votes_for            INTEGER NOT NULL,
    nominated_by_front   BOOLEAN NOT NULL,
    gender               TEXT COLLATE "C" NOT NULL,
    ethnic_class         TEXT COLLATE "C" NOT NULL,
    education_class      TEXT COLLATE "C" NOT NULL,
    sealed_person        BYTEA NOT NULL,
    list_id              UUID,
    recognition_number   TEXT COLLATE "C",
    recognition_date     TEXT COLLATE "C",
    recognition_issuer   TEXT COLLATE "C",
    cessation            TEXT COLLATE "C",
    cessation_date       TEXT COLLATE "C",
    cessation_number     TEXT COLLATE "C",
    cessation_decided    TEXT COLLATE "C",
    cessation_issuer     TEXT COLLATE "C",
    sealed_note          BYTEA,
    revision             BIGINT NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL,
    updated_at           TIMESTAMPTZ NOT NULL
);
CREATE INDEX mediators_by_team ON mediators (team_id, id);
CREATE INDEX mediators_by_commune ON mediators (commune_id, id);

CREATE TABLE leader_terms (
    id                   UUID NOT NULL PRIMARY KEY,
    team_id              UUID NOT NULL REFERENCES teams (id),
    mediator_id          UUID NOT NULL,
    state                TEXT COLLATE "C" NOT NULL,
    election_date        TEXT COLLATE "C" NOT NULL,
    submit_due_date      TEXT COLLATE "C" NOT NULL,
    receive_date         TEXT COLLATE "C",
    decide_due_date      TEXT COLLATE "C",
    decision_number      TEXT COLLATE "C",
    decision_date        TEXT COLLATE "C",
    decision_issuer      TEXT COLLATE "C",
    sealed_note          BYTEA,
    revision             BIGINT NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL,
    updated_at           TIMESTAMPTZ NOT NULL
);
CREATE INDEX leader_terms_by_team ON leader_terms (team_id);
