-- Records of procedures, training and awards on the axis of knowledge: a row that changes leaves what it was in the table
-- beside it, with the instant from which that was believed no more. The engine does it, so that no statement can forget
-- to; a view of each pair answers what was known at an instant. Whoever adds a column to one of these tables adds it to
-- its past, its trigger and its view: a test compares them. Rows of before this day count as known since ever.

ALTER TABLE absences ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE commendations ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contests ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deadlines ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trainers ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE training_certificates ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE training_sessions ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE absences ADD COLUMN cleared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE team_successions ADD COLUMN recorded_at INTEGER NOT NULL DEFAULT 0;
-- Who stood in an election is asked for wherever the person's team went since.
CREATE INDEX mediators_by_election ON mediators (election_id);

CREATE TABLE recognition_lists_past (
    id BLOB NOT NULL,
    team_id BLOB NOT NULL,
    election_id BLOB NOT NULL,
    state TEXT NOT NULL,
    receive_date TEXT NOT NULL,
    due_date TEXT NOT NULL,
    decision_number TEXT,
    decision_date TEXT,
    decision_issuer TEXT,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    minutes_form TEXT,
    previous_id BLOB,
    return_date TEXT,
    sealed_note BLOB,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recognition_lists_past_of ON recognition_lists_past (id, superseded_at);
CREATE TRIGGER recognition_lists_keep AFTER UPDATE ON recognition_lists WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO recognition_lists_past (
        id, team_id, election_id, state, receive_date, due_date, decision_number, decision_date, decision_issuer,
        revision, created_at, updated_at, minutes_form, previous_id, return_date, sealed_note, superseded_at
    ) VALUES (
        OLD.id, OLD.team_id, OLD.election_id, OLD.state, OLD.receive_date, OLD.due_date, OLD.decision_number,
        OLD.decision_date, OLD.decision_issuer, OLD.revision, OLD.created_at, OLD.updated_at, OLD.minutes_form,
        OLD.previous_id, OLD.return_date, OLD.sealed_note, NEW.updated_at
    );
END;
CREATE VIEW recognition_lists_known AS
    SELECT
        id, team_id, election_id, state, receive_date, due_date, decision_number, decision_date, decision_issuer,
        revision, created_at, updated_at, minutes_form, previous_id, return_date, sealed_note,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM recognition_lists
    UNION ALL SELECT
        id, team_id, election_id, state, receive_date, due_date, decision_number, decision_date, decision_issuer,
        revision, created_at, updated_at, minutes_form, previous_id, return_date, sealed_note,
        updated_at, superseded_at FROM recognition_lists_past;

CREATE TABLE leader_terms_past (
    id BLOB NOT NULL,
    team_id BLOB NOT NULL,
    mediator_id BLOB NOT NULL,
    state TEXT NOT NULL,
    election_date TEXT NOT NULL,
    submit_due_date TEXT NOT NULL,
    receive_date TEXT,
    decide_due_date TEXT,
    decision_number TEXT,
    decision_date TEXT,
    decision_issuer TEXT,
    sealed_note BLOB,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    form TEXT,
    end_date TEXT,
    end_ground TEXT,
    end_number TEXT,
    end_issuer TEXT,
    sealed_minutes BLOB,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX leader_terms_past_of ON leader_terms_past (id, superseded_at);
CREATE TRIGGER leader_terms_keep AFTER UPDATE ON leader_terms WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO leader_terms_past (
        id, team_id, mediator_id, state, election_date, submit_due_date, receive_date, decide_due_date,
        decision_number, decision_date, decision_issuer, sealed_note, revision, created_at, updated_at, form,
        end_date, end_ground, end_number, end_issuer, sealed_minutes, superseded_at
    ) VALUES (
        OLD.id, OLD.team_id, OLD.mediator_id, OLD.state, OLD.election_date, OLD.submit_due_date, OLD.receive_date,
        OLD.decide_due_date, OLD.decision_number, OLD.decision_date, OLD.decision_issuer, OLD.sealed_note,
        OLD.revision, OLD.created_at, OLD.updated_at, OLD.form, OLD.end_date, OLD.end_ground, OLD.end_number,
        OLD.end_issuer, OLD.sealed_minutes, NEW.updated_at
    );
END;
CREATE VIEW leader_terms_known AS
    SELECT
        id, team_id, mediator_id, state, election_date, submit_due_date, receive_date, decide_due_date,
        decision_number, decision_date, decision_issuer, sealed_note, revision, created_at, updated_at, form,
        end_date, end_ground, end_number, end_issuer, sealed_minutes,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM leader_terms
    UNION ALL SELECT
        id, team_id, mediator_id, state, election_date, submit_due_date, receive_date, decide_due_date,
        decision_number, decision_date, decision_issuer, sealed_note, revision, created_at, updated_at, form,
        end_date, end_ground, end_number, end_issuer, sealed_minutes,
        updated_at, superseded_at FROM leader_terms_past;

CREATE TABLE ceasings_past (
    id BLOB NOT NULL,
    mediator_id BLOB NOT NULL,
    team_id BLOB NOT NULL,
    ground TEXT NOT NULL,
    state TEXT NOT NULL,
    proposer TEXT NOT NULL,
    of_leader INTEGER NOT NULL,
    propose_date TEXT NOT NULL,
    verify_due_date TEXT NOT NULL,
    verify_date TEXT,
    front_agrees INTEGER,
    area_head_agrees INTEGER,
    leader_told_date TEXT,
    form TEXT,
    receive_date TEXT,
    decide_due_date TEXT,
    decision_number TEXT,
    decision_date TEXT,
    decision_issuer TEXT,
    end_date TEXT,
    sealed_reason BLOB,
    sealed_disagreement BLOB,
    sealed_refusal BLOB,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ceasings_past_of ON ceasings_past (id, superseded_at);
CREATE TRIGGER ceasings_keep AFTER UPDATE ON ceasings WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO ceasings_past (
        id, mediator_id, team_id, ground, state, proposer, of_leader, propose_date, verify_due_date, verify_date,
        front_agrees, area_head_agrees, leader_told_date, form, receive_date, decide_due_date, decision_number,
        decision_date, decision_issuer, end_date, sealed_reason, sealed_disagreement, sealed_refusal, revision,
        created_at, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.mediator_id, OLD.team_id, OLD.ground, OLD.state, OLD.proposer, OLD.of_leader, OLD.propose_date,
        OLD.verify_due_date, OLD.verify_date, OLD.front_agrees, OLD.area_head_agrees, OLD.leader_told_date, OLD.form,
        OLD.receive_date, OLD.decide_due_date, OLD.decision_number, OLD.decision_date, OLD.decision_issuer,
        OLD.end_date, OLD.sealed_reason, OLD.sealed_disagreement, OLD.sealed_refusal, OLD.revision, OLD.created_at,
        OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW ceasings_known AS
    SELECT
        id, mediator_id, team_id, ground, state, proposer, of_leader, propose_date, verify_due_date, verify_date,
        front_agrees, area_head_agrees, leader_told_date, form, receive_date, decide_due_date, decision_number,
        decision_date, decision_issuer, end_date, sealed_reason, sealed_disagreement, sealed_refusal, revision,
        created_at, updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM ceasings
    UNION ALL SELECT
        id, mediator_id, team_id, ground, state, proposer, of_leader, propose_date, verify_due_date, verify_date,
        front_agrees, area_head_agrees, leader_told_date, form, receive_date, decide_due_date, decision_number,
        decision_date, decision_issuer, end_date, sealed_reason, sealed_disagreement, sealed_refusal, revision,
        created_at, updated_at,
        updated_at, superseded_at FROM ceasings_past;

CREATE TABLE deadlines_past (
    record_id BLOB NOT NULL,
    step TEXT NOT NULL,
    procedure TEXT NOT NULL,
    team_id BLOB NOT NULL,
    area_unit_id BLOB NOT NULL,
    commune_id BLOB NOT NULL,
    province_id BLOB NOT NULL,
    start_date TEXT NOT NULL,
    due_date TEXT NOT NULL,
    done_date TEXT,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX deadlines_past_of ON deadlines_past (record_id, step, superseded_at);
CREATE INDEX deadlines_past_of_by_commune ON deadlines_past (commune_id, due_date, superseded_at);
CREATE INDEX deadlines_past_of_by_province ON deadlines_past (province_id, due_date, superseded_at);
CREATE INDEX deadlines_past_of_by_team ON deadlines_past (team_id, superseded_at);
CREATE TRIGGER deadlines_keep AFTER UPDATE ON deadlines WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO deadlines_past (
        record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date, done_date,
        updated_at, superseded_at
    ) VALUES (
        OLD.record_id, OLD.step, OLD.procedure, OLD.team_id, OLD.area_unit_id, OLD.commune_id, OLD.province_id,
        OLD.start_date, OLD.due_date, OLD.done_date, OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW deadlines_known AS
    SELECT
        record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date, done_date,
        updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM deadlines
    UNION ALL SELECT
        record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date, done_date,
        updated_at,
        updated_at, superseded_at FROM deadlines_past;

CREATE TABLE absences_past (
    mediator_id BLOB NOT NULL,
    from_date TEXT NOT NULL,
    to_date TEXT,
    sealed_reason BLOB,
    updated_at INTEGER NOT NULL,
    cleared INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX absences_past_of ON absences_past (mediator_id, superseded_at);
CREATE TRIGGER absences_keep AFTER UPDATE ON absences WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO absences_past (
        mediator_id, from_date, to_date, sealed_reason, updated_at, cleared, superseded_at
    ) VALUES (
        OLD.mediator_id, OLD.from_date, OLD.to_date, OLD.sealed_reason, OLD.updated_at, OLD.cleared, NEW.updated_at
    );
END;
CREATE VIEW absences_known AS
    SELECT
        mediator_id, from_date, to_date, sealed_reason, updated_at, cleared,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM absences
    UNION ALL SELECT
        mediator_id, from_date, to_date, sealed_reason, updated_at, cleared,
        updated_at, superseded_at FROM absences_past;

CREATE TABLE attachments_past (
    id BLOB NOT NULL,
    reorganization_id BLOB NOT NULL,
    subject TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    from_unit_id BLOB NOT NULL,
    commune_id BLOB NOT NULL,
    province_id BLOB NOT NULL,
    effective_date TEXT NOT NULL,
    state TEXT NOT NULL,
    to_unit_id BLOB,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_past_of ON attachments_past (reorganization_id, id, superseded_at);
CREATE TRIGGER attachments_keep AFTER UPDATE ON attachments WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO attachments_past (
        id, reorganization_id, subject, subject_id, from_unit_id, commune_id, province_id, effective_date, state,
        to_unit_id, revision, created_at, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.reorganization_id, OLD.subject, OLD.subject_id, OLD.from_unit_id, OLD.commune_id, OLD.province_id,
        OLD.effective_date, OLD.state, OLD.to_unit_id, OLD.revision, OLD.created_at, OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW attachments_known AS
    SELECT
        id, reorganization_id, subject, subject_id, from_unit_id, commune_id, province_id, effective_date, state,
        to_unit_id, revision, created_at, updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM attachments
    UNION ALL SELECT
        id, reorganization_id, subject, subject_id, from_unit_id, commune_id, province_id, effective_date, state,
        to_unit_id, revision, created_at, updated_at,
        updated_at, superseded_at FROM attachments_past;

CREATE TABLE duplicates_past (
    id BLOB NOT NULL,
    first_id BLOB NOT NULL,
    second_id BLOB NOT NULL,
    verdict TEXT NOT NULL,
    survivor_id BLOB,
    merged_id BLOB,
    actor TEXT NOT NULL,
    sealed_reason BLOB NOT NULL,
    before_state TEXT,
    before_cessation TEXT,
    before_cessation_date TEXT,
    before_number TEXT,
    before_decided TEXT,
    before_issuer TEXT,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX duplicates_past_of ON duplicates_past (first_id, second_id, superseded_at);
CREATE TRIGGER duplicates_keep AFTER UPDATE ON duplicates WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO duplicates_past (
        id, first_id, second_id, verdict, survivor_id, merged_id, actor, sealed_reason, before_state,
        before_cessation, before_cessation_date, before_number, before_decided, before_issuer, revision, created_at,
        updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.first_id, OLD.second_id, OLD.verdict, OLD.survivor_id, OLD.merged_id, OLD.actor,
        OLD.sealed_reason, OLD.before_state, OLD.before_cessation, OLD.before_cessation_date, OLD.before_number,
        OLD.before_decided, OLD.before_issuer, OLD.revision, OLD.created_at, OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW duplicates_known AS
    SELECT
        id, first_id, second_id, verdict, survivor_id, merged_id, actor, sealed_reason, before_state,
        before_cessation, before_cessation_date, before_number, before_decided, before_issuer, revision, created_at,
        updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM duplicates
    UNION ALL SELECT
        id, first_id, second_id, verdict, survivor_id, merged_id, actor, sealed_reason, before_state,
        before_cessation, before_cessation_date, before_number, before_decided, before_issuer, revision, created_at,
        updated_at,
        updated_at, superseded_at FROM duplicates_past;

CREATE TABLE training_courses_past (
    id BLOB NOT NULL,
    province_id BLOB NOT NULL,
    commune_id BLOB NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    programme_code TEXT NOT NULL,
    programme_version TEXT NOT NULL,
    organizer TEXT NOT NULL,
    mode TEXT NOT NULL,
    first_date TEXT NOT NULL,
    last_date TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    cancel_reason TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX training_courses_past_of ON training_courses_past (id, superseded_at);
CREATE INDEX training_courses_past_of_by_commune ON training_courses_past (commune_id, id, superseded_at);
CREATE INDEX training_courses_past_of_by_province ON training_courses_past (province_id, id, superseded_at);
CREATE TRIGGER training_courses_keep AFTER UPDATE ON training_courses WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO training_courses_past (
        id, province_id, commune_id, name, state, programme_code, programme_version, organizer, mode, first_date,
        last_date, minutes, cancel_reason, revision, created_at, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.province_id, OLD.commune_id, OLD.name, OLD.state, OLD.programme_code, OLD.programme_version,
        OLD.organizer, OLD.mode, OLD.first_date, OLD.last_date, OLD.minutes, OLD.cancel_reason, OLD.revision,
        OLD.created_at, OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW training_courses_known AS
    SELECT
        id, province_id, commune_id, name, state, programme_code, programme_version, organizer, mode, first_date,
        last_date, minutes, cancel_reason, revision, created_at, updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM training_courses
    UNION ALL SELECT
        id, province_id, commune_id, name, state, programme_code, programme_version, organizer, mode, first_date,
        last_date, minutes, cancel_reason, revision, created_at, updated_at,
        updated_at, superseded_at FROM training_courses_past;

CREATE TABLE training_sessions_past (
    id BLOB NOT NULL,
    course_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    session_date TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    mode TEXT NOT NULL,
    place TEXT NOT NULL,
    topic TEXT NOT NULL,
    materials TEXT NOT NULL,
    trainers TEXT NOT NULL,
    attended_count INTEGER NOT NULL,
    absent_count INTEGER NOT NULL,
    material_count INTEGER NOT NULL,
    cancel_reason TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX training_sessions_past_of ON training_sessions_past (course_id, number, superseded_at);
CREATE TRIGGER training_sessions_keep AFTER UPDATE ON training_sessions WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO training_sessions_past (
        id, course_id, number, state, session_date, minutes, mode, place, topic, materials, trainers, attended_count,
        absent_count, material_count, cancel_reason, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.course_id, OLD.number, OLD.state, OLD.session_date, OLD.minutes, OLD.mode, OLD.place, OLD.topic,
        OLD.materials, OLD.trainers, OLD.attended_count, OLD.absent_count, OLD.material_count, OLD.cancel_reason,
        OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW training_sessions_known AS
    SELECT
        id, course_id, number, state, session_date, minutes, mode, place, topic, materials, trainers, attended_count,
        absent_count, material_count, cancel_reason, updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM training_sessions
    UNION ALL SELECT
        id, course_id, number, state, session_date, minutes, mode, place, topic, materials, trainers, attended_count,
        absent_count, material_count, cancel_reason, updated_at,
        updated_at, superseded_at FROM training_sessions_past;

CREATE TABLE training_certificates_past (
    id BLOB NOT NULL,
    course_id BLOB NOT NULL,
    batch_id BLOB NOT NULL,
    batch_index INTEGER NOT NULL,
    mediator_id BLOB NOT NULL,
    number TEXT NOT NULL,
    issue_date TEXT NOT NULL,
    issuer TEXT NOT NULL,
    revoke_date TEXT,
    revoke_reason TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX training_certificates_past_of ON training_certificates_past (course_id, id, superseded_at);
CREATE TRIGGER training_certificates_keep AFTER UPDATE ON training_certificates WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO training_certificates_past (
        id, course_id, batch_id, batch_index, mediator_id, number, issue_date, issuer, revoke_date, revoke_reason,
        revision, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.course_id, OLD.batch_id, OLD.batch_index, OLD.mediator_id, OLD.number, OLD.issue_date, OLD.issuer,
        OLD.revoke_date, OLD.revoke_reason, OLD.revision, OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW training_certificates_known AS
    SELECT
        id, course_id, batch_id, batch_index, mediator_id, number, issue_date, issuer, revoke_date, revoke_reason,
        revision, updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM training_certificates
    UNION ALL SELECT
        id, course_id, batch_id, batch_index, mediator_id, number, issue_date, issuer, revoke_date, revoke_reason,
        revision, updated_at,
        updated_at, superseded_at FROM training_certificates_past;

CREATE TABLE trainers_past (
    id BLOB NOT NULL,
    province_id BLOB NOT NULL,
    commune_id BLOB NOT NULL,
    sealed_person BLOB NOT NULL,
    organization TEXT NOT NULL,
    decision_number TEXT,
    decision_date TEXT,
    decision_issuer TEXT,
    end_date TEXT,
    revision INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX trainers_past_of ON trainers_past (id, superseded_at);
CREATE TRIGGER trainers_keep AFTER UPDATE ON trainers WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO trainers_past (
        id, province_id, commune_id, sealed_person, organization, decision_number, decision_date, decision_issuer,
        end_date, revision, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.province_id, OLD.commune_id, OLD.sealed_person, OLD.organization, OLD.decision_number,
        OLD.decision_date, OLD.decision_issuer, OLD.end_date, OLD.revision, OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW trainers_known AS
    SELECT
        id, province_id, commune_id, sealed_person, organization, decision_number, decision_date, decision_issuer,
        end_date, revision, updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM trainers
    UNION ALL SELECT
        id, province_id, commune_id, sealed_person, organization, decision_number, decision_date, decision_issuer,
        end_date, revision, updated_at,
        updated_at, superseded_at FROM trainers_past;

CREATE TABLE contests_past (
    id BLOB NOT NULL,
    province_id BLOB NOT NULL,
    commune_id BLOB NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    first_date TEXT NOT NULL,
    last_date TEXT NOT NULL,
    place TEXT NOT NULL,
    correct_reason TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contests_past_of ON contests_past (id, superseded_at);
CREATE TRIGGER contests_keep AFTER UPDATE ON contests WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO contests_past (
        id, province_id, commune_id, name, level, first_date, last_date, place, correct_reason, revision, updated_at,
        superseded_at
    ) VALUES (
        OLD.id, OLD.province_id, OLD.commune_id, OLD.name, OLD.level, OLD.first_date, OLD.last_date, OLD.place,
        OLD.correct_reason, OLD.revision, OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW contests_known AS
    SELECT
        id, province_id, commune_id, name, level, first_date, last_date, place, correct_reason, revision, updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM contests
    UNION ALL SELECT
        id, province_id, commune_id, name, level, first_date, last_date, place, correct_reason, revision, updated_at,
        updated_at, superseded_at FROM contests_past;

CREATE TABLE commendations_past (
    id BLOB NOT NULL,
    batch_id BLOB NOT NULL,
    batch_index INTEGER NOT NULL,
    mediator_id BLOB,
    team_id BLOB NOT NULL,
    area_unit_id BLOB NOT NULL,
    commune_id BLOB NOT NULL,
    province_id BLOB NOT NULL,
    form TEXT NOT NULL,
    level TEXT NOT NULL,
    decision_number TEXT NOT NULL,
    decision_date TEXT NOT NULL,
    decision_issuer TEXT NOT NULL,
    achievement TEXT NOT NULL,
    revoke_date TEXT,
    revoke_reason TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    superseded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX commendations_past_of ON commendations_past (id, superseded_at);
CREATE INDEX commendations_past_of_by_team ON commendations_past (team_id, id, superseded_at);
CREATE TRIGGER commendations_keep AFTER UPDATE ON commendations WHEN NEW.updated_at <> OLD.updated_at BEGIN
    INSERT INTO commendations_past (
        id, batch_id, batch_index, mediator_id, team_id, area_unit_id, commune_id, province_id, form, level,
        decision_number, decision_date, decision_issuer, achievement, revoke_date, revoke_reason, revision,
        updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.batch_id, OLD.batch_index, OLD.mediator_id, OLD.team_id, OLD.area_unit_id, OLD.commune_id,
        OLD.province_id, OLD.form, OLD.level, OLD.decision_number, OLD.decision_date, OLD.decision_issuer,
        OLD.achievement, OLD.revoke_date, OLD.revoke_reason, OLD.revision, OLD.updated_at, NEW.updated_at
    );
END;
CREATE VIEW commendations_known AS
    SELECT
        id, batch_id, batch_index, mediator_id, team_id, area_unit_id, commune_id, province_id, form, level,
        decision_number, decision_date, decision_issuer, achievement, revoke_date, revoke_reason, revision, updated_at,
        updated_at AS recorded_at, 253402300799999999 AS superseded_at FROM commendations
    UNION ALL SELECT
        id, batch_id, batch_index, mediator_id, team_id, area_unit_id, commune_id, province_id, form, level,
        decision_number, decision_date, decision_issuer, achievement, revoke_date, revoke_reason, revision, updated_at,
        updated_at, superseded_at FROM commendations_past;
