-- When a mediator takes no cases, both days included; fed by the registry's journal. It stops assignment by the leader only.
CREATE TABLE known_absences (
    mediator_id UUID NOT NULL PRIMARY KEY,
    from_on     TEXT COLLATE "C" NOT NULL,
    to_on       TEXT COLLATE "C"
);
