-- Messages of agencies that speak SPDCI: a message of an id is taken once.

CREATE TABLE spdci_messages (
    consumer_id    UUID NOT NULL REFERENCES consumers (id),
    message_id     TEXT COLLATE "C" NOT NULL,
    transaction_id TEXT COLLATE "C" NOT NULL,
    receive_time   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consumer_id, message_id)
);
