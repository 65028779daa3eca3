-- Hand-overs after a team was merged, split, dissolved or transferred: each fact of the registry is acted on once, also when
-- what is known of the registry is built again from the start. None of this is forgotten with it.

CREATE TABLE handovers (
    position    INTEGER NOT NULL PRIMARY KEY, -- of the fact in the registry's journal
    team_id     BLOB NOT NULL,
    case_count  INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

-- The team that keeps a book whose own team ended.
ALTER TABLE register_books ADD COLUMN keeper_team_id BLOB;
CREATE INDEX register_books_by_keeper ON register_books (keeper_team_id);
