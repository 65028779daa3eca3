-- Identity numbers and duplicates. A number lies sealed under the key of its person; equal numbers are found by a keyed
-- hash of 16 bytes (blind index) of the version beside it, which nobody without the keyring can compute.

CREATE TABLE mediator_identities (
    mediator_id   BLOB    NOT NULL PRIMARY KEY,
    blind_index   BLOB    NOT NULL,
    index_version INTEGER NOT NULL,
    sealed_number BLOB    NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mediator_identities_by_index ON mediator_identities (blind_index, index_version);

-- What was decided on two records, the lesser id first. Of a merge it keeps what the other record was before.
CREATE TABLE duplicates (
    id                    BLOB    NOT NULL PRIMARY KEY,
    first_id              BLOB    NOT NULL,
    second_id             BLOB    NOT NULL,
    verdict               TEXT    NOT NULL,
    survivor_id           BLOB,
    merged_id             BLOB,
    actor                 TEXT    NOT NULL,
    sealed_reason         BLOB    NOT NULL,
    before_state          TEXT,
    before_cessation      TEXT,
    before_cessation_date TEXT,
    before_number         TEXT,
    before_decided        TEXT,
    before_issuer         TEXT,
    revision              INTEGER NOT NULL,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX duplicates_by_pair ON duplicates (first_id, second_id);
CREATE INDEX duplicates_by_second ON duplicates (second_id);
-- A record is merged into one other at most, also between two decisions at once.
CREATE UNIQUE INDEX duplicates_by_merged ON duplicates (merged_id) WHERE merged_id IS NOT NULL;

-- Who was erased since: the names kept in memory follow it.
CREATE INDEX data_keys_by_destruction ON data_keys (destroyed_at) WHERE destroyed_at IS NOT NULL;
