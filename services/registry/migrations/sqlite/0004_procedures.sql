-- The procedures of mediators and leaders: nominations, minutes, ceasing, acting leaders, absences, time limits. Words of
-- people lie sealed; words of the tables are those of src/domain.

-- The place of an election in the row of elections, its minutes, the number that was to be elected (rule 12).
ALTER TABLE elections ADD COLUMN previous_id BLOB;
ALTER TABLE elections ADD COLUMN place_count INTEGER;
ALTER TABLE elections ADD COLUMN sealed_minutes BLOB;
CREATE INDEX elections_by_team ON elections (team_id, election_date, created_at);

ALTER TABLE recognition_lists ADD COLUMN minutes_form TEXT;
ALTER TABLE recognition_lists ADD COLUMN previous_id BLOB;
ALTER TABLE recognition_lists ADD COLUMN return_date TEXT;
ALTER TABLE recognition_lists ADD COLUMN sealed_note BLOB;
UPDATE recognition_lists SET minutes_form = (SELECT form FROM elections WHERE elections.id = election_id);

ALTER TABLE leader_terms ADD COLUMN form TEXT;
ALTER TABLE leader_terms ADD COLUMN end_date TEXT;
ALTER TABLE leader_terms ADD COLUMN end_ground TEXT;
ALTER TABLE leader_terms ADD COLUMN end_number TEXT;
ALTER TABLE leader_terms ADD COLUMN end_issuer TEXT;
ALTER TABLE leader_terms ADD COLUMN sealed_minutes BLOB;

CREATE TABLE leader_votes (
    term_id     BLOB NOT NULL REFERENCES leader_terms (id),
    vote_index  INTEGER NOT NULL,
    mediator_id BLOB NOT NULL,
    votes       INTEGER NOT NULL,
    PRIMARY KEY (term_id, vote_index)
) STRICT, WITHOUT ROWID;

-- What is kept of a candidacy beside the mediator's row.
CREATE TABLE candidacies (
    mediator_id   BLOB NOT NULL PRIMARY KEY,
    nominate_date TEXT,
    organization  TEXT NOT NULL,
    consent_date  TEXT,
    votes_against INTEGER NOT NULL,
    -- The request that put the person forward, and the place in it.
    nomination_id BLOB,
    nomination_index INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX candidacies_by_nomination ON candidacies (nomination_id);

CREATE TABLE absences (
    mediator_id   BLOB NOT NULL PRIMARY KEY,
    from_date     TEXT NOT NULL,
    to_date       TEXT,
    sealed_reason BLOB
) STRICT, WITHOUT ROWID;

ALTER TABLE teams ADD COLUMN acting_leader_id BLOB;
ALTER TABLE team_versions ADD COLUMN acting_leader_id BLOB;
CREATE TABLE acting_leaders (
    id          BLOB NOT NULL PRIMARY KEY,
    team_id     BLOB NOT NULL REFERENCES teams (id),
    mediator_id BLOB NOT NULL,
    start_date  TEXT NOT NULL,
    end_date    TEXT
) STRICT, WITHOUT ROWID;
-- Rule 23: one at a time.
CREATE UNIQUE INDEX acting_leaders_open ON acting_leaders (team_id) WHERE end_date IS NULL;

CREATE TABLE ceasings (
    id                  BLOB NOT NULL PRIMARY KEY,
    mediator_id         BLOB NOT NULL,
    team_id             BLOB NOT NULL REFERENCES teams (id),
    ground              TEXT NOT NULL,
    state               TEXT NOT NULL,
    proposer            TEXT NOT NULL,
    of_leader           INTEGER NOT NULL,
    propose_date        TEXT NOT NULL,
    verify_due_date     TEXT NOT NULL,
    verify_date         TEXT,
    front_agrees        INTEGER,
    area_head_agrees    INTEGER,
    leader_told_date    TEXT,
    form                TEXT,
    receive_date        TEXT,
    decide_due_date     TEXT,
    decision_number     TEXT,
    decision_date       TEXT,
    decision_issuer     TEXT,
    end_date            TEXT,
    sealed_reason       BLOB,
    sealed_disagreement BLOB,
    sealed_refusal      BLOB,
    revision            INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- A mediator has one procedure under way at most.
CREATE UNIQUE INDEX ceasings_open ON ceasings (mediator_id) WHERE state IN ('proposed', 'submitted');
CREATE INDEX ceasings_by_team ON ceasings (team_id);

-- One row a time limit, written with the step that begins it and with the one that meets it.
CREATE TABLE deadlines (
    record_id    BLOB NOT NULL,
    step         TEXT NOT NULL,
    procedure    TEXT NOT NULL,
    team_id      BLOB NOT NULL,
    area_unit_id BLOB NOT NULL,
    commune_id   BLOB NOT NULL,
    province_id  BLOB NOT NULL,
    start_date   TEXT NOT NULL,
    due_date     TEXT NOT NULL,
    done_date    TEXT,
    PRIMARY KEY (record_id, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadlines_by_commune ON deadlines (commune_id, due_date, record_id, step);
CREATE INDEX deadlines_by_province ON deadlines (province_id, due_date, record_id, step);
CREATE INDEX deadlines_by_team ON deadlines (team_id, due_date);

INSERT INTO deadlines (record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date,
    done_date)
SELECT l.id, 'recognition_decision', '1.002211', t.id, t.area_unit_id, t.commune_id, t.province_id, l.receive_date,
    l.due_date, l.decision_date
FROM recognition_lists l JOIN teams t ON t.id = l.team_id;
INSERT INTO deadlines (record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date,
    done_date)
SELECT l.id, 'leader_submission', '2.000950', t.id, t.area_unit_id, t.commune_id, t.province_id, l.election_date,
    l.submit_due_date, l.receive_date
FROM leader_terms l JOIN teams t ON t.id = l.team_id;
INSERT INTO deadlines (record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date,
    done_date)
SELECT l.id, 'leader_decision', '2.000950', t.id, t.area_unit_id, t.commune_id, t.province_id, l.receive_date,
    l.decide_due_date, l.decision_date
FROM leader_terms l JOIN teams t ON t.id = l.team_id WHERE l.receive_date IS NOT NULL AND l.decide_due_date IS NOT NULL;
