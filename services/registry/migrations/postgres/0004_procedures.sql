-- The procedures of mediators and leaders: nominations, minutes, ceasing, acting leaders, absences, time limits. Words of
-- people lie sealed; words of the tables are those of src/domain.

-- The place of an election in the row of elections, its minutes, the number that was to be elected (rule 12).
ALTER TABLE elections ADD COLUMN previous_id UUID;
ALTER TABLE elections ADD COLUMN place_count INTEGER;
ALTER TABLE elections ADD COLUMN sealed_minutes BYTEA;
CREATE INDEX elections_by_team ON elections (team_id, election_date, created_at);

ALTER TABLE recognition_lists ADD COLUMN minutes_form TEXT COLLATE "C";
ALTER TABLE recognition_lists ADD COLUMN previous_id UUID;
ALTER TABLE recognition_lists ADD COLUMN return_date TEXT COLLATE "C";
ALTER TABLE recognition_lists ADD COLUMN sealed_note BYTEA;
UPDATE recognition_lists SET minutes_form = (SELECT form FROM elections WHERE elections.id = election_id);

ALTER TABLE leader_terms ADD COLUMN form TEXT COLLATE "C";
ALTER TABLE leader_terms ADD COLUMN end_date TEXT COLLATE "C";
ALTER TABLE leader_terms ADD COLUMN end_ground TEXT COLLATE "C";
ALTER TABLE leader_terms ADD COLUMN end_number TEXT COLLATE "C";
ALTER TABLE leader_terms ADD COLUMN end_issuer TEXT COLLATE "C";
ALTER TABLE leader_terms ADD COLUMN sealed_minutes BYTEA;

CREATE TABLE leader_votes (
    term_id     UUID NOT NULL REFERENCES leader_terms (id),
    vote_index  INTEGER NOT NULL,
    mediator_id UUID NOT NULL,
    votes       INTEGER NOT NULL,
    PRIMARY KEY (term_id, vote_index)
);

-- What is kept of a candidacy beside the mediator's row.
CREATE TABLE candidacies (
    mediator_id   UUID NOT NULL PRIMARY KEY,
    nominate_date TEXT COLLATE "C",
    organization  TEXT COLLATE "C" NOT NULL,
    consent_date  TEXT COLLATE "C",
    votes_against INTEGER NOT NULL,
    -- The request that put the person forward, and the place in it.
    nomination_id UUID,
    nomination_index INTEGER
);
CREATE INDEX candidacies_by_nomination ON candidacies (nomination_id);

CREATE TABLE absences (
    mediator_id   UUID NOT NULL PRIMARY KEY,
    from_date     TEXT COLLATE "C" NOT NULL,
    to_date       TEXT COLLATE "C",
    sealed_reason BYTEA
);

ALTER TABLE teams ADD COLUMN acting_leader_id UUID;
ALTER TABLE team_versions ADD COLUMN acting_leader_id UUID;
CREATE TABLE acting_leaders (
    id          UUID NOT NULL PRIMARY KEY,
    team_id     UUID NOT NULL REFERENCES teams (id),
    mediator_id UUID NOT NULL,
    start_date  TEXT COLLATE "C" NOT NULL,
    end_date    TEXT COLLATE "C"
);
-- Rule 23: one at a time.
CREATE UNIQUE INDEX acting_leaders_open ON acting_leaders (team_id) WHERE end_date IS NULL;

CREATE TABLE ceasings (
    id                  UUID NOT NULL PRIMARY KEY,
    mediator_id         UUID NOT NULL,
    team_id             UUID NOT NULL REFERENCES teams (id),
    ground              TEXT COLLATE "C" NOT NULL,
    state               TEXT COLLATE "C" NOT NULL,
    proposer            TEXT COLLATE "C" NOT NULL,
    of_leader           BOOLEAN NOT NULL,
    propose_date        TEXT COLLATE "C" NOT NULL,
    verify_due_date     TEXT COLLATE "C" NOT NULL,
    verify_date         TEXT COLLATE "C",
    front_agrees        BOOLEAN,
    area_head_agrees    BOOLEAN,
    leader_told_date    TEXT COLLATE "C",
    form                TEXT COLLATE "C",
    receive_date        TEXT COLLATE "C",
    decide_due_date     TEXT COLLATE "C",
    decision_number     TEXT COLLATE "C",
    decision_date       TEXT COLLATE "C",
    decision_issuer     TEXT COLLATE "C",
    end_date            TEXT COLLATE "C",
    sealed_reason       BYTEA,
    sealed_disagreement BYTEA,
    sealed_refusal      BYTEA,
    revision            BIGINT NOT NULL,
    created_at          TIMESTAMPTZ NOT NULL,
    updated_at          TIMESTAMPTZ NOT NULL
);
-- A mediator has one procedure under way at most.
CREATE UNIQUE INDEX ceasings_open ON ceasings (mediator_id) WHERE state IN ('proposed', 'submitted');
CREATE INDEX ceasings_by_team ON ceasings (team_id);

-- One row a time limit, written with the step that begins it and with the one that meets it.
CREATE TABLE deadlines (
    record_id    UUID NOT NULL,
    step         TEXT COLLATE "C" NOT NULL,
    procedure    TEXT COLLATE "C" NOT NULL,
    team_id      UUID NOT NULL,
    area_unit_id UUID NOT NULL,
    commune_id   UUID NOT NULL,
    province_id  UUID NOT NULL,
    start_date   TEXT COLLATE "C" NOT NULL,
    due_date     TEXT COLLATE "C" NOT NULL,
    done_date    TEXT COLLATE "C",
    PRIMARY KEY (record_id, step)
);
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
