-- Identity numbers and duplicates. A number lies sealed under the key of its person; equal numbers are found by a keyed
-- hash of 16 bytes (blind index) of the version beside it, which nobody without the keyring can compute.

CREATE TABLE mediator_identities (
    mediator_id   UUID NOT NULL PRIMARY KEY,
    blind_index   BYTEA   NOT NULL,
    index_version BIGINT NOT NULL,
    sealed_number BYTEA   NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX mediator_identities_by_index ON mediator_identities (blind_index, index_version);

-- What was decided on two records, the lesser id first. Of a merge it keeps what the other record was before.
CREATE TABLE duplicates (
    id                    UUID NOT NULL PRIMARY KEY,
    first_id              UUID    NOT NULL,
    second_id             UUID    NOT NULL,
    verdict               TEXT COLLATE "C"    NOT NULL,
    survivor_id           UUID,
    merged_id             UUID,
    actor                 TEXT COLLATE "C"    NOT NULL,
    sealed_reason         BYTEA   NOT NULL,
    before_state          TEXT COLLATE "C",
    before_cessation      TEXT COLLATE "C",
    before_cessation_date TEXT COLLATE "C",
    before_number         TEXT COLLATE "C",
    before_decided        TEXT COLLATE "C",
    before_issuer         TEXT COLLATE "C",
    revision              BIGINT NOT NULL,
    created_at            TIMESTAMPTZ NOT NULL,
    updated_at            TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX duplicates_by_pair ON duplicates (first_id, second_id);
CREATE INDEX duplicates_by_second ON duplicates (second_id);
-- A record is merged into one other at most, also between two decisions at once.
CREATE UNIQUE INDEX duplicates_by_merged ON duplicates (merged_id) WHERE merged_id IS NOT NULL;

-- Who was erased since: the names kept in memory follow it.
CREATE INDEX data_keys_by_destruction ON data_keys (destroyed_at) WHERE destroyed_at IS NOT NULL;
