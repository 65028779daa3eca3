-- Evaluation: its own records (cycles, assessments) and what it keeps of the registry's and the case service's facts.
-- Dates are text YYYY-MM-DD; the last column of an interval, `valid_until`, is the first day on which it holds no more.

CREATE TABLE cycles (
    id                    BLOB NOT NULL PRIMARY KEY,
    province_id           BLOB NOT NULL,
    year                  INTEGER NOT NULL,
    set_code              TEXT NOT NULL,
    set_version           TEXT NOT NULL,
    set_digest            TEXT NOT NULL,
    set_definition        TEXT NOT NULL,
    state                 TEXT NOT NULL,
    self_assess_due       TEXT NOT NULL,
    propose_due           TEXT NOT NULL,
    decide_due            TEXT NOT NULL,
    majority_over_percent INTEGER NOT NULL,
    revision              INTEGER NOT NULL,
    create_time           INTEGER NOT NULL,
    update_time           INTEGER NOT NULL,
    UNIQUE (province_id, year, set_code)
) STRICT;
CREATE INDEX cycles_by_year ON cycles (year DESC, id);

CREATE TABLE assessments (
    id              BLOB NOT NULL PRIMARY KEY,
    cycle_id        BLOB NOT NULL REFERENCES cycles (id),
    team_id         BLOB NOT NULL,
    province_id     BLOB NOT NULL,
    commune_id      BLOB NOT NULL,
    area_unit_id    BLOB NOT NULL,
    state           TEXT NOT NULL,
    results         TEXT NOT NULL,
    meeting_date    TEXT NOT NULL,
    member_count    INTEGER NOT NULL,
    votes_in_favour INTEGER NOT NULL,
    proposable      INTEGER NOT NULL,
    propose_date    TEXT,
    review_date     TEXT,
    decision_number TEXT,
    decision_date   TEXT,
    decision_issuer TEXT,
    set_digest      TEXT NOT NULL,
    revision        INTEGER NOT NULL,
    create_time     INTEGER NOT NULL,
    update_time     INTEGER NOT NULL,
    UNIQUE (cycle_id, team_id)
) STRICT;
CREATE INDEX assessments_by_cycle ON assessments (cycle_id, id);
CREATE INDEX assessments_by_commune ON assessments (cycle_id, commune_id, id);

-- Facts of the registry.
CREATE TABLE places (
    unit_id BLOB NOT NULL PRIMARY KEY,
    code    TEXT NOT NULL
) STRICT;

CREATE TABLE teams (
    team_id      BLOB NOT NULL PRIMARY KEY,
    province_id  BLOB NOT NULL,
    commune_id   BLOB NOT NULL,
    area_unit_id BLOB NOT NULL,
    valid_from   TEXT,
    valid_until  TEXT
) STRICT;

CREATE TABLE members (
    mediator_id BLOB NOT NULL,
    valid_from  TEXT NOT NULL,
    valid_until TEXT,
    team_id     BLOB NOT NULL,
    PRIMARY KEY (mediator_id, valid_from)
) STRICT;
CREATE INDEX members_by_team ON members (team_id, valid_from, valid_until);

-- Facts of the case service. Outcome: 0 open, 1 successful, 2 unsuccessful, 3 out of scope or declined (not counted).
CREATE TABLE cases (
    case_id      BLOB NOT NULL PRIMARY KEY,
    team_id      BLOB NOT NULL,
    receive_date TEXT NOT NULL,
    end_date     TEXT,
    outcome      INTEGER NOT NULL
) STRICT;
CREATE INDEX cases_by_team ON cases (team_id, receive_date, end_date, outcome);
