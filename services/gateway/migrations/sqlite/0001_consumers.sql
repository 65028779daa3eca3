-- The agencies that are connected, by what they are known, how often they called, and what they were told of whom.
-- Dates are text YYYY-MM-DD, instants microseconds.

CREATE TABLE consumers (
    id            BLOB NOT NULL PRIMARY KEY,
    display_name  TEXT NOT NULL,
    agency_codes  TEXT NOT NULL,
    policy        TEXT NOT NULL,
    revoked       INTEGER NOT NULL,
    revoke_reason TEXT NOT NULL,
    revision      INTEGER NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL
) STRICT;

-- One row a code that nobody else may hold at the same time; those of revoked consumers are free again.
CREATE TABLE agency_codes (
    code_system TEXT NOT NULL,
    code        TEXT NOT NULL,
    consumer_id BLOB NOT NULL REFERENCES consumers (id),
    valid_from  TEXT NOT NULL,
    valid_to    TEXT NOT NULL,
    PRIMARY KEY (code_system, code, valid_from)
) STRICT;
CREATE INDEX agency_codes_by_consumer ON agency_codes (consumer_id);

CREATE TABLE credentials (
    id                     BLOB NOT NULL PRIMARY KEY,
    consumer_id            BLOB NOT NULL REFERENCES consumers (id),
    kind                   TEXT NOT NULL,
    secret_sha256          BLOB,
    previous_secret_sha256 BLOB,
    previous_until         INTEGER,
    certificate_sha256     BLOB,
    issuer                 TEXT NOT NULL,
    subject                TEXT NOT NULL,
    expire_time            INTEGER,
    revoked                INTEGER NOT NULL,
    revision               INTEGER NOT NULL,
    create_time            INTEGER NOT NULL
) STRICT;
CREATE INDEX credentials_by_consumer ON credentials (consumer_id, id);
CREATE UNIQUE INDEX credentials_by_certificate ON credentials (certificate_sha256) WHERE NOT revoked AND kind = 'certificate';
CREATE UNIQUE INDEX credentials_by_subject ON credentials (issuer, subject) WHERE NOT revoked AND kind = 'token';

-- Rises with every change of consumers and credentials: whoever holds them in memory asks for it alone.
CREATE TABLE consumers_revision (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO consumers_revision (one, revision) VALUES (1, 0);

CREATE TABLE consumer_calls (
    consumer_id BLOB NOT NULL REFERENCES consumers (id),
    day         TEXT NOT NULL,
    calls       INTEGER NOT NULL,
    PRIMARY KEY (consumer_id, day)
) STRICT;

CREATE TABLE disclosures (
    id             BLOB NOT NULL PRIMARY KEY,
    consumer_id    BLOB NOT NULL REFERENCES consumers (id),
    method         TEXT NOT NULL,
    purpose        TEXT NOT NULL,
    on_behalf_of   TEXT NOT NULL,
    fields         TEXT NOT NULL,
    mediator_count INTEGER NOT NULL,
    disclose_time  INTEGER NOT NULL
) STRICT;
CREATE INDEX disclosures_by_consumer ON disclosures (consumer_id, id);

CREATE TABLE disclosed_mediators (
    mediator_id   BLOB NOT NULL,
    disclosure_id BLOB NOT NULL REFERENCES disclosures (id),
    PRIMARY KEY (mediator_id, disclosure_id)
) STRICT;
