-- Reorganisations: edges of lineage in both times with what happened and by which decision, what each reorganisation did,
-- which teams it moved from which day on, and which places a person must decide.

-- Instants of the register of units only grow: two changes never share one, so that "as known at" has one answer.
ALTER TABLE unit_register ADD COLUMN changed_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01 00:00:00+00';

CREATE TABLE reorganizations (
    id                    UUID NOT NULL PRIMARY KEY,
    decision_number       TEXT COLLATE "C" NOT NULL,
    decision_date         TEXT COLLATE "C" NOT NULL,
    decision_issuer       TEXT COLLATE "C" NOT NULL,
    effective_date        TEXT COLLATE "C" NOT NULL,
    created_unit_count    INTEGER NOT NULL,
    changed_unit_count    INTEGER NOT NULL,
    ended_unit_count      INTEGER NOT NULL,
    edge_count            INTEGER NOT NULL,
    moved_team_count      INTEGER NOT NULL,
    open_attachment_count INTEGER NOT NULL,
    created_at            TIMESTAMPTZ NOT NULL
);

-- Replaces unit_lineage, which stays for the binary before this one and is read no more.
CREATE TABLE unit_edges (
    unit_id               UUID NOT NULL REFERENCES units (id),
    predecessor_id        UUID NOT NULL REFERENCES units (id),
    change_date           TEXT COLLATE "C" NOT NULL,
    change                TEXT COLLATE "C" NOT NULL,
    extent                TEXT COLLATE "C" NOT NULL,
    decision_number       TEXT COLLATE "C",
    decision_date         TEXT COLLATE "C",
    decision_issuer       TEXT COLLATE "C",
    reorganization_id     UUID NOT NULL, -- nil for edges that were imported
    recorded_at           TIMESTAMPTZ NOT NULL,
    superseded_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (unit_id, predecessor_id, change_date, superseded_at)
);
CREATE INDEX unit_edges_by_predecessor ON unit_edges (predecessor_id, unit_id);

-- An edge was not known before the unit that it leads to.
INSERT INTO unit_edges (unit_id, predecessor_id, change_date, change, extent, reorganization_id, recorded_at, superseded_at)
SELECT l.unit_id, l.predecessor_id, l.change_date, CASE l.extent WHEN 'whole' THEN 'merged' ELSE 'split' END, l.extent,
    CAST('00000000-0000-0000-0000-000000000000' AS UUID), u.created_at,
    CAST('9999-12-31 23:59:59.999999+00' AS TIMESTAMPTZ)
FROM unit_lineage l JOIN units u ON u.id = l.unit_id;

-- Where a team lay before a day and from it on. `cause_id` is the reorganisation or the attachment that moved it.
CREATE TABLE team_moves (
    cause_id              UUID NOT NULL,
    team_id               UUID NOT NULL REFERENCES teams (id),
    effective_date        TEXT COLLATE "C" NOT NULL,
    from_area_id          UUID NOT NULL,
    from_commune_id       UUID NOT NULL,
    from_province_id      UUID NOT NULL,
    area_unit_id          UUID NOT NULL,
    commune_id            UUID NOT NULL,
    province_id           UUID NOT NULL,
    sole                  BOOLEAN NOT NULL,
    exception_reason      TEXT COLLATE "C" NOT NULL,
    from_revision         BIGINT NOT NULL,
    recorded_at           TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (cause_id, team_id)
);
CREATE INDEX team_moves_by_team ON team_moves (team_id, effective_date);

CREATE TABLE attachments (
    id                    UUID NOT NULL PRIMARY KEY,
    reorganization_id     UUID NOT NULL REFERENCES reorganizations (id),
    subject               TEXT COLLATE "C" NOT NULL,
    subject_id            UUID NOT NULL,
    from_unit_id          UUID NOT NULL,
    commune_id            UUID NOT NULL,
    province_id           UUID NOT NULL,
    effective_date        TEXT COLLATE "C" NOT NULL,
    state                 TEXT COLLATE "C" NOT NULL,
    to_unit_id            UUID,
    revision              BIGINT NOT NULL,
    created_at            TIMESTAMPTZ NOT NULL,
    updated_at            TIMESTAMPTZ NOT NULL
);
CREATE INDEX attachments_by_reorganization ON attachments (reorganization_id, id);
CREATE INDEX attachments_open ON attachments (id) WHERE state = 'open';
