-- What events need in the long run: how far the bus has each journal, what it refused for good, what was asked of it once; up to
-- where the ledger has forgotten; and ways to what is old.

-- The bus reads the journals itself: there is no outbox. `replays` rises when the position is set back.
CREATE TABLE bus_cursors (
    journal  TEXT COLLATE "C" PRIMARY KEY,
    position BIGINT NOT NULL,
    replays  BIGINT NOT NULL
);
INSERT INTO bus_cursors (journal, position, replays)
    SELECT journal, min(position) - 1, 0 FROM bus_messages GROUP BY journal;
DROP TABLE bus_messages;

-- The facts themselves are in the journals. `due`: to be sent again.
CREATE TABLE bus_parked (
    journal       TEXT COLLATE "C" NOT NULL,
    position      BIGINT NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    outcome       TEXT COLLATE "C" NOT NULL,
    attempt_count BIGINT NOT NULL,
    due           BOOLEAN NOT NULL,
    park_time     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (journal, position)
);

CREATE TABLE bus_replays (
    id           TEXT COLLATE "C" PRIMARY KEY,
    request_time TIMESTAMPTZ NOT NULL
);

-- Of positions up to here rows may be gone: they are not put in line again when a journal is read anew.
CREATE TABLE deliveries_forgotten (
    journal  TEXT COLLATE "C" PRIMARY KEY,
    position BIGINT NOT NULL
);
ALTER TABLE deliveries ADD COLUMN park_time TIMESTAMPTZ;
UPDATE deliveries SET park_time = create_time WHERE state = 'parked';
CREATE INDEX deliveries_open ON deliveries (state, next_attempt_time) WHERE state <> 'acknowledged';
CREATE INDEX deliveries_overdue ON deliveries (next_attempt_time) WHERE next_attempt_time IS NOT NULL;
CREATE INDEX deliveries_parked ON deliveries (park_time) WHERE state = 'parked';
CREATE INDEX deliveries_done ON deliveries (acknowledge_time) WHERE state = 'acknowledged';
CREATE INDEX consumer_calls_by_day ON consumer_calls (day);
