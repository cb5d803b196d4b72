-- While the center cannot be asked: what it said last of each person, and what was decided without it.

-- The last answer about each person of a card. Found by keyed hashes alone; the answer itself is sealed in signed_answer.
CREATE TABLE coverage_copy (
    card_mac   BLOB    NOT NULL,                           -- keyed hash of insurer, symbol, number and birth date
    member_mac BLOB    NOT NULL,                           -- keyed hash of the branch: twins have one card and one birth date
    request_id TEXT    NOT NULL,                           -- number of the question; its answer is in signed_answer
    as_of      INTEGER NOT NULL,                           -- when the center said it
    PRIMARY KEY (card_mac, member_mac)
) STRICT, WITHOUT ROWID;
CREATE INDEX coverage_copy_by_time ON coverage_copy (as_of);

-- What was decided without the center, to be asked when it is back. A case is never removed before it is settled.
CREATE TABLE open_case (
    request_id    TEXT    NOT NULL PRIMARY KEY,            -- number of the question, under which it is asked again: answered once
    at            INTEGER NOT NULL,                        -- when it was decided here
    importance    INTEGER NOT NULL,                        -- 0 is asked first
    question      BLOB    NOT NULL,                        -- sealed: the question
    question_mac  BLOB    NOT NULL,                        -- keyed hash of what it asks: the same again is the same case
    said          TEXT    NOT NULL CHECK (said IN ('valid_as_of', 'lost_since', 'cannot_tell')),
    said_percent  INTEGER,                                 -- share that was shown, also one that was only right last
    copy_of       TEXT,                                    -- number of the question whose answer it rested on
    tries         INTEGER NOT NULL DEFAULT 0,
    next_at       INTEGER NOT NULL,                        -- not asked again before
    settled_at    INTEGER,
    outcome       TEXT,                                    -- what came of it, in the words of visit.outcome
    percent       INTEGER,                                 -- share that the center says
    differs       INTEGER NOT NULL DEFAULT 0 CHECK (differs IN (0, 1)),
    seen_at       INTEGER,                                 -- when staff put the difference aside
    seen_by       TEXT    NOT NULL DEFAULT '',
    CONSTRAINT open_case_settled_is_whole CHECK ((settled_at IS NULL) = (outcome IS NULL))
) STRICT;
CREATE INDEX open_case_waiting ON open_case (importance, at) WHERE settled_at IS NULL;
CREATE UNIQUE INDEX open_case_once ON open_case (question_mac) WHERE settled_at IS NULL;
CREATE INDEX open_case_news ON open_case (settled_at) WHERE differs = 1 AND seen_at IS NULL;
