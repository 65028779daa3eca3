-- Who has which role where, and who has signed in. Dates are text YYYY-MM-DD, instants microseconds.

CREATE TABLE role_assignments (
    id            BLOB NOT NULL PRIMARY KEY,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    role          TEXT NOT NULL,
    area          TEXT NOT NULL,
    person_id     BLOB,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT,
    ground        TEXT NOT NULL,
    end_ground    TEXT NOT NULL,
    ended_at_once INTEGER NOT NULL,
    change_number INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL
) STRICT;
CREATE INDEX role_assignments_by_subject ON role_assignments (subject, id);
CREATE INDEX role_assignments_by_area ON role_assignments (area, id);
CREATE UNIQUE INDEX role_assignments_by_change ON role_assignments (change_number);

-- The number of the last change of an assignment: whoever holds them in memory asks for those after the last that it knows. The row
-- is locked to the end of a change, so that the numbers become known in their order.
CREATE TABLE role_assignment_changes (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    last_number INTEGER NOT NULL
) STRICT;
INSERT INTO role_assignment_changes (one, last_number) VALUES (1, 0);

-- What an assignment was before it was ended: the engine keeps it, so that no statement can forget to.
CREATE TABLE role_assignments_past (
    id            BLOB NOT NULL,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    role          TEXT NOT NULL,
    area          TEXT NOT NULL,
    person_id     BLOB,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT,
    ground        TEXT NOT NULL,
    end_ground    TEXT NOT NULL,
    ended_at_once INTEGER NOT NULL,
    change_number INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    superseded_time INTEGER NOT NULL
) STRICT;
CREATE INDEX role_assignments_past_of ON role_assignments_past (id, superseded_time);
CREATE TRIGGER role_assignments_keep AFTER UPDATE ON role_assignments BEGIN
    INSERT INTO role_assignments_past (
        id, issuer, subject, display_name, role, area, person_id, valid_from, valid_to,
        ground, end_ground, ended_at_once, change_number, revision, create_time, update_time, superseded_time
    ) VALUES (
        OLD.id, OLD.issuer, OLD.subject, OLD.display_name, OLD.role, OLD.area, OLD.person_id, OLD.valid_from, OLD.valid_to,
        OLD.ground, OLD.end_ground, OLD.ended_at_once, OLD.change_number, OLD.revision, OLD.create_time, OLD.update_time, NEW.update_time
    );
END;
CREATE VIEW role_assignments_known AS
    SELECT
        id, issuer, subject, display_name, role, area, person_id, valid_from, valid_to,
        ground, end_ground, ended_at_once, change_number, revision, create_time, update_time,
        update_time AS recorded_time, 253402300799999999 AS superseded_time FROM role_assignments
    UNION ALL SELECT
        id, issuer, subject, display_name, role, area, person_id, valid_from, valid_to,
        ground, end_ground, ended_at_once, change_number, revision, create_time, update_time,
        update_time, superseded_time FROM role_assignments_past;

-- The key under which sign-ins and sessions are sealed; sealed itself under the keys of the installation.
CREATE TABLE sign_in_keys (
    one        INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    key_sealed BLOB NOT NULL
) STRICT;

-- Whoever has signed in: found by the hash of a secret that the browser alone has; the tokens are sealed, the account is a keyed
-- hash. One process renews them at a time, until `renewing_until_time`; none before `renew_after_time`.
CREATE TABLE sign_in_sessions (
    secret_sha256           BLOB NOT NULL PRIMARY KEY,
    tokens_sealed           BLOB NOT NULL,
    subject_index           BLOB NOT NULL,
    provider_session_index  BLOB,
    generation              INTEGER NOT NULL,
    renewing_until_time     INTEGER,
    renew_after_time        INTEGER NOT NULL,
    last_time               INTEGER NOT NULL,
    end_time                INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_sessions_by_end ON sign_in_sessions (end_time);
CREATE INDEX sign_in_sessions_by_subject ON sign_in_sessions (subject_index);
CREATE INDEX sign_in_sessions_by_provider_session ON sign_in_sessions (provider_session_index);
