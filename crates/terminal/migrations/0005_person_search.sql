-- Searches for people by name in a disaster or an emergency that the center answered: who looked, what came of it, and the
-- proof. They are no checks: nothing of them stands in today's list or among the kept answers.
CREATE TABLE person_search (
    request_id   TEXT    NOT NULL PRIMARY KEY,             -- number of the search
    at           INTEGER NOT NULL,
    asked_by     TEXT    NOT NULL,                         -- user name
    purpose      TEXT    NOT NULL CHECK (purpose IN ('disaster_search', 'emergency_search')),
    outcome      TEXT    NOT NULL CHECK (outcome IN ('found', 'several', 'not_found', 'too_many')),
    proof_number TEXT    NOT NULL,
    proof_file   BLOB    NOT NULL                          -- sealed: the saved proof file, with search, reason and answer
) STRICT;
CREATE INDEX person_search_by_time ON person_search (at);
