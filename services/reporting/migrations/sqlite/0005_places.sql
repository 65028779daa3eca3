-- Teams lie in one place a day: a reorganisation moves them, and figures are told in the boundaries of a day (rule 54).
-- The columns of `teams` stay the present. Edges of lineage say what became of units that ended.

CREATE TABLE team_places (
    team_id      BLOB NOT NULL,
    valid_from   TEXT NOT NULL,
    valid_until  TEXT NOT NULL,
    province_id  BLOB NOT NULL,
    commune_id   BLOB NOT NULL,
    area_unit_id BLOB NOT NULL,
    PRIMARY KEY (team_id, valid_from)
) STRICT;
CREATE INDEX team_places_by_province ON team_places (province_id, commune_id, valid_from, valid_until, team_id);
CREATE INDEX team_places_by_commune ON team_places (commune_id, valid_from, valid_until, team_id);
CREATE INDEX team_places_by_area ON team_places (area_unit_id, team_id, valid_from, valid_until);

INSERT INTO team_places (team_id, valid_from, valid_until, province_id, commune_id, area_unit_id)
SELECT team_id, '0001-01-01', '9999-12-31', province_id, commune_id, area_unit_id FROM teams;

CREATE TABLE unit_edges (
    unit_id        BLOB NOT NULL,
    predecessor_id BLOB NOT NULL,
    change_date    TEXT NOT NULL,
    whole          INTEGER NOT NULL,
    PRIMARY KEY (unit_id, predecessor_id, change_date)
) STRICT;
CREATE INDEX unit_edges_by_date ON unit_edges (change_date);
