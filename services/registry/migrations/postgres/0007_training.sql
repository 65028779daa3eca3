-- Training of mediators, contests, commendations. Words are those of src/domain/training; attendance holds ids, no names.
-- Nothing is overwritten: attendance and results that were corrected stay with the time until which they were believed.

CREATE TABLE training_courses (
    id                UUID NOT NULL PRIMARY KEY,
    province_id       UUID NOT NULL,
    commune_id        UUID NOT NULL, -- nil for a course of the province
    name              TEXT COLLATE "C" NOT NULL,
    state             TEXT COLLATE "C" NOT NULL,
    programme_code    TEXT COLLATE "C" NOT NULL,
    programme_version TEXT COLLATE "C" NOT NULL,
    organizer         TEXT COLLATE "C" NOT NULL,
    mode              TEXT COLLATE "C" NOT NULL,
    first_date        TEXT COLLATE "C" NOT NULL,
    last_date         TEXT COLLATE "C" NOT NULL,
    minutes           INTEGER NOT NULL,
    cancel_reason     TEXT COLLATE "C" NOT NULL,
    revision          BIGINT NOT NULL,
    created_at        TIMESTAMPTZ NOT NULL,
    updated_at        TIMESTAMPTZ NOT NULL
);
CREATE INDEX training_courses_by_commune ON training_courses (commune_id, id);
CREATE INDEX training_courses_by_province ON training_courses (province_id, id);

CREATE TABLE training_sessions (
    id                UUID NOT NULL PRIMARY KEY,
    course_id         UUID NOT NULL REFERENCES training_courses (id),
    number            INTEGER NOT NULL,
    state             TEXT COLLATE "C" NOT NULL,
    session_date      TEXT COLLATE "C" NOT NULL,
    minutes           INTEGER NOT NULL,
    mode              TEXT COLLATE "C" NOT NULL,
    place             TEXT COLLATE "C" NOT NULL,
    topic             TEXT COLLATE "C" NOT NULL,
    materials         TEXT COLLATE "C" NOT NULL,
    trainers          TEXT COLLATE "C" NOT NULL, -- ids with commas between: always read and written as a whole
    attended_count    INTEGER NOT NULL,
    absent_count      INTEGER NOT NULL,
    material_count    INTEGER NOT NULL,
    cancel_reason     TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX training_sessions_by_course ON training_sessions (course_id, number);

-- `revision` is that of the course at which the line was written.
CREATE TABLE training_attendance (
    session_id        UUID NOT NULL REFERENCES training_sessions (id),
    mediator_id       UUID NOT NULL,
    revision          BIGINT NOT NULL,
    session_date      TEXT COLLATE "C" NOT NULL,
    presence          TEXT COLLATE "C" NOT NULL,
    minutes           INTEGER NOT NULL,
    material          BOOLEAN NOT NULL,
    recorded_at       TIMESTAMPTZ NOT NULL,
    superseded_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (session_id, mediator_id, revision)
);
-- Covers what rule 62 asks of one mediator.
CREATE INDEX training_attendance_by_mediator
    ON training_attendance (mediator_id, session_date, session_id, superseded_at, presence, minutes, material);

CREATE TABLE training_certificates (
    id                UUID NOT NULL PRIMARY KEY,
    course_id         UUID NOT NULL REFERENCES training_courses (id),
    batch_id          UUID NOT NULL,
    batch_index       INTEGER NOT NULL,
    mediator_id       UUID NOT NULL,
    number            TEXT COLLATE "C" NOT NULL,
    issue_date        TEXT COLLATE "C" NOT NULL,
    issuer            TEXT COLLATE "C" NOT NULL,
    revoke_date       TEXT COLLATE "C",
    revoke_reason     TEXT COLLATE "C" NOT NULL,
    revision          BIGINT NOT NULL
);
CREATE UNIQUE INDEX training_certificates_number ON training_certificates (course_id, number);
CREATE INDEX training_certificates_by_course ON training_certificates (course_id, id);
CREATE INDEX training_certificates_by_batch ON training_certificates (batch_id, batch_index);

CREATE TABLE trainers (
    id                UUID NOT NULL PRIMARY KEY,
    province_id       UUID NOT NULL,
    commune_id        UUID NOT NULL, -- nil for a trainer of the province
    sealed_person     BYTEA NOT NULL,
    organization      TEXT COLLATE "C" NOT NULL,
    decision_number   TEXT COLLATE "C",
    decision_date     TEXT COLLATE "C",
    decision_issuer   TEXT COLLATE "C",
    end_date          TEXT COLLATE "C",
    revision          BIGINT NOT NULL
);
CREATE INDEX trainers_by_commune ON trainers (commune_id, id);
CREATE INDEX trainers_by_province ON trainers (province_id, id);

CREATE TABLE contests (
    id                UUID NOT NULL PRIMARY KEY,
    province_id       UUID NOT NULL,
    commune_id        UUID NOT NULL, -- nil for a contest of the province
    name              TEXT COLLATE "C" NOT NULL,
    level             TEXT COLLATE "C" NOT NULL,
    first_date        TEXT COLLATE "C" NOT NULL,
    last_date         TEXT COLLATE "C" NOT NULL,
    place             TEXT COLLATE "C" NOT NULL,
    correct_reason    TEXT COLLATE "C" NOT NULL,
    revision          BIGINT NOT NULL
);
CREATE INDEX contests_by_commune ON contests (commune_id, id);
CREATE INDEX contests_by_province ON contests (province_id, id);

-- `revision` is that of the contest at which the results were written: the last is what is known now.
CREATE TABLE contest_results (
    contest_id        UUID NOT NULL REFERENCES contests (id),
    revision          BIGINT NOT NULL,
    result_index      INTEGER NOT NULL,
    mediator_id       UUID,
    team_id           UUID,
    prize             TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (contest_id, revision, result_index)
);

CREATE TABLE commendations (
    id                UUID NOT NULL PRIMARY KEY,
    batch_id          UUID NOT NULL,
    batch_index       INTEGER NOT NULL,
    mediator_id       UUID,
    team_id           UUID NOT NULL,
    area_unit_id      UUID NOT NULL,
    commune_id        UUID NOT NULL,
    province_id       UUID NOT NULL,
    form              TEXT COLLATE "C" NOT NULL,
    level             TEXT COLLATE "C" NOT NULL,
    decision_number   TEXT COLLATE "C" NOT NULL,
    decision_date     TEXT COLLATE "C" NOT NULL,
    decision_issuer   TEXT COLLATE "C" NOT NULL,
    achievement       TEXT COLLATE "C" NOT NULL,
    revoke_date       TEXT COLLATE "C",
    revoke_reason     TEXT COLLATE "C" NOT NULL,
    revision          BIGINT NOT NULL
);
CREATE INDEX commendations_by_team ON commendations (team_id, id);
CREATE INDEX commendations_by_commune ON commendations (commune_id, id);
CREATE INDEX commendations_by_province ON commendations (province_id, id);
CREATE INDEX commendations_by_batch ON commendations (batch_id, batch_index);

-- Who is to be trained is asked in the order of recognition.
CREATE INDEX mediators_by_recognition ON mediators (commune_id, recognition_date, id);
CREATE INDEX mediators_of_province_by_recognition ON mediators (province_id, recognition_date, id);
