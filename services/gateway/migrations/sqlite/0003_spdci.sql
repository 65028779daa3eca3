-- Messages of agencies that speak SPDCI: a message of an id is taken once.

CREATE TABLE spdci_messages (
    consumer_id    BLOB NOT NULL REFERENCES consumers (id),
    message_id     TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    receive_time   INTEGER NOT NULL,
    PRIMARY KEY (consumer_id, message_id)
) STRICT;
