-- Reporting: what it keeps of the facts of others, one narrow row a record and span of time, so that any period can be
-- computed and explained. Dates are text YYYY-MM-DD. A span holds from `valid_from` and no more on `valid_until`;
-- '0001-01-01' is "since before records began", '9999-12-31' is "still". `slot` is the class of a record (domain/words.rs).

-- Facts of the registry. Kinds of units: 1 province, 2 district, 3 commune, 4 hamlet or residential group.
CREATE TABLE units (
    unit_id      BLOB NOT NULL,
    valid_from   TEXT NOT NULL,
    valid_until  TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    parent_id    BLOB,
    code         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    PRIMARY KEY (unit_id, valid_from)
) STRICT;
CREATE INDEX units_by_parent ON units (parent_id, kind, valid_from, valid_until);

CREATE TABLE teams (
    team_id      BLOB NOT NULL PRIMARY KEY,
    province_id  BLOB NOT NULL,
    commune_id   BLOB NOT NULL,
    area_unit_id BLOB NOT NULL,
    valid_from   TEXT,
    valid_until  TEXT NOT NULL,
    display_name TEXT NOT NULL
) STRICT;
CREATE INDEX teams_by_province ON teams (province_id, commune_id, valid_from, valid_until);
CREATE INDEX teams_by_commune ON teams (commune_id, valid_from, valid_until);
CREATE INDEX teams_by_area ON teams (area_unit_id, team_id);

CREATE TABLE mediators (
    mediator_id BLOB NOT NULL,
    valid_from  TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    team_id     BLOB NOT NULL,
    slot        INTEGER NOT NULL,
    PRIMARY KEY (mediator_id, valid_from)
) STRICT;
CREATE INDEX mediators_by_team ON mediators (team_id, valid_until, valid_from, slot);

-- Facts of the case service: the present of each case, and the spans of its states. `ended` is 1 for the last span.
CREATE TABLE cases (
    case_id   BLOB NOT NULL PRIMARY KEY,
    team_id   BLOB NOT NULL,
    category  INTEGER NOT NULL,
    state     INTEGER NOT NULL,
    mediators TEXT NOT NULL
) STRICT;

CREATE TABLE case_spans (
    case_id     BLOB NOT NULL,
    valid_from  TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    team_id     BLOB NOT NULL,
    ended       INTEGER NOT NULL,
    slot        INTEGER NOT NULL,
    PRIMARY KEY (case_id, valid_from)
) STRICT;
CREATE INDEX case_spans_by_team ON case_spans (team_id, ended, valid_from, valid_until, slot);
CREATE INDEX case_spans_ended ON case_spans (valid_from, team_id, slot) WHERE ended = 1;
CREATE INDEX case_spans_open ON case_spans (valid_until, valid_from, team_id, slot) WHERE ended = 0;

-- Facts of evaluation. A step not taken has no date.
CREATE TABLE cycles (
    cycle_id BLOB NOT NULL PRIMARY KEY,
    year     INTEGER NOT NULL,
    set_code TEXT NOT NULL
) STRICT;

CREATE TABLE assessments (
    assessment_id  BLOB NOT NULL PRIMARY KEY,
    team_id        BLOB NOT NULL,
    set_code       TEXT NOT NULL,
    year           INTEGER NOT NULL,
    year_end       TEXT NOT NULL,
    assess_date    TEXT NOT NULL,
    propose_date   TEXT,
    recognize_date TEXT
) STRICT;
CREATE INDEX assessments_by_year ON assessments (set_code, year, team_id);
CREATE INDEX assessments_by_team ON assessments (team_id, set_code, year);
