-- Messages of agencies that speak SPDCI: a message of an id is taken once.

CREATE TABLE spdci_messages (
    consumer_id    BLOB NOT NULL REFERENCES consumers (id),
    message_id     TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    receive_time   INTEGER NOT NULL,
    PRIMARY KEY (consumer_id, message_id)
) STRICT;

-- What was asked and is answered later. The request is sealed: it may name people. The answer is made when it is sent, and kept
-- nowhere.
CREATE TABLE spdci_transactions (
    id                BLOB NOT NULL PRIMARY KEY,
    consumer_id       BLOB NOT NULL REFERENCES consumers (id),
    credential_id     BLOB NOT NULL REFERENCES credentials (id),
    transaction_id    TEXT NOT NULL,
    callback          TEXT NOT NULL,
    request_sealed    BLOB NOT NULL,
    state             TEXT NOT NULL,
    attempt_count     INTEGER NOT NULL,
    next_attempt_time INTEGER,
    last_outcome      TEXT NOT NULL,
    receive_time      INTEGER NOT NULL
) STRICT;
CREATE INDEX spdci_transactions_by_consumer ON spdci_transactions (consumer_id, transaction_id);
CREATE INDEX spdci_transactions_due ON spdci_transactions (next_attempt_time) WHERE next_attempt_time IS NOT NULL;
