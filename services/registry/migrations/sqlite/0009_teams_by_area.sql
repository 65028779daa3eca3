-- Planning a team asks for the teams of its area, however many the commune has.
CREATE INDEX teams_by_area ON teams (area_unit_id);
