-- Reporting: what it keeps of the facts of others, one narrow row a record and span of time, so that any period can be
-- computed and explained. Dates are text YYYY-MM-DD. A span holds from `valid_from` and no more on `valid_until`;
-- '0001-01-01' is "since before records began", '9999-12-31' is "still". `slot` is the class of a record (domain/words.rs).

-- Facts of the registry. Kinds of units: 1 province, 2 district, 3 commune, 4 hamlet or residential group.
CREATE TABLE units (
    unit_id      UUID NOT NULL,
    valid_from   TEXT COLLATE "C" NOT NULL,
    valid_until  TEXT COLLATE "C" NOT NULL,
    kind         INTEGER NOT NULL,
    parent_id    UUID,
    code         TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (unit_id, valid_from)
);
CREATE INDEX units_by_parent ON units (parent_id, kind, valid_from, valid_until);

CREATE TABLE teams (
    team_id      UUID PRIMARY KEY,
    province_id  UUID NOT NULL,
    commune_id   UUID NOT NULL,
    area_unit_id UUID NOT NULL,
    valid_from   TEXT COLLATE "C",
    valid_until  TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL
);
CREATE INDEX teams_by_province ON teams (province_id, commune_id, valid_from, valid_until);
CREATE INDEX teams_by_commune ON teams (commune_id, valid_from, valid_until);
CREATE INDEX teams_by_area ON teams (area_unit_id, team_id);

CREATE TABLE mediators (
    mediator_id UUID NOT NULL,
    valid_from  TEXT COLLATE "C" NOT NULL,
    valid_until TEXT COLLATE "C" NOT NULL,
    team_id     UUID NOT NULL,
    slot        INTEGER NOT NULL,
    PRIMARY KEY (mediator_id, valid_from)
);
CREATE INDEX mediators_by_team ON mediators (team_id, valid_until, valid_from, slot);

-- Facts of the case service: the present of each case, and the spans of its states. `ended` is 1 for the last span.
CREATE TABLE cases (
    case_id   UUID PRIMARY KEY,
    team_id   UUID NOT NULL,
    category  INTEGER NOT NULL,
    state     INTEGER NOT NULL,
    mediators TEXT COLLATE "C" NOT NULL
);

CREATE TABLE case_spans (
    case_id     UUID NOT NULL,
    valid_from  TEXT COLLATE "C" NOT NULL,
    valid_until TEXT COLLATE "C" NOT NULL,
    team_id     UUID NOT NULL,
    ended       INTEGER NOT NULL,
    slot        INTEGER NOT NULL,
    PRIMARY KEY (case_id, valid_from)
);
CREATE INDEX case_spans_by_team ON case_spans (team_id, ended, valid_from, valid_until, slot);
CREATE INDEX case_spans_ended ON case_spans (valid_from, team_id, slot) WHERE ended = 1;
CREATE INDEX case_spans_open ON case_spans (valid_until, valid_from, team_id, slot) WHERE ended = 0;

-- Facts of evaluation. A step not taken has no date.
CREATE TABLE cycles (
    cycle_id UUID PRIMARY KEY,
    year     INTEGER NOT NULL,
    set_code TEXT COLLATE "C" NOT NULL
);

CREATE TABLE assessments (
    assessment_id  UUID PRIMARY KEY,
    team_id        UUID NOT NULL,
    set_code       TEXT COLLATE "C" NOT NULL,
    year           INTEGER NOT NULL,
    year_end       TEXT COLLATE "C" NOT NULL,
    assess_date    TEXT COLLATE "C" NOT NULL,
    propose_date   TEXT COLLATE "C",
    recognize_date TEXT COLLATE "C"
);
CREATE INDEX assessments_by_year ON assessments (set_code, year, team_id);
CREATE INDEX assessments_by_team ON assessments (team_id, set_code, year);
