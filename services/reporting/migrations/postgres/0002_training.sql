-- Sessions of training that mediators attended, as the registry tells now: what is corrected there is corrected here.
CREATE TABLE trainings (
    mediator_id  UUID NOT NULL,
    session_id   UUID NOT NULL,
    session_date TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (mediator_id, session_id)
);
CREATE INDEX trainings_by_date ON trainings (mediator_id, session_date);
