-- Hand-overs after a team was merged, split, dissolved or transferred: each fact of the registry is acted on once, also when
-- what is known of the registry is built again from the start. None of this is forgotten with it.

CREATE TABLE handovers (
    position    BIGINT NOT NULL PRIMARY KEY, -- of the fact in the registry's journal
    team_id     UUID NOT NULL,
    case_count  INTEGER NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);

-- The team that keeps a book whose own team ended.
ALTER TABLE register_books ADD COLUMN keeper_team_id UUID;
CREATE INDEX register_books_by_keeper ON register_books (keeper_team_id);
