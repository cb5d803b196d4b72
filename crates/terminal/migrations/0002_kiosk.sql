-- The kiosk: checks by card, what a card reader tells the receipt computer, patients who arrived there, charts to match them
-- with, and what an administrator sets on the desk.

-- SQLite cannot widen a CHECK, so the two tables that say how a question came are made anew with 'card'.
CREATE TABLE signed_answer_2 (
    request_id   TEXT    NOT NULL PRIMARY KEY,             -- number of the question
    kept_at      INTEGER NOT NULL,
    way          TEXT    NOT NULL CHECK (way IN ('desk', 'folders', 'api', 'bulk', 'card')),
    proof_number TEXT    NOT NULL,
    proof_file   BLOB    NOT NULL                          -- sealed: the saved proof file, answer included
) STRICT;
INSERT INTO signed_answer_2 SELECT request_id, kept_at, way, proof_number, proof_file FROM signed_answer;
DROP TABLE signed_answer;
ALTER TABLE signed_answer_2 RENAME TO signed_answer;
CREATE INDEX signed_answer_by_time ON signed_answer (kept_at);

CREATE TABLE visit_2 (
    request_id    TEXT    NOT NULL PRIMARY KEY,
    day           TEXT    NOT NULL,                        -- yyyyMMdd in Japan by the center's clock
    at            INTEGER NOT NULL,
    way           TEXT    NOT NULL CHECK (way IN ('desk', 'folders', 'api', 'card')),
    asked_by      TEXT    NOT NULL,                        -- user name; empty for the folders and for patients at the kiosk
    outcome       TEXT    NOT NULL,                        -- a verdict, 'unreadable', 'refused' or 'could_not_ask'
    share_percent INTEGER,
    proof_number  TEXT,
    person        BLOB                                     -- sealed: who, for the list
) STRICT;
INSERT INTO visit_2 SELECT request_id, day, at, way, asked_by, outcome, share_percent, proof_number, person FROM visit;
DROP TABLE visit;
ALTER TABLE visit_2 RENAME TO visit;
CREATE INDEX visit_by_day ON visit (day, at);

-- Patients who were checked by card at the kiosk, for the desk.
CREATE TABLE arrival (
    request_id TEXT    NOT NULL PRIMARY KEY,               -- number of the check
    day        TEXT    NOT NULL,                           -- yyyyMMdd in Japan
    at         INTEGER NOT NULL,
    means      TEXT    NOT NULL CHECK (means IN ('pin', 'face', 'staff_eyes')),
    warns      TEXT    NOT NULL DEFAULT '',                -- codes of what the desk is warned of, separated by spaces
    patient    BLOB,                                       -- sealed: 照会番号 of the chart that staff chose; NULL: none yet
    matched_by TEXT    NOT NULL DEFAULT '',                -- who chose it
    matched_at INTEGER,
    CONSTRAINT arrival_match_is_whole CHECK ((patient IS NULL) = (matched_at IS NULL))
) STRICT;
CREATE INDEX arrival_by_day ON arrival (day, at);

-- Files for the face folder. The bytes follow from the signed answer, so that they are the same however often they are made.
CREATE TABLE face_file (
    request_id TEXT    NOT NULL PRIMARY KEY,               -- number of the check; its answer is in signed_answer
    file_name  TEXT    NOT NULL,                           -- holds no personal data
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'delivering', 'written')),
    made_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX face_file_open ON face_file (made_at) WHERE state <> 'written';

-- Charts of the institution, to match patients with. Found by keyed hashes alone; what they hold is sealed.
CREATE TABLE chart (
    number_mac BLOB    NOT NULL PRIMARY KEY,               -- keyed hash of 照会番号 (the institution's own patient number)
    person_mac BLOB,                                       -- keyed hash of folded kana and birth date; NULL: not known
    card_mac   BLOB,                                       -- keyed hash of insurer, symbol, number and branch; NULL: not known
    body       BLOB    NOT NULL,                           -- sealed: the chart's line
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chart_by_person ON chart (person_mac) WHERE person_mac IS NOT NULL;
CREATE INDEX chart_by_card ON chart (card_mac) WHERE card_mac IS NOT NULL;

-- What an administrator sets on the desk.
CREATE TABLE setting (
    name       TEXT    NOT NULL PRIMARY KEY,               -- 'facility_password'
    value      TEXT    NOT NULL,                           -- facility_password: argon2id, PHC string
    changed_at INTEGER NOT NULL
) STRICT;
