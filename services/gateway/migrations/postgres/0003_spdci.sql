-- Messages of agencies that speak SPDCI: a message of an id is taken once.

CREATE TABLE spdci_messages (
    consumer_id    UUID NOT NULL REFERENCES consumers (id),
    message_id     TEXT COLLATE "C" NOT NULL,
    transaction_id TEXT COLLATE "C" NOT NULL,
    receive_time   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consumer_id, message_id)
);

-- What was asked and is answered later. The request is sealed: it may name people. The answer is made when it is sent, and kept
-- nowhere.
CREATE TABLE spdci_transactions (
    id                UUID PRIMARY KEY,
    consumer_id       UUID NOT NULL REFERENCES consumers (id),
    credential_id     UUID NOT NULL REFERENCES credentials (id),
    transaction_id    TEXT COLLATE "C" NOT NULL,
    callback          TEXT COLLATE "C" NOT NULL,
    request_sealed    BYTEA NOT NULL,
    state             TEXT COLLATE "C" NOT NULL,
    attempt_count     BIGINT NOT NULL,
    next_attempt_time TIMESTAMPTZ,
    last_outcome      TEXT COLLATE "C" NOT NULL,
    receive_time      TIMESTAMPTZ NOT NULL
);
CREATE INDEX spdci_transactions_by_consumer ON spdci_transactions (consumer_id, transaction_id);
CREATE INDEX spdci_transactions_due ON spdci_transactions (next_attempt_time) WHERE next_attempt_time IS NOT NULL;
