-- Identity numbers that an account had compared on a day of Việt Nam: how many, never which.

CREATE TABLE identity_lookups (
    account       TEXT COLLATE "C" NOT NULL,
    lookup_date   TEXT COLLATE "C" NOT NULL,
    number_count  INTEGER NOT NULL,
    quota         INTEGER NOT NULL,
    refused_count INTEGER NOT NULL,
    refused_at    TIMESTAMPTZ,
    updated_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account, lookup_date)
);
-- Those who supervise read by day, and most often the days on which an account was stopped.
CREATE INDEX identity_lookups_by_date ON identity_lookups (lookup_date, account);
CREATE INDEX identity_lookups_refused ON identity_lookups (lookup_date, account) WHERE refused_count > 0;
