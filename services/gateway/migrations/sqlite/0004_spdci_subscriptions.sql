-- What agencies that speak SPDCI follow and the notices of it; questions of every kind that are answered later; what was stated of
-- consent and authority.

ALTER TABLE spdci_transactions ADD COLUMN action TEXT NOT NULL DEFAULT 'search';
-- What became of a subscription or its end is known when it is taken, and is sealed: criteria may name people.
ALTER TABLE spdci_transactions ADD COLUMN answer_sealed BLOB;
ALTER TABLE spdci_transactions ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
CREATE INDEX spdci_transactions_of_consumer ON spdci_transactions (consumer_id, id);
CREATE INDEX spdci_transactions_by_age ON spdci_transactions (receive_time) WHERE next_attempt_time IS NULL;
CREATE INDEX spdci_messages_by_age ON spdci_messages (receive_time);

-- By what sub-requests a transaction is found again.
CREATE TABLE spdci_references (
    consumer_id    BLOB NOT NULL REFERENCES consumers (id),
    action         TEXT NOT NULL,
    reference_id   TEXT NOT NULL,
    correlation_id BLOB NOT NULL REFERENCES spdci_transactions (id),
    PRIMARY KEY (consumer_id, action, reference_id, correlation_id)
) STRICT;
CREATE INDEX spdci_references_of_transaction ON spdci_references (correlation_id);

-- `followed_id` is a mediator, a team or a unit. Notices are sent one after the other, so the schedule is the subscription's.
CREATE TABLE spdci_subscriptions (
    id                 BLOB NOT NULL PRIMARY KEY,
    consumer_id        BLOB NOT NULL REFERENCES consumers (id),
    credential_id      BLOB NOT NULL REFERENCES credentials (id),
    correlation_id     BLOB NOT NULL,
    event              TEXT NOT NULL,
    followed_id        BLOB NOT NULL,
    callback           TEXT NOT NULL,
    locale             TEXT,
    asked_sealed       BLOB NOT NULL,
    start_time         INTEGER,
    end_time           INTEGER,
    state              TEXT NOT NULL,
    end_correlation_id BLOB,
    attempt_count      INTEGER NOT NULL,
    next_attempt_time  INTEGER,
    revision           INTEGER NOT NULL,
    create_time        INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX spdci_subscriptions_running ON spdci_subscriptions (consumer_id, event, followed_id, callback)
    WHERE state = 'active';
CREATE INDEX spdci_subscriptions_by_followed ON spdci_subscriptions (followed_id) WHERE state = 'active';
CREATE INDEX spdci_subscriptions_due ON spdci_subscriptions (next_attempt_time) WHERE next_attempt_time IS NOT NULL;

-- One row a fact and subscription: a fact is put in line once, however often the feed brings it. The records are asked for when it
-- is sent, and kept nowhere.
CREATE TABLE spdci_notices (
    id              BLOB NOT NULL PRIMARY KEY,
    subscription_id BLOB NOT NULL REFERENCES spdci_subscriptions (id),
    consumer_id     BLOB NOT NULL REFERENCES consumers (id),
    position        INTEGER NOT NULL,
    event           TEXT NOT NULL,
    record_id       BLOB NOT NULL,
    commune_id      BLOB NOT NULL,
    day             TEXT NOT NULL,
    record_time     INTEGER NOT NULL,
    state           TEXT NOT NULL,
    attempt_count   INTEGER NOT NULL,
    last_outcome    TEXT NOT NULL,
    settle_time     INTEGER,
    revision        INTEGER NOT NULL,
    create_time     INTEGER NOT NULL,
    UNIQUE (subscription_id, position)
) STRICT;
CREATE INDEX spdci_notices_open ON spdci_notices (subscription_id, position) WHERE settle_time IS NULL;
CREATE INDEX spdci_notices_of_consumer ON spdci_notices (consumer_id, id);
CREATE INDEX spdci_notices_by_age ON spdci_notices (settle_time) WHERE settle_time IS NOT NULL;

-- Where teams lie down to the area, as far as notices have followed the journal of the registry.
CREATE TABLE spdci_teams (
    team_id      BLOB NOT NULL PRIMARY KEY,
    province_id  BLOB NOT NULL,
    commune_id   BLOB NOT NULL,
    area_unit_id BLOB NOT NULL
) STRICT;

ALTER TABLE disclosures ADD COLUMN consent_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE disclosures ADD COLUMN authorization_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE disclosures ADD COLUMN statements_sealed BLOB;
