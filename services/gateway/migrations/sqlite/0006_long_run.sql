-- What events need in the long run: how far the bus has each journal, what it refused for good, what was asked of it once; up to
-- where the ledger has forgotten; and ways to what is old.

-- The bus reads the journals itself: there is no outbox. `replays` rises when the position is set back.
CREATE TABLE bus_cursors (
    journal  TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    replays  INTEGER NOT NULL
) STRICT;
INSERT INTO bus_cursors (journal, position, replays)
    SELECT journal, min(position) - 1, 0 FROM bus_messages GROUP BY journal;
DROP TABLE bus_messages;

-- The facts themselves are in the journals. `due`: to be sent again.
CREATE TABLE bus_parked (
    journal       TEXT NOT NULL,
    position      INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    attempt_count INTEGER NOT NULL,
    due           INTEGER NOT NULL,
    park_time     INTEGER NOT NULL,
    PRIMARY KEY (journal, position)
) STRICT;

CREATE TABLE bus_replays (
    id           TEXT NOT NULL PRIMARY KEY,
    request_time INTEGER NOT NULL
) STRICT;

-- Of positions up to here rows may be gone: they are not put in line again when a journal is read anew.
CREATE TABLE deliveries_forgotten (
    journal  TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
ALTER TABLE deliveries ADD COLUMN park_time INTEGER;
UPDATE deliveries SET park_time = create_time WHERE state = 'parked';
CREATE INDEX deliveries_open ON deliveries (state, next_attempt_time) WHERE state <> 'acknowledged';
CREATE INDEX deliveries_overdue ON deliveries (next_attempt_time) WHERE next_attempt_time IS NOT NULL;
CREATE INDEX deliveries_parked ON deliveries (park_time) WHERE state = 'parked';
CREATE INDEX deliveries_done ON deliveries (acknowledge_time) WHERE state = 'acknowledged';
CREATE INDEX consumer_calls_by_day ON consumer_calls (day);
