-- Who has which role where, and who has signed in. Dates are text YYYY-MM-DD.

CREATE TABLE role_assignments (
    id            UUID PRIMARY KEY,
    issuer        TEXT COLLATE "C" NOT NULL,
    subject       TEXT COLLATE "C" NOT NULL,
    display_name  TEXT COLLATE "C" NOT NULL,
    role          TEXT COLLATE "C" NOT NULL,
    area          TEXT COLLATE "C" NOT NULL,
    person_id     UUID,
    valid_from    TEXT COLLATE "C" NOT NULL,
    valid_to      TEXT COLLATE "C",
    ground        TEXT COLLATE "C" NOT NULL,
    end_ground    TEXT COLLATE "C" NOT NULL,
    ended_at_once BOOLEAN NOT NULL,
    change_number BIGINT NOT NULL,
    revision      BIGINT NOT NULL,
    create_time   TIMESTAMPTZ NOT NULL,
    update_time   TIMESTAMPTZ NOT NULL
);
CREATE INDEX role_assignments_by_subject ON role_assignments (subject, id);
CREATE INDEX role_assignments_by_area ON role_assignments (area, id);
CREATE UNIQUE INDEX role_assignments_by_change ON role_assignments (change_number);

-- The number of the last change of an assignment: whoever holds them in memory asks for those after the last that it knows. The row
-- is locked to the end of a change, so that the numbers become known in their order.
CREATE TABLE role_assignment_changes (
    one         BIGINT PRIMARY KEY CHECK (one = 1),
    last_number BIGINT NOT NULL
);
INSERT INTO role_assignment_changes (one, last_number) VALUES (1, 0);

-- What an assignment was before it was ended: the engine keeps it, so that no statement can forget to.
CREATE TABLE role_assignments_past (
    id            UUID NOT NULL,
    issuer        TEXT COLLATE "C" NOT NULL,
    subject       TEXT COLLATE "C" NOT NULL,
    display_name  TEXT COLLATE "C" NOT NULL,
    role          TEXT COLLATE "C" NOT NULL,
    area          TEXT COLLATE "C" NOT NULL,
    person_id     UUID,
    valid_from    TEXT COLLATE "C" NOT NULL,
    valid_to      TEXT COLLATE "C",
    ground        TEXT COLLATE "C" NOT NULL,
    end_ground    TEXT COLLATE "C" NOT NULL,
    ended_at_once BOOLEAN NOT NULL,
    change_number BIGINT NOT NULL,
    revision      BIGINT NOT NULL,
    create_time   TIMESTAMPTZ NOT NULL,
    update_time   TIMESTAMPTZ NOT NULL,
    superseded_time TIMESTAMPTZ NOT NULL
);
CREATE INDEX role_assignments_past_of ON role_assignments_past (id, superseded_time);
CREATE FUNCTION role_assignments_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO role_assignments_past (
        id, issuer, subject, display_name, role, area, person_id, valid_from, valid_to,
        ground, end_ground, ended_at_once, change_number, revision, create_time, update_time, superseded_time
    ) VALUES (
        OLD.id, OLD.issuer, OLD.subject, OLD.display_name, OLD.role, OLD.area, OLD.person_id, OLD.valid_from, OLD.valid_to,
        OLD.ground, OLD.end_ground, OLD.ended_at_once, OLD.change_number, OLD.revision, OLD.create_time, OLD.update_time, NEW.update_time
    );
    RETURN NULL;
END $$;
CREATE TRIGGER role_assignments_keep AFTER UPDATE ON role_assignments FOR EACH ROW
    EXECUTE FUNCTION role_assignments_keep();
CREATE VIEW role_assignments_known AS
    SELECT
        id, issuer, subject, display_name, role, area, person_id, valid_from, valid_to,
        ground, end_ground, ended_at_once, change_number, revision, create_time, update_time,
        update_time AS recorded_time, CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMPTZ) AS superseded_time FROM role_assignments
    UNION ALL SELECT
        id, issuer, subject, display_name, role, area, person_id, valid_from, valid_to,
        ground, end_ground, ended_at_once, change_number, revision, create_time, update_time,
        update_time, superseded_time FROM role_assignments_past;

-- The key under which sign-ins and sessions are sealed; sealed itself under the keys of the installation.
CREATE TABLE sign_in_keys (
    one        BIGINT PRIMARY KEY CHECK (one = 1),
    key_sealed BYTEA NOT NULL
);

-- Whoever has signed in: found by the hash of a secret that the browser alone has; the tokens are sealed, the account is a keyed
-- hash. One process renews them at a time, until `renewing_until_time`; none before `renew_after_time`.
CREATE TABLE sign_in_sessions (
    secret_sha256           BYTEA PRIMARY KEY,
    tokens_sealed           BYTEA NOT NULL,
    subject_index           BYTEA NOT NULL,
    provider_session_index  BYTEA,
    generation              BIGINT NOT NULL,
    renewing_until_time     TIMESTAMPTZ,
    renew_after_time        TIMESTAMPTZ NOT NULL,
    last_time               TIMESTAMPTZ NOT NULL,
    end_time                TIMESTAMPTZ NOT NULL
);
CREATE INDEX sign_in_sessions_by_end ON sign_in_sessions (end_time);
CREATE INDEX sign_in_sessions_by_subject ON sign_in_sessions (subject_index);
CREATE INDEX sign_in_sessions_by_provider_session ON sign_in_sessions (provider_session_index);
