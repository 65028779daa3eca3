-- Teams and mediators on two axes of time: valid_from..valid_to in the world, recorded_at..superseded_at in this database.
-- Columns are those of teams and mediators, so that one filter reads either. Rows are never changed but for
-- superseded_at, and never deleted. Who a person is stays sealed under the person's key here too.

-- The decision that fixed the present target size; none: the one that planned the team.
ALTER TABLE teams ADD COLUMN size_number TEXT;
ALTER TABLE teams ADD COLUMN size_date TEXT;
ALTER TABLE teams ADD COLUMN size_issuer TEXT;
-- How a team ended, by which decision, and which team took its open cases and its books over.
ALTER TABLE teams ADD COLUMN end_kind TEXT;
ALTER TABLE teams ADD COLUMN end_number TEXT;
ALTER TABLE teams ADD COLUMN end_date TEXT;
ALTER TABLE teams ADD COLUMN end_issuer TEXT;
ALTER TABLE teams ADD COLUMN successor_id BLOB;

-- Which teams a team went on in: one for a merger, two or more for a split.
CREATE TABLE team_successions (
    team_id      BLOB NOT NULL REFERENCES teams (id),
    successor_id BLOB NOT NULL REFERENCES teams (id),
    change_date  TEXT NOT NULL,
    PRIMARY KEY (team_id, successor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_successions_by_successor ON team_successions (successor_id);

-- Rule 7: one review a team a year.
CREATE TABLE team_reviews (
    id          BLOB NOT NULL PRIMARY KEY,
    team_id     BLOB NOT NULL REFERENCES teams (id),
    review_year INTEGER NOT NULL,
    review_date TEXT NOT NULL,
    result      TEXT NOT NULL,
    leader_id   BLOB,
    minutes     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (team_id, review_year)
) STRICT, WITHOUT ROWID;

-- Rule 2: why an area has no team, or more than one, on some days.
CREATE TABLE area_exceptions (
    id              BLOB NOT NULL PRIMARY KEY,
    area_unit_id    BLOB NOT NULL,
    commune_id      BLOB NOT NULL,
    province_id     BLOB NOT NULL,
    kind            TEXT NOT NULL,
    reason          TEXT NOT NULL,
    decision_number TEXT NOT NULL,
    decision_date   TEXT NOT NULL,
    decision_issuer TEXT NOT NULL,
    valid_from      TEXT NOT NULL,
    valid_to        TEXT NOT NULL,
    recorded_at     INTEGER NOT NULL,
    superseded_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX area_exceptions_by_area ON area_exceptions (area_unit_id, superseded_at);
CREATE INDEX area_exceptions_by_commune ON area_exceptions (commune_id, area_unit_id);

CREATE TABLE team_versions (
    version_id       INTEGER PRIMARY KEY,
    id               BLOB NOT NULL REFERENCES teams (id),
    name             TEXT NOT NULL,
    state            TEXT NOT NULL,
    area_unit_id     BLOB NOT NULL,
    commune_id       BLOB NOT NULL,
    province_id      BLOB NOT NULL,
    target_size      INTEGER NOT NULL,
    plan_number      TEXT NOT NULL,
    plan_date        TEXT NOT NULL,
    plan_issuer      TEXT NOT NULL,
    exception_reason TEXT NOT NULL,
    mediator_count   INTEGER NOT NULL,
    female_count     INTEGER NOT NULL,
    minority_count   INTEGER NOT NULL,
    leader_id        BLOB,
    deficiencies     INTEGER NOT NULL,
    active_date      TEXT,
    size_number      TEXT,
    size_date        TEXT,
    size_issuer      TEXT,
    end_kind         TEXT,
    end_number       TEXT,
    end_date         TEXT,
    end_issuer       TEXT,
    successor_id     BLOB,
    revision         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    valid_from       TEXT NOT NULL,
    valid_to         TEXT NOT NULL,
    recorded_at      INTEGER NOT NULL,
    superseded_at    INTEGER NOT NULL
) STRICT;
-- One team in time; also walks all teams in the order of their ids.
CREATE INDEX team_versions_by_team ON team_versions (id, superseded_at, valid_from);
CREATE INDEX team_versions_by_area ON team_versions (area_unit_id, superseded_at);
CREATE INDEX team_versions_by_commune ON team_versions (commune_id, id, superseded_at);

CREATE TABLE mediator_versions (
    version_id         INTEGER PRIMARY KEY,
    id                 BLOB NOT NULL REFERENCES mediators (id),
    team_id            BLOB NOT NULL,
    area_unit_id       BLOB NOT NULL,
    commune_id         BLOB NOT NULL,
    province_id        BLOB NOT NULL,
    election_id        BLOB NOT NULL,
    election_index     INTEGER NOT NULL,
    state              TEXT NOT NULL,
    votes_for          INTEGER NOT NULL,
    nominated_by_front INTEGER NOT NULL,
    gender             TEXT NOT NULL,
    ethnic_class       TEXT NOT NULL,
    education_class    TEXT NOT NULL,
    sealed_person      BLOB NOT NULL,
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
    updated_at         INTEGER NOT NULL,
    valid_from         TEXT NOT NULL,
    valid_to           TEXT NOT NULL,
    recorded_at        INTEGER NOT NULL,
    superseded_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX mediator_versions_by_mediator ON mediator_versions (id, superseded_at, valid_from);
CREATE INDEX mediator_versions_by_team ON mediator_versions (team_id, id, superseded_at);
CREATE INDEX mediator_versions_by_commune ON mediator_versions (commune_id, id, superseded_at);

-- What was kept before this migration is known from the last change on, and told of the day that the record gives for
-- it: earlier states are in the journal alone.
INSERT INTO team_versions (id, name, state, area_unit_id, commune_id, province_id, target_size, plan_number, plan_date,
    plan_issuer, exception_reason, mediator_count, female_count, minority_count, leader_id, deficiencies, active_date,
    revision, created_at, updated_at, valid_from, valid_to, recorded_at, superseded_at)
SELECT id, name, state, area_unit_id, commune_id, province_id, target_size, plan_number, plan_date, plan_issuer,
    exception_reason, mediator_count, female_count, minority_count, leader_id, deficiencies, active_date, revision,
    created_at, updated_at, plan_date, '9999-12-31', updated_at, 253402300799999999
FROM teams;
INSERT INTO mediator_versions (id, team_id, area_unit_id, commune_id, province_id, election_id, election_index, state,
    votes_for, nominated_by_front, gender, ethnic_class, education_class, sealed_person, list_id, recognition_number,
    recognition_date, recognition_issuer, cessation, cessation_date, cessation_number, cessation_decided,
    cessation_issuer, sealed_note, revision, created_at, updated_at, valid_from, valid_to, recorded_at, superseded_at)
SELECT m.id, m.team_id, m.area_unit_id, m.commune_id, m.province_id, m.election_id, m.election_index, m.state,
    m.votes_for, m.nominated_by_front, m.gender, m.ethnic_class, m.education_class, m.sealed_person, m.list_id,
    m.recognition_number, m.recognition_date, m.recognition_issuer, m.cessation, m.cessation_date, m.cessation_number,
    m.cessation_decided, m.cessation_issuer, m.sealed_note, m.revision, m.created_at, m.updated_at,
    COALESCE(m.cessation_date, m.recognition_date, e.election_date), '9999-12-31', m.updated_at, 253402300799999999
FROM mediators m JOIN elections e ON e.id = m.election_id;
