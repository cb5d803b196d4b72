-- Asking again at night: who is booked, who comes often, and what came of it.

-- Booked patients. A row is found by keyed hashes and by nothing else.
CREATE TABLE booking (
    day         TEXT    NOT NULL,                          -- yyyyMMdd in Japan: the day of the visit
    card_mac    BLOB    NOT NULL,                          -- keyed hash of insurer, symbol, number and birth date
    member_mac  BLOB    NOT NULL,                          -- keyed hash of the branch
    body        BLOB    NOT NULL,                          -- sealed: the numbers of the card
    taken_at    INTEGER NOT NULL,
    PRIMARY KEY (day, card_mac, member_mac)
) STRICT, WITHOUT ROWID;

-- Days on which a person was here, for those of whom an answer is kept. Days alone, one row each.
CREATE TABLE copy_seen (
    card_mac   BLOB NOT NULL,
    member_mac BLOB NOT NULL,
    day        TEXT NOT NULL,                              -- yyyyMMdd in Japan
    PRIMARY KEY (card_mac, member_mac, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_seen_by_day ON copy_seen (day);

-- A night that was planned: once for each day to come, whatever stops in between.
CREATE TABLE night (
    day        TEXT    NOT NULL PRIMARY KEY,               -- yyyyMMdd in Japan: the day that comes
    planned_at INTEGER NOT NULL,
    ended_at   INTEGER                                     -- NULL: goes on
) STRICT;

-- What is asked in a night. The number is made when it is planned: asked again after a stop, it is answered once.
CREATE TABLE night_question (
    request_id TEXT    NOT NULL PRIMARY KEY,
    day        TEXT    NOT NULL REFERENCES night (day) ON DELETE CASCADE,
    place      INTEGER NOT NULL,                           -- 0 is asked first
    source     TEXT    NOT NULL CHECK (source IN ('booking', 'recent')),
    question   BLOB    NOT NULL,                           -- sealed
    tries      INTEGER NOT NULL DEFAULT 0,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'fresh', 'could_not'))
) STRICT;
CREATE INDEX night_question_next ON night_question (day, tries, place) WHERE state = 'waiting';
