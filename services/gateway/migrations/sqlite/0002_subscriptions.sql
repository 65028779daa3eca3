-- Who is told of which facts, where, and what became of each delivery; where teams and mediators lie, by which a subscription
-- is cut to the areas of its consumer; what is still to go to the bus.

CREATE TABLE subscriptions (
    id                 BLOB NOT NULL PRIMARY KEY,
    consumer_id        BLOB NOT NULL REFERENCES consumers (id),
    event_kinds        TEXT NOT NULL,
    endpoint           TEXT NOT NULL,
    scheme             TEXT NOT NULL,
    public_key         TEXT NOT NULL,
    key_sealed         BLOB NOT NULL,
    acknowledgment     TEXT NOT NULL,
    state              TEXT NOT NULL,
    rate_per_minute    INTEGER NOT NULL,
    disable_reason     TEXT NOT NULL,
    handshake_count    INTEGER NOT NULL,
    next_attempt_time  INTEGER,
    failing_since_time INTEGER,
    revision           INTEGER NOT NULL,
    create_time        INTEGER NOT NULL
) STRICT;
CREATE INDEX subscriptions_by_consumer ON subscriptions (consumer_id, id);
CREATE INDEX subscriptions_by_state ON subscriptions (state);

-- One row a fact and subscription: a fact is put in line once, however often the feed brings it.
CREATE TABLE deliveries (
    id                BLOB NOT NULL PRIMARY KEY,
    subscription_id   BLOB NOT NULL REFERENCES subscriptions (id),
    journal           TEXT NOT NULL,
    position          INTEGER NOT NULL,
    kind              TEXT NOT NULL,
    event             TEXT NOT NULL,
    state             TEXT NOT NULL,
    attempt_count     INTEGER NOT NULL,
    next_attempt_time INTEGER,
    last_outcome      TEXT NOT NULL,
    day               TEXT NOT NULL,
    acknowledge_time  INTEGER,
    revision          INTEGER NOT NULL,
    create_time       INTEGER NOT NULL,
    UNIQUE (subscription_id, journal, position)
) STRICT;
CREATE INDEX deliveries_by_subscription ON deliveries (subscription_id, id);
CREATE INDEX deliveries_by_day ON deliveries (subscription_id, day);
CREATE INDEX deliveries_due ON deliveries (subscription_id, next_attempt_time) WHERE next_attempt_time IS NOT NULL;

CREATE TABLE team_places (
    team_id     BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL,
    commune_id  BLOB NOT NULL
) STRICT;

CREATE TABLE mediator_teams (
    mediator_id BLOB NOT NULL PRIMARY KEY,
    team_id     BLOB NOT NULL
) STRICT;

CREATE TABLE bus_messages (
    journal  TEXT NOT NULL,
    position INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    event    TEXT NOT NULL,
    PRIMARY KEY (journal, position)
) STRICT;
