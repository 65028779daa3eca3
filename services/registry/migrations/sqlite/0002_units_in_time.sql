-- Reorganisations: edges of lineage in both times with what happened and by which decision, what each reorganisation did,
-- which teams it moved from which day on, and which places a person must decide.

-- Instants of the register of units only grow: two changes never share one, so that "as known at" has one answer.
ALTER TABLE unit_register ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE reorganizations (
    id                    BLOB    NOT NULL PRIMARY KEY,
    decision_number       TEXT    NOT NULL,
    decision_date         TEXT    NOT NULL,
    decision_issuer       TEXT    NOT NULL,
    effective_date        TEXT    NOT NULL,
    created_unit_count    INTEGER NOT NULL,
    changed_unit_count    INTEGER NOT NULL,
    ended_unit_count      INTEGER NOT NULL,
    edge_count            INTEGER NOT NULL,
    moved_team_count      INTEGER NOT NULL,
    open_attachment_count INTEGER NOT NULL,
    created_at            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Replaces unit_lineage, which stays for the binary before this one and is read no more.
CREATE TABLE unit_edges (
    unit_id           BLOB    NOT NULL REFERENCES units (id),
    predecessor_id    BLOB    NOT NULL REFERENCES units (id),
    change_date       TEXT    NOT NULL,
    change            TEXT    NOT NULL,
    extent            TEXT    NOT NULL,
    decision_number   TEXT,
    decision_date     TEXT,
    decision_issuer   TEXT,
    reorganization_id BLOB    NOT NULL, -- nil for edges that were imported
    recorded_at       INTEGER NOT NULL,
    superseded_at     INTEGER NOT NULL,
    PRIMARY KEY (unit_id, predecessor_id, change_date, superseded_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_edges_by_predecessor ON unit_edges (predecessor_id, unit_id);

-- An edge was not known before the unit that it leads to.
INSERT INTO unit_edges (unit_id, predecessor_id, change_date, change, extent, reorganization_id, recorded_at, superseded_at)
SELECT l.unit_id, l.predecessor_id, l.change_date, CASE l.extent WHEN 'whole' THEN 'merged' ELSE 'split' END, l.extent,
    x'00000000000000000000000000000000', u.created_at, 253402300799999999
FROM unit_lineage l JOIN units u ON u.id = l.unit_id;

-- Where a team lay before a day and from it on. `cause_id` is the reorganisation or the attachment that moved it.
CREATE TABLE team_moves (
    cause_id         BLOB    NOT NULL,
    team_id          BLOB    NOT NULL REFERENCES teams (id),
    effective_date   TEXT    NOT NULL,
    from_area_id     BLOB    NOT NULL,
    from_commune_id  BLOB    NOT NULL,
    from_province_id BLOB    NOT NULL,
    area_unit_id     BLOB    NOT NULL,
    commune_id       BLOB    NOT NULL,
    province_id      BLOB    NOT NULL,
    sole             INTEGER NOT NULL,
    exception_reason TEXT    NOT NULL,
    from_revision    INTEGER NOT NULL,
    recorded_at      INTEGER NOT NULL,
    PRIMARY KEY (cause_id, team_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_moves_by_team ON team_moves (team_id, effective_date);

CREATE TABLE attachments (
    id                BLOB    NOT NULL PRIMARY KEY,
    reorganization_id BLOB    NOT NULL REFERENCES reorganizations (id),
    subject           TEXT    NOT NULL,
    subject_id        BLOB    NOT NULL,
    from_unit_id      BLOB    NOT NULL,
    commune_id        BLOB    NOT NULL,
    province_id       BLOB    NOT NULL,
    effective_date    TEXT    NOT NULL,
    state             TEXT    NOT NULL,
    to_unit_id        BLOB,
    revision          INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attachments_by_reorganization ON attachments (reorganization_id, id);
CREATE INDEX attachments_open ON attachments (id) WHERE state = 'open';
