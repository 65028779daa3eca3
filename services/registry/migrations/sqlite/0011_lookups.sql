-- Identity numbers that an account had compared on a day of Việt Nam: how many, never which.

CREATE TABLE identity_lookups (
    account       TEXT    NOT NULL,
    lookup_date   TEXT    NOT NULL,
    number_count  INTEGER NOT NULL,
    quota         INTEGER NOT NULL,
    refused_count INTEGER NOT NULL,
    refused_at    INTEGER,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (account, lookup_date)
) STRICT, WITHOUT ROWID;
-- Those who supervise read by day, and most often the days on which an account was stopped.
CREATE INDEX identity_lookups_by_date ON identity_lookups (lookup_date, account);
CREATE INDEX identity_lookups_refused ON identity_lookups (lookup_date, account) WHERE refused_count > 0;
