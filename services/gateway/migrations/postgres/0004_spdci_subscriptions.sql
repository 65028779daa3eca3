-- What agencies that speak SPDCI follow and the notices of it; questions of every kind that are answered later; what was stated of
-- consent and authority.

ALTER TABLE spdci_transactions ADD COLUMN action TEXT COLLATE "C" NOT NULL DEFAULT 'search';
-- What became of a subscription or its end is known when it is taken, and is sealed: criteria may name people.
ALTER TABLE spdci_transactions ADD COLUMN answer_sealed BYTEA;
ALTER TABLE spdci_transactions ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
CREATE INDEX spdci_transactions_of_consumer ON spdci_transactions (consumer_id, id);
CREATE INDEX spdci_transactions_by_age ON spdci_transactions (receive_time) WHERE next_attempt_time IS NULL;
CREATE INDEX spdci_messages_by_age ON spdci_messages (receive_time);

-- By what sub-requests a transaction is found again.
CREATE TABLE spdci_references (
    consumer_id    UUID NOT NULL REFERENCES consumers (id),
    action         TEXT COLLATE "C" NOT NULL,
    reference_id   TEXT COLLATE "C" NOT NULL,
    correlation_id UUID NOT NULL REFERENCES spdci_transactions (id),
    PRIMARY KEY (consumer_id, action, reference_id, correlation_id)
);
CREATE INDEX spdci_references_of_transaction ON spdci_references (correlation_id);

-- `followed_id` is a mediator, a team or a unit. Notices are sent one after the other, so the schedule is the subscription's.
CREATE TABLE spdci_subscriptions (
    id                 UUID PRIMARY KEY,
    consumer_id        UUID NOT NULL REFERENCES consumers (id),
    credential_id      UUID NOT NULL REFERENCES credentials (id),
    correlation_id     UUID NOT NULL,
    event              TEXT COLLATE "C" NOT NULL,
    followed_id        UUID NOT NULL,
    callback           TEXT COLLATE "C" NOT NULL,
    locale             TEXT COLLATE "C",
    asked_sealed       BYTEA NOT NULL,
    start_time         TIMESTAMPTZ,
    end_time           TIMESTAMPTZ,
    state              TEXT COLLATE "C" NOT NULL,
    end_correlation_id UUID,
    attempt_count      BIGINT NOT NULL,
    next_attempt_time  TIMESTAMPTZ,
    revision           BIGINT NOT NULL,
    create_time        TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX spdci_subscriptions_running ON spdci_subscriptions (consumer_id, event, followed_id, callback)
    WHERE state = 'active';
CREATE INDEX spdci_subscriptions_by_followed ON spdci_subscriptions (followed_id) WHERE state = 'active';
CREATE INDEX spdci_subscriptions_due ON spdci_subscriptions (next_attempt_time) WHERE next_attempt_time IS NOT NULL;

-- One row a fact and subscription: a fact is put in line once, however often the feed brings it. The records are asked for when it
-- is sent, and kept nowhere.
CREATE TABLE spdci_notices (
    id              UUID PRIMARY KEY,
    subscription_id UUID NOT NULL REFERENCES spdci_subscriptions (id),
    consumer_id     UUID NOT NULL REFERENCES consumers (id),
    position        BIGINT NOT NULL,
    event           TEXT COLLATE "C" NOT NULL,
    record_id       UUID NOT NULL,
    commune_id      UUID NOT NULL,
    day             TEXT COLLATE "C" NOT NULL,
    record_time     TIMESTAMPTZ NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    attempt_count   BIGINT NOT NULL,
    last_outcome    TEXT COLLATE "C" NOT NULL,
    settle_time     TIMESTAMPTZ,
    revision        BIGINT NOT NULL,
    create_time     TIMESTAMPTZ NOT NULL,
    UNIQUE (subscription_id, position)
);
CREATE INDEX spdci_notices_open ON spdci_notices (subscription_id, position) WHERE settle_time IS NULL;
CREATE INDEX spdci_notices_of_consumer ON spdci_notices (consumer_id, id);
CREATE INDEX spdci_notices_by_age ON spdci_notices (settle_time) WHERE settle_time IS NOT NULL;

-- Where teams lie down to the area, as far as notices have followed the journal of the registry.
CREATE TABLE spdci_teams (
    team_id      UUID PRIMARY KEY,
    province_id  UUID NOT NULL,
    commune_id   UUID NOT NULL,
    area_unit_id UUID NOT NULL
);

ALTER TABLE disclosures ADD COLUMN consent_sha256 TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE disclosures ADD COLUMN authorization_sha256 TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE disclosures ADD COLUMN statements_sealed BYTEA;
