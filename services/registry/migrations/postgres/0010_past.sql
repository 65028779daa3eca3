-- Records of procedures, training and awards on the axis of knowledge: a row that changes leaves what it was in the table
-- beside it, with the instant from which that was believed no more. The engine does it, so that no statement can forget
-- to; a view of each pair answers what was known at an instant. Whoever adds a column to one of these tables adds it to
-- its past, its trigger and its view: a test compares them. Rows of before this day count as known since ever.

ALTER TABLE absences ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE commendations ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE contests ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE deadlines ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE trainers ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE training_certificates ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE training_sessions ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE absences ADD COLUMN cleared BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE team_successions ADD COLUMN recorded_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
-- Who stood in an election is asked for wherever the person's team went since.
CREATE INDEX mediators_by_election ON mediators (election_id);

CREATE TABLE recognition_lists_past (
    id UUID NOT NULL,
    team_id UUID NOT NULL,
    election_id UUID NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    receive_date TEXT COLLATE "C" NOT NULL,
    due_date TEXT COLLATE "C" NOT NULL,
    decision_number TEXT COLLATE "C",
    decision_date TEXT COLLATE "C",
    decision_issuer TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    minutes_form TEXT COLLATE "C",
    previous_id UUID,
    return_date TEXT COLLATE "C",
    sealed_note BYTEA,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX recognition_lists_past_of ON recognition_lists_past (id, superseded_at);
CREATE FUNCTION recognition_lists_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO recognition_lists_past (
        id, team_id, election_id, state, receive_date, due_date, decision_number, decision_date, decision_issuer,
        revision, created_at, updated_at, minutes_form, previous_id, return_date, sealed_note, superseded_at
    ) VALUES (
        OLD.id, OLD.team_id, OLD.election_id, OLD.state, OLD.receive_date, OLD.due_date, OLD.decision_number,
        OLD.decision_date, OLD.decision_issuer, OLD.revision, OLD.created_at, OLD.updated_at, OLD.minutes_form,
        OLD.previous_id, OLD.return_date, OLD.sealed_note, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER recognition_lists_keep AFTER UPDATE ON recognition_lists FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION recognition_lists_keep();
CREATE VIEW recognition_lists_known AS
    SELECT
        id, team_id, election_id, state, receive_date, due_date, decision_number, decision_date, decision_issuer,
        revision, created_at, updated_at, minutes_form, previous_id, return_date, sealed_note,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM recognition_lists
    UNION ALL SELECT
        id, team_id, election_id, state, receive_date, due_date, decision_number, decision_date, decision_issuer,
        revision, created_at, updated_at, minutes_form, previous_id, return_date, sealed_note,
        updated_at, superseded_at FROM recognition_lists_past;

CREATE TABLE leader_terms_past (
    id UUID NOT NULL,
    team_id UUID NOT NULL,
    mediator_id UUID NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    election_date TEXT COLLATE "C" NOT NULL,
    submit_due_date TEXT COLLATE "C" NOT NULL,
    receive_date TEXT COLLATE "C",
    decide_due_date TEXT COLLATE "C",
    decision_number TEXT COLLATE "C",
    decision_date TEXT COLLATE "C",
    decision_issuer TEXT COLLATE "C",
    sealed_note BYTEA,
    revision BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    form TEXT COLLATE "C",
    end_date TEXT COLLATE "C",
    end_ground TEXT COLLATE "C",
    end_number TEXT COLLATE "C",
    end_issuer TEXT COLLATE "C",
    sealed_minutes BYTEA,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX leader_terms_past_of ON leader_terms_past (id, superseded_at);
CREATE FUNCTION leader_terms_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
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
    RETURN NULL;
END $$;
CREATE TRIGGER leader_terms_keep AFTER UPDATE ON leader_terms FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION leader_terms_keep();
CREATE VIEW leader_terms_known AS
    SELECT
        id, team_id, mediator_id, state, election_date, submit_due_date, receive_date, decide_due_date,
        decision_number, decision_date, decision_issuer, sealed_note, revision, created_at, updated_at, form,
        end_date, end_ground, end_number, end_issuer, sealed_minutes,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM leader_terms
    UNION ALL SELECT
        id, team_id, mediator_id, state, election_date, submit_due_date, receive_date, decide_due_date,
        decision_number, decision_date, decision_issuer, sealed_note, revision, created_at, updated_at, form,
        end_date, end_ground, end_number, end_issuer, sealed_minutes,
        updated_at, superseded_at FROM leader_terms_past;

CREATE TABLE ceasings_past (
    id UUID NOT NULL,
    mediator_id UUID NOT NULL,
    team_id UUID NOT NULL,
    ground TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    proposer TEXT COLLATE "C" NOT NULL,
    of_leader BOOLEAN NOT NULL,
    propose_date TEXT COLLATE "C" NOT NULL,
    verify_due_date TEXT COLLATE "C" NOT NULL,
    verify_date TEXT COLLATE "C",
    front_agrees BOOLEAN,
    area_head_agrees BOOLEAN,
    leader_told_date TEXT COLLATE "C",
    form TEXT COLLATE "C",
    receive_date TEXT COLLATE "C",
    decide_due_date TEXT COLLATE "C",
    decision_number TEXT COLLATE "C",
    decision_date TEXT COLLATE "C",
    decision_issuer TEXT COLLATE "C",
    end_date TEXT COLLATE "C",
    sealed_reason BYTEA,
    sealed_disagreement BYTEA,
    sealed_refusal BYTEA,
    revision BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ceasings_past_of ON ceasings_past (id, superseded_at);
CREATE FUNCTION ceasings_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
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
    RETURN NULL;
END $$;
CREATE TRIGGER ceasings_keep AFTER UPDATE ON ceasings FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION ceasings_keep();
CREATE VIEW ceasings_known AS
    SELECT
        id, mediator_id, team_id, ground, state, proposer, of_leader, propose_date, verify_due_date, verify_date,
        front_agrees, area_head_agrees, leader_told_date, form, receive_date, decide_due_date, decision_number,
        decision_date, decision_issuer, end_date, sealed_reason, sealed_disagreement, sealed_refusal, revision,
        created_at, updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM ceasings
    UNION ALL SELECT
        id, mediator_id, team_id, ground, state, proposer, of_leader, propose_date, verify_due_date, verify_date,
        front_agrees, area_head_agrees, leader_told_date, form, receive_date, decide_due_date, decision_number,
        decision_date, decision_issuer, end_date, sealed_reason, sealed_disagreement, sealed_refusal, revision,
        created_at, updated_at,
        updated_at, superseded_at FROM ceasings_past;

CREATE TABLE deadlines_past (
    record_id UUID NOT NULL,
    step TEXT COLLATE "C" NOT NULL,
    procedure TEXT COLLATE "C" NOT NULL,
    team_id UUID NOT NULL,
    area_unit_id UUID NOT NULL,
    commune_id UUID NOT NULL,
    province_id UUID NOT NULL,
    start_date TEXT COLLATE "C" NOT NULL,
    due_date TEXT COLLATE "C" NOT NULL,
    done_date TEXT COLLATE "C",
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX deadlines_past_of ON deadlines_past (record_id, step, superseded_at);
CREATE INDEX deadlines_past_of_by_commune ON deadlines_past (commune_id, due_date, superseded_at);
CREATE INDEX deadlines_past_of_by_province ON deadlines_past (province_id, due_date, superseded_at);
CREATE INDEX deadlines_past_of_by_team ON deadlines_past (team_id, superseded_at);
CREATE FUNCTION deadlines_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO deadlines_past (
        record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date, done_date,
        updated_at, superseded_at
    ) VALUES (
        OLD.record_id, OLD.step, OLD.procedure, OLD.team_id, OLD.area_unit_id, OLD.commune_id, OLD.province_id,
        OLD.start_date, OLD.due_date, OLD.done_date, OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER deadlines_keep AFTER UPDATE ON deadlines FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION deadlines_keep();
CREATE VIEW deadlines_known AS
    SELECT
        record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date, done_date,
        updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM deadlines
    UNION ALL SELECT
        record_id, step, procedure, team_id, area_unit_id, commune_id, province_id, start_date, due_date, done_date,
        updated_at,
        updated_at, superseded_at FROM deadlines_past;

CREATE TABLE absences_past (
    mediator_id UUID NOT NULL,
    from_date TEXT COLLATE "C" NOT NULL,
    to_date TEXT COLLATE "C",
    sealed_reason BYTEA,
    updated_at TIMESTAMPTZ NOT NULL,
    cleared BOOLEAN NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX absences_past_of ON absences_past (mediator_id, superseded_at);
CREATE FUNCTION absences_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO absences_past (
        mediator_id, from_date, to_date, sealed_reason, updated_at, cleared, superseded_at
    ) VALUES (
        OLD.mediator_id, OLD.from_date, OLD.to_date, OLD.sealed_reason, OLD.updated_at, OLD.cleared, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER absences_keep AFTER UPDATE ON absences FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION absences_keep();
CREATE VIEW absences_known AS
    SELECT
        mediator_id, from_date, to_date, sealed_reason, updated_at, cleared,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM absences
    UNION ALL SELECT
        mediator_id, from_date, to_date, sealed_reason, updated_at, cleared,
        updated_at, superseded_at FROM absences_past;

CREATE TABLE attachments_past (
    id UUID NOT NULL,
    reorganization_id UUID NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    from_unit_id UUID NOT NULL,
    commune_id UUID NOT NULL,
    province_id UUID NOT NULL,
    effective_date TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    to_unit_id UUID,
    revision BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX attachments_past_of ON attachments_past (reorganization_id, id, superseded_at);
CREATE FUNCTION attachments_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO attachments_past (
        id, reorganization_id, subject, subject_id, from_unit_id, commune_id, province_id, effective_date, state,
        to_unit_id, revision, created_at, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.reorganization_id, OLD.subject, OLD.subject_id, OLD.from_unit_id, OLD.commune_id, OLD.province_id,
        OLD.effective_date, OLD.state, OLD.to_unit_id, OLD.revision, OLD.created_at, OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER attachments_keep AFTER UPDATE ON attachments FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION attachments_keep();
CREATE VIEW attachments_known AS
    SELECT
        id, reorganization_id, subject, subject_id, from_unit_id, commune_id, province_id, effective_date, state,
        to_unit_id, revision, created_at, updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM attachments
    UNION ALL SELECT
        id, reorganization_id, subject, subject_id, from_unit_id, commune_id, province_id, effective_date, state,
        to_unit_id, revision, created_at, updated_at,
        updated_at, superseded_at FROM attachments_past;

CREATE TABLE duplicates_past (
    id UUID NOT NULL,
    first_id UUID NOT NULL,
    second_id UUID NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL,
    survivor_id UUID,
    merged_id UUID,
    actor TEXT COLLATE "C" NOT NULL,
    sealed_reason BYTEA NOT NULL,
    before_state TEXT COLLATE "C",
    before_cessation TEXT COLLATE "C",
    before_cessation_date TEXT COLLATE "C",
    before_number TEXT COLLATE "C",
    before_decided TEXT COLLATE "C",
    before_issuer TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX duplicates_past_of ON duplicates_past (first_id, second_id, superseded_at);
CREATE FUNCTION duplicates_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO duplicates_past (
        id, first_id, second_id, verdict, survivor_id, merged_id, actor, sealed_reason, before_state,
        before_cessation, before_cessation_date, before_number, before_decided, before_issuer, revision, created_at,
        updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.first_id, OLD.second_id, OLD.verdict, OLD.survivor_id, OLD.merged_id, OLD.actor,
        OLD.sealed_reason, OLD.before_state, OLD.before_cessation, OLD.before_cessation_date, OLD.before_number,
        OLD.before_decided, OLD.before_issuer, OLD.revision, OLD.created_at, OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER duplicates_keep AFTER UPDATE ON duplicates FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION duplicates_keep();
CREATE VIEW duplicates_known AS
    SELECT
        id, first_id, second_id, verdict, survivor_id, merged_id, actor, sealed_reason, before_state,
        before_cessation, before_cessation_date, before_number, before_decided, before_issuer, revision, created_at,
        updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM duplicates
    UNION ALL SELECT
        id, first_id, second_id, verdict, survivor_id, merged_id, actor, sealed_reason, before_state,
        before_cessation, before_cessation_date, before_number, before_decided, before_issuer, revision, created_at,
        updated_at,
        updated_at, superseded_at FROM duplicates_past;

CREATE TABLE training_courses_past (
    id UUID NOT NULL,
    province_id UUID NOT NULL,
    commune_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    programme_code TEXT COLLATE "C" NOT NULL,
    programme_version TEXT COLLATE "C" NOT NULL,
    organizer TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    first_date TEXT COLLATE "C" NOT NULL,
    last_date TEXT COLLATE "C" NOT NULL,
    minutes INTEGER NOT NULL,
    cancel_reason TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX training_courses_past_of ON training_courses_past (id, superseded_at);
CREATE INDEX training_courses_past_of_by_commune ON training_courses_past (commune_id, id, superseded_at);
CREATE INDEX training_courses_past_of_by_province ON training_courses_past (province_id, id, superseded_at);
CREATE FUNCTION training_courses_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO training_courses_past (
        id, province_id, commune_id, name, state, programme_code, programme_version, organizer, mode, first_date,
        last_date, minutes, cancel_reason, revision, created_at, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.province_id, OLD.commune_id, OLD.name, OLD.state, OLD.programme_code, OLD.programme_version,
        OLD.organizer, OLD.mode, OLD.first_date, OLD.last_date, OLD.minutes, OLD.cancel_reason, OLD.revision,
        OLD.created_at, OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER training_courses_keep AFTER UPDATE ON training_courses FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION training_courses_keep();
CREATE VIEW training_courses_known AS
    SELECT
        id, province_id, commune_id, name, state, programme_code, programme_version, organizer, mode, first_date,
        last_date, minutes, cancel_reason, revision, created_at, updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM training_courses
    UNION ALL SELECT
        id, province_id, commune_id, name, state, programme_code, programme_version, organizer, mode, first_date,
        last_date, minutes, cancel_reason, revision, created_at, updated_at,
        updated_at, superseded_at FROM training_courses_past;

CREATE TABLE training_sessions_past (
    id UUID NOT NULL,
    course_id UUID NOT NULL,
    number INTEGER NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    session_date TEXT COLLATE "C" NOT NULL,
    minutes INTEGER NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    materials TEXT COLLATE "C" NOT NULL,
    trainers TEXT COLLATE "C" NOT NULL,
    attended_count INTEGER NOT NULL,
    absent_count INTEGER NOT NULL,
    material_count INTEGER NOT NULL,
    cancel_reason TEXT COLLATE "C" NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX training_sessions_past_of ON training_sessions_past (course_id, number, superseded_at);
CREATE FUNCTION training_sessions_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO training_sessions_past (
        id, course_id, number, state, session_date, minutes, mode, place, topic, materials, trainers, attended_count,
        absent_count, material_count, cancel_reason, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.course_id, OLD.number, OLD.state, OLD.session_date, OLD.minutes, OLD.mode, OLD.place, OLD.topic,
        OLD.materials, OLD.trainers, OLD.attended_count, OLD.absent_count, OLD.material_count, OLD.cancel_reason,
        OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER training_sessions_keep AFTER UPDATE ON training_sessions FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION training_sessions_keep();
CREATE VIEW training_sessions_known AS
    SELECT
        id, course_id, number, state, session_date, minutes, mode, place, topic, materials, trainers, attended_count,
        absent_count, material_count, cancel_reason, updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM training_sessions
    UNION ALL SELECT
        id, course_id, number, state, session_date, minutes, mode, place, topic, materials, trainers, attended_count,
        absent_count, material_count, cancel_reason, updated_at,
        updated_at, superseded_at FROM training_sessions_past;

CREATE TABLE training_certificates_past (
    id UUID NOT NULL,
    course_id UUID NOT NULL,
    batch_id UUID NOT NULL,
    batch_index INTEGER NOT NULL,
    mediator_id UUID NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    issue_date TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    revoke_date TEXT COLLATE "C",
    revoke_reason TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX training_certificates_past_of ON training_certificates_past (course_id, id, superseded_at);
CREATE FUNCTION training_certificates_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO training_certificates_past (
        id, course_id, batch_id, batch_index, mediator_id, number, issue_date, issuer, revoke_date, revoke_reason,
        revision, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.course_id, OLD.batch_id, OLD.batch_index, OLD.mediator_id, OLD.number, OLD.issue_date, OLD.issuer,
        OLD.revoke_date, OLD.revoke_reason, OLD.revision, OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER training_certificates_keep AFTER UPDATE ON training_certificates FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION training_certificates_keep();
CREATE VIEW training_certificates_known AS
    SELECT
        id, course_id, batch_id, batch_index, mediator_id, number, issue_date, issuer, revoke_date, revoke_reason,
        revision, updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM training_certificates
    UNION ALL SELECT
        id, course_id, batch_id, batch_index, mediator_id, number, issue_date, issuer, revoke_date, revoke_reason,
        revision, updated_at,
        updated_at, superseded_at FROM training_certificates_past;

CREATE TABLE trainers_past (
    id UUID NOT NULL,
    province_id UUID NOT NULL,
    commune_id UUID NOT NULL,
    sealed_person BYTEA NOT NULL,
    organization TEXT COLLATE "C" NOT NULL,
    decision_number TEXT COLLATE "C",
    decision_date TEXT COLLATE "C",
    decision_issuer TEXT COLLATE "C",
    end_date TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX trainers_past_of ON trainers_past (id, superseded_at);
CREATE FUNCTION trainers_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO trainers_past (
        id, province_id, commune_id, sealed_person, organization, decision_number, decision_date, decision_issuer,
        end_date, revision, updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.province_id, OLD.commune_id, OLD.sealed_person, OLD.organization, OLD.decision_number,
        OLD.decision_date, OLD.decision_issuer, OLD.end_date, OLD.revision, OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER trainers_keep AFTER UPDATE ON trainers FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION trainers_keep();
CREATE VIEW trainers_known AS
    SELECT
        id, province_id, commune_id, sealed_person, organization, decision_number, decision_date, decision_issuer,
        end_date, revision, updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM trainers
    UNION ALL SELECT
        id, province_id, commune_id, sealed_person, organization, decision_number, decision_date, decision_issuer,
        end_date, revision, updated_at,
        updated_at, superseded_at FROM trainers_past;

CREATE TABLE contests_past (
    id UUID NOT NULL,
    province_id UUID NOT NULL,
    commune_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    first_date TEXT COLLATE "C" NOT NULL,
    last_date TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    correct_reason TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX contests_past_of ON contests_past (id, superseded_at);
CREATE FUNCTION contests_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO contests_past (
        id, province_id, commune_id, name, level, first_date, last_date, place, correct_reason, revision, updated_at,
        superseded_at
    ) VALUES (
        OLD.id, OLD.province_id, OLD.commune_id, OLD.name, OLD.level, OLD.first_date, OLD.last_date, OLD.place,
        OLD.correct_reason, OLD.revision, OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER contests_keep AFTER UPDATE ON contests FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION contests_keep();
CREATE VIEW contests_known AS
    SELECT
        id, province_id, commune_id, name, level, first_date, last_date, place, correct_reason, revision, updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM contests
    UNION ALL SELECT
        id, province_id, commune_id, name, level, first_date, last_date, place, correct_reason, revision, updated_at,
        updated_at, superseded_at FROM contests_past;

CREATE TABLE commendations_past (
    id UUID NOT NULL,
    batch_id UUID NOT NULL,
    batch_index INTEGER NOT NULL,
    mediator_id UUID,
    team_id UUID NOT NULL,
    area_unit_id UUID NOT NULL,
    commune_id UUID NOT NULL,
    province_id UUID NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    decision_number TEXT COLLATE "C" NOT NULL,
    decision_date TEXT COLLATE "C" NOT NULL,
    decision_issuer TEXT COLLATE "C" NOT NULL,
    achievement TEXT COLLATE "C" NOT NULL,
    revoke_date TEXT COLLATE "C",
    revoke_reason TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX commendations_past_of ON commendations_past (id, superseded_at);
CREATE INDEX commendations_past_of_by_team ON commendations_past (team_id, id, superseded_at);
CREATE FUNCTION commendations_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO commendations_past (
        id, batch_id, batch_index, mediator_id, team_id, area_unit_id, commune_id, province_id, form, level,
        decision_number, decision_date, decision_issuer, achievement, revoke_date, revoke_reason, revision,
        updated_at, superseded_at
    ) VALUES (
        OLD.id, OLD.batch_id, OLD.batch_index, OLD.mediator_id, OLD.team_id, OLD.area_unit_id, OLD.commune_id,
        OLD.province_id, OLD.form, OLD.level, OLD.decision_number, OLD.decision_date, OLD.decision_issuer,
        OLD.achievement, OLD.revoke_date, OLD.revoke_reason, OLD.revision, OLD.updated_at, NEW.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER commendations_keep AFTER UPDATE ON commendations FOR EACH ROW WHEN (NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION commendations_keep();
CREATE VIEW commendations_known AS
    SELECT
        id, batch_id, batch_index, mediator_id, team_id, area_unit_id, commune_id, province_id, form, level,
        decision_number, decision_date, decision_issuer, achievement, revoke_date, revoke_reason, revision, updated_at,
        updated_at AS recorded_at, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_at FROM commendations
    UNION ALL SELECT
        id, batch_id, batch_index, mediator_id, team_id, area_unit_id, commune_id, province_id, form, level,
        decision_number, decision_date, decision_issuer, achievement, revoke_date, revoke_reason, revision, updated_at,
        updated_at, superseded_at FROM commendations_past;
