-- Evaluation: its own records (cycles, assessments) and what it keeps of the registry's and the case service's facts.
-- Dates are text YYYY-MM-DD; the last column of an interval, `valid_until`, is the first day on which it holds no more.

CREATE TABLE cycles (
    id                    UUID PRIMARY KEY,
    province_id           UUID NOT NULL,
    year                  INTEGER NOT NULL,
    set_code              TEXT COLLATE "C" NOT NULL,
    set_version           TEXT COLLATE "C" NOT NULL,
    set_digest            TEXT COLLATE "C" NOT NULL,
    set_definition        TEXT COLLATE "C" NOT NULL,
    state                 TEXT COLLATE "C" NOT NULL,
    self_assess_due       TEXT COLLATE "C" NOT NULL,
    propose_due           TEXT COLLATE "C" NOT NULL,
    decide_due            TEXT COLLATE "C" NOT NULL,
    majority_over_percent BIGINT NOT NULL,
    revision              BIGINT NOT NULL,
    create_time           TIMESTAMPTZ NOT NULL,
    update_time           TIMESTAMPTZ NOT NULL,
    UNIQUE (province_id, year, set_code)
);
CREATE INDEX cycles_by_year ON cycles (year DESC, id);

CREATE TABLE assessments (
    id              UUID PRIMARY KEY,
    cycle_id        UUID NOT NULL REFERENCES cycles (id),
    team_id         UUID NOT NULL,
    province_id     UUID NOT NULL,
    commune_id      UUID NOT NULL,
    area_unit_id    UUID NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    results         TEXT COLLATE "C" NOT NULL,
    meeting_date    TEXT COLLATE "C" NOT NULL,
    member_count    INTEGER NOT NULL,
    votes_in_favour INTEGER NOT NULL,
    proposable      BOOLEAN NOT NULL,
    propose_date    TEXT COLLATE "C",
    review_date     TEXT COLLATE "C",
    decision_number TEXT,
    decision_date   TEXT COLLATE "C",
    decision_issuer TEXT,
    set_digest      TEXT COLLATE "C" NOT NULL,
    revision        BIGINT NOT NULL,
    create_time     TIMESTAMPTZ NOT NULL,
    update_time     TIMESTAMPTZ NOT NULL,
    UNIQUE (cycle_id, team_id)
);
CREATE INDEX assessments_by_cycle ON assessments (cycle_id, id);
CREATE INDEX assessments_by_commune ON assessments (cycle_id, commune_id, id);

-- Facts of the registry.
CREATE TABLE places (
    unit_id UUID PRIMARY KEY,
    code    TEXT COLLATE "C" NOT NULL
);

CREATE TABLE teams (
    team_id      UUID PRIMARY KEY,
    province_id  UUID NOT NULL,
    commune_id   UUID NOT NULL,
    area_unit_id UUID NOT NULL,
    valid_from   TEXT COLLATE "C",
    valid_until  TEXT COLLATE "C"
);

CREATE TABLE members (
    mediator_id UUID NOT NULL,
    valid_from  TEXT COLLATE "C" NOT NULL,
    valid_until TEXT COLLATE "C",
    team_id     UUID NOT NULL,
    PRIMARY KEY (mediator_id, valid_from)
);
CREATE INDEX members_by_team ON members (team_id, valid_from, valid_until);

-- Facts of the case service. Outcome: 0 open, 1 successful, 2 unsuccessful, 3 out of scope or declined (not counted).
CREATE TABLE cases (
    case_id      UUID PRIMARY KEY,
    team_id      UUID NOT NULL,
    receive_date TEXT COLLATE "C" NOT NULL,
    end_date     TEXT COLLATE "C",
    outcome      INTEGER NOT NULL
);
CREATE INDEX cases_by_team ON cases (team_id, receive_date, end_date, outcome);
