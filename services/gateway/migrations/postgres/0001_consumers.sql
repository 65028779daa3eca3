-- The agencies that are connected, by what they are known, how often they called, and what they were told of whom.
-- Dates are text YYYY-MM-DD.

CREATE TABLE consumers (
    id            UUID PRIMARY KEY,
    display_name  TEXT COLLATE "C" NOT NULL,
    agency_codes  TEXT COLLATE "C" NOT NULL,
    policy        TEXT COLLATE "C" NOT NULL,
    revoked       BOOLEAN NOT NULL,
    revoke_reason TEXT COLLATE "C" NOT NULL,
    revision      BIGINT NOT NULL,
    create_time   TIMESTAMPTZ NOT NULL,
    update_time   TIMESTAMPTZ NOT NULL
);

-- One row a code that nobody else may hold at the same time; those of revoked consumers are free again.
CREATE TABLE agency_codes (
    code_system TEXT COLLATE "C" NOT NULL,
    code        TEXT COLLATE "C" NOT NULL,
    consumer_id UUID NOT NULL REFERENCES consumers (id),
    valid_from  TEXT COLLATE "C" NOT NULL,
    valid_to    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (code_system, code, valid_from)
);
CREATE INDEX agency_codes_by_consumer ON agency_codes (consumer_id);

CREATE TABLE credentials (
    id                     UUID PRIMARY KEY,
    consumer_id            UUID NOT NULL REFERENCES consumers (id),
    kind                   TEXT COLLATE "C" NOT NULL,
    secret_sha256          BYTEA,
    previous_secret_sha256 BYTEA,
    previous_until         TIMESTAMPTZ,
    certificate_sha256     BYTEA,
    issuer                 TEXT COLLATE "C" NOT NULL,
    subject                TEXT COLLATE "C" NOT NULL,
    expire_time            TIMESTAMPTZ,
    revoked                BOOLEAN NOT NULL,
    revision               BIGINT NOT NULL,
    create_time            TIMESTAMPTZ NOT NULL
);
CREATE INDEX credentials_by_consumer ON credentials (consumer_id, id);
CREATE UNIQUE INDEX credentials_by_certificate ON credentials (certificate_sha256) WHERE NOT revoked AND kind = 'certificate';
CREATE UNIQUE INDEX credentials_by_subject ON credentials (issuer, subject) WHERE NOT revoked AND kind = 'token';

-- Rises with every change of consumers and credentials: whoever holds them in memory asks for it alone.
CREATE TABLE consumers_revision (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    revision BIGINT NOT NULL
);
INSERT INTO consumers_revision (one, revision) VALUES (1, 0);

CREATE TABLE consumer_calls (
    consumer_id UUID NOT NULL REFERENCES consumers (id),
    day         TEXT COLLATE "C" NOT NULL,
    calls       BIGINT NOT NULL,
    PRIMARY KEY (consumer_id, day)
);

CREATE TABLE disclosures (
    id             UUID PRIMARY KEY,
    consumer_id    UUID NOT NULL REFERENCES consumers (id),
    method         TEXT COLLATE "C" NOT NULL,
    purpose        TEXT COLLATE "C" NOT NULL,
    on_behalf_of   TEXT COLLATE "C" NOT NULL,
    fields         TEXT COLLATE "C" NOT NULL,
    mediator_count BIGINT NOT NULL,
    disclose_time  TIMESTAMPTZ NOT NULL
);
CREATE INDEX disclosures_by_consumer ON disclosures (consumer_id, id);

CREATE TABLE disclosed_mediators (
    mediator_id   UUID NOT NULL,
    disclosure_id UUID NOT NULL REFERENCES disclosures (id),
    PRIMARY KEY (mediator_id, disclosure_id)
);
