-- Who is told of which facts, where, and what became of each delivery; where teams and mediators lie, by which a subscription
-- is cut to the areas of its consumer; what is still to go to the bus.

CREATE TABLE subscriptions (
    id                 UUID PRIMARY KEY,
    consumer_id        UUID NOT NULL REFERENCES consumers (id),
    event_kinds        TEXT COLLATE "C" NOT NULL,
    endpoint           TEXT COLLATE "C" NOT NULL,
    scheme             TEXT COLLATE "C" NOT NULL,
    public_key         TEXT COLLATE "C" NOT NULL,
    key_sealed         BYTEA NOT NULL,
    acknowledgment     TEXT COLLATE "C" NOT NULL,
    state              TEXT COLLATE "C" NOT NULL,
    rate_per_minute    BIGINT NOT NULL,
    disable_reason     TEXT COLLATE "C" NOT NULL,
    handshake_count    BIGINT NOT NULL,
    next_attempt_time  TIMESTAMPTZ,
    failing_since_time TIMESTAMPTZ,
    revision           BIGINT NOT NULL,
    create_time        TIMESTAMPTZ NOT NULL
);
CREATE INDEX subscriptions_by_consumer ON subscriptions (consumer_id, id);
CREATE INDEX subscriptions_by_state ON subscriptions (state);

-- One row a fact and subscription: a fact is put in line once, however often the feed brings it.
CREATE TABLE deliveries (
    id                UUID PRIMARY KEY,
    subscription_id   UUID NOT NULL REFERENCES subscriptions (id),
    journal           TEXT COLLATE "C" NOT NULL,
    position          BIGINT NOT NULL,
    kind              TEXT COLLATE "C" NOT NULL,
    event             TEXT COLLATE "C" NOT NULL,
    state             TEXT COLLATE "C" NOT NULL,
    attempt_count     BIGINT NOT NULL,
    next_attempt_time TIMESTAMPTZ,
    last_outcome      TEXT COLLATE "C" NOT NULL,
    day               TEXT COLLATE "C" NOT NULL,
    acknowledge_time  TIMESTAMPTZ,
    revision          BIGINT NOT NULL,
    create_time       TIMESTAMPTZ NOT NULL,
    UNIQUE (subscription_id, journal, position)
);
CREATE INDEX deliveries_by_subscription ON deliveries (subscription_id, id);
CREATE INDEX deliveries_by_day ON deliveries (subscription_id, day);
CREATE INDEX deliveries_due ON deliveries (subscription_id, next_attempt_time) WHERE next_attempt_time IS NOT NULL;

CREATE TABLE team_places (
    team_id     UUID PRIMARY KEY,
    province_id UUID NOT NULL,
    commune_id  UUID NOT NULL
);

CREATE TABLE mediator_teams (
    mediator_id UUID PRIMARY KEY,
    team_id     UUID NOT NULL
);

CREATE TABLE bus_messages (
    journal  TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (journal, position)
);
