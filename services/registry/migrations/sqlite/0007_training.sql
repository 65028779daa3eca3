-- Training of mediators, contests, commendations. Words are those of src/domain/training; attendance holds ids, no names.
-- Nothing is overwritten: attendance and results that were corrected stay with the time until which they were believed.

CREATE TABLE training_courses (
    id                BLOB NOT NULL PRIMARY KEY,
    province_id       BLOB NOT NULL,
    commune_id        BLOB NOT NULL, -- nil for a course of the province
    name              TEXT NOT NULL,
    state             TEXT NOT NULL,
    programme_code    TEXT NOT NULL,
    programme_version TEXT NOT NULL,
    organizer         TEXT NOT NULL,
    mode              TEXT NOT NULL,
    first_date        TEXT NOT NULL,
    last_date         TEXT NOT NULL,
    minutes           INTEGER NOT NULL,
    cancel_reason     TEXT NOT NULL,
    revision          INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX training_courses_by_commune ON training_courses (commune_id, id);
CREATE INDEX training_courses_by_province ON training_courses (province_id, id);

CREATE TABLE training_sessions (
    id                BLOB NOT NULL PRIMARY KEY,
    course_id         BLOB NOT NULL REFERENCES training_courses (id),
    number            INTEGER NOT NULL,
    state             TEXT NOT NULL,
    session_date      TEXT NOT NULL,
    minutes           INTEGER NOT NULL,
    mode              TEXT NOT NULL,
    place             TEXT NOT NULL,
    topic             TEXT NOT NULL,
    materials         TEXT NOT NULL,
    trainers          TEXT NOT NULL, -- ids with commas between: always read and written as a whole
    attended_count    INTEGER NOT NULL,
    absent_count      INTEGER NOT NULL,
    material_count    INTEGER NOT NULL,
    cancel_reason     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX training_sessions_by_course ON training_sessions (course_id, number);

-- `revision` is that of the course at which the line was written.
CREATE TABLE training_attendance (
    session_id        BLOB NOT NULL REFERENCES training_sessions (id),
    mediator_id       BLOB NOT NULL,
    revision          INTEGER NOT NULL,
    session_date      TEXT NOT NULL,
    presence          TEXT NOT NULL,
    minutes           INTEGER NOT NULL,
    material          INTEGER NOT NULL,
    recorded_at       INTEGER NOT NULL,
    superseded_at     INTEGER NOT NULL,
    PRIMARY KEY (session_id, mediator_id, revision)
) STRICT, WITHOUT ROWID;
-- Covers what rule 62 asks of one mediator.
CREATE INDEX training_attendance_by_mediator
    ON training_attendance (mediator_id, session_date, session_id, superseded_at, presence, minutes, material);

CREATE TABLE training_certificates (
    id                BLOB NOT NULL PRIMARY KEY,
    course_id         BLOB NOT NULL REFERENCES training_courses (id),
    batch_id          BLOB NOT NULL,
    batch_index       INTEGER NOT NULL,
    mediator_id       BLOB NOT NULL,
    number            TEXT NOT NULL,
    issue_date        TEXT NOT NULL,
    issuer            TEXT NOT NULL,
    revoke_date       TEXT,
    revoke_reason     TEXT NOT NULL,
    revision          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX training_certificates_number ON training_certificates (course_id, number);
CREATE INDEX training_certificates_by_course ON training_certificates (course_id, id);
CREATE INDEX training_certificates_by_batch ON training_certificates (batch_id, batch_index);

CREATE TABLE trainers (
    id                BLOB NOT NULL PRIMARY KEY,
    province_id       BLOB NOT NULL,
    commune_id        BLOB NOT NULL, -- nil for a trainer of the province
    sealed_person     BLOB NOT NULL,
    organization      TEXT NOT NULL,
    decision_number   TEXT,
    decision_date     TEXT,
    decision_issuer   TEXT,
    end_date          TEXT,
    revision          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX trainers_by_commune ON trainers (commune_id, id);
CREATE INDEX trainers_by_province ON trainers (province_id, id);

CREATE TABLE contests (
    id                BLOB NOT NULL PRIMARY KEY,
    province_id       BLOB NOT NULL,
    commune_id        BLOB NOT NULL, -- nil for a contest of the province
    name              TEXT NOT NULL,
    level             TEXT NOT NULL,
    first_date        TEXT NOT NULL,
    last_date         TEXT NOT NULL,
    place             TEXT NOT NULL,
    correct_reason    TEXT NOT NULL,
    revision          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contests_by_commune ON contests (commune_id, id);
CREATE INDEX contests_by_province ON contests (province_id, id);

-- `revision` is that of the contest at which the results were written: the last is what is known now.
CREATE TABLE contest_results (
    contest_id        BLOB NOT NULL REFERENCES contests (id),
    revision          INTEGER NOT NULL,
    result_index      INTEGER NOT NULL,
    mediator_id       BLOB,
    team_id           BLOB,
    prize             TEXT NOT NULL,
    PRIMARY KEY (contest_id, revision, result_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE commendations (
    id                BLOB NOT NULL PRIMARY KEY,
    batch_id          BLOB NOT NULL,
    batch_index       INTEGER NOT NULL,
    mediator_id       BLOB,
    team_id           BLOB NOT NULL,
    area_unit_id      BLOB NOT NULL,
    commune_id        BLOB NOT NULL,
    province_id       BLOB NOT NULL,
    form              TEXT NOT NULL,
    level             TEXT NOT NULL,
    decision_number   TEXT NOT NULL,
    decision_date     TEXT NOT NULL,
    decision_issuer   TEXT NOT NULL,
    achievement       TEXT NOT NULL,
    revoke_date       TEXT,
    revoke_reason     TEXT NOT NULL,
    revision          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX commendations_by_team ON commendations (team_id, id);
CREATE INDEX commendations_by_commune ON commendations (commune_id, id);
CREATE INDEX commendations_by_province ON commendations (province_id, id);
CREATE INDEX commendations_by_batch ON commendations (batch_id, batch_index);

-- Who is to be trained is asked in the order of recognition.
CREATE INDEX mediators_by_recognition ON mediators (commune_id, recognition_date, id);
CREATE INDEX mediators_of_province_by_recognition ON mediators (province_id, recognition_date, id);
