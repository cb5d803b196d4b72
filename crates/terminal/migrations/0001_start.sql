-- The terminal's own store. Every BLOB column marked "sealed" is AES-256-GCM with table, row and column bound into it
-- (trust::seal), so that a copied disk shows nothing about a patient and no value can be moved to another row.
-- Times are milliseconds since 1970 (UTC). Migrations are only ever added.

-- Staff who may use the desk page, and programs that may use the desk's JSON address.
CREATE TABLE desk_user (
    user_name     TEXT    NOT NULL PRIMARY KEY,
    role          TEXT    NOT NULL CHECK (role IN ('reception', 'records', 'admin')),
    password_hash TEXT    NOT NULL,                        -- argon2id, PHC string
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    token_hash    BLOB    UNIQUE,                          -- SHA-256 of the API token; NULL = none
    created_at    INTEGER NOT NULL,
    password_at   INTEGER NOT NULL
) STRICT;

-- Who is signed in. The token itself is only in the browser.
CREATE TABLE session (
    token_hash BLOB    NOT NULL PRIMARY KEY,               -- SHA-256 of the cookie
    user_name  TEXT    NOT NULL REFERENCES desk_user (user_name) ON DELETE CASCADE,
    began_at   INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session (user_name);

-- Answers of the center with their proofs, exactly as they came.
CREATE TABLE signed_answer (
    request_id   TEXT    NOT NULL PRIMARY KEY,             -- number of the question
    kept_at      INTEGER NOT NULL,
    way          TEXT    NOT NULL CHECK (way IN ('desk', 'folders', 'api', 'bulk')),
    proof_number TEXT    NOT NULL,
    proof_file   BLOB    NOT NULL                          -- sealed: the saved proof file, answer included
) STRICT;
CREATE INDEX signed_answer_by_time ON signed_answer (kept_at);

-- Today's list: every check at the window, answered or not.
CREATE TABLE visit (
    request_id    TEXT    NOT NULL PRIMARY KEY,
    day           TEXT    NOT NULL,                        -- yyyyMMdd in Japan by the center's clock
    at            INTEGER NOT NULL,
    way           TEXT    NOT NULL CHECK (way IN ('desk', 'folders', 'api')),
    asked_by      TEXT    NOT NULL,                        -- user name; empty for the folders
    outcome       TEXT    NOT NULL,                        -- a verdict, 'unreadable', 'refused' or 'could_not_ask'
    share_percent INTEGER,
    proof_number  TEXT,
    person        BLOB                                     -- sealed: who, for the list
) STRICT;
CREATE INDEX visit_by_day ON visit (day, at);

-- Files taken from the request folder, until they are answered and the answer's time is over.
CREATE TABLE bridge_request (
    request_id   TEXT    NOT NULL PRIMARY KEY,             -- UUID v7, also the number of the question to the center
    kind         TEXT    NOT NULL,                         -- prefix of the file name, such as OQSsiquc01
    file_name    BLOB    NOT NULL,                         -- sealed: clinics put patient numbers into file names
    source_mac   BLOB    NOT NULL,                         -- keyed hash of name, size and time of the file taken
    source_gone  INTEGER NOT NULL DEFAULT 0 CHECK (source_gone IN (0, 1)),
    state        TEXT    NOT NULL CHECK (state IN ('taken', 'answered', 'delivering', 'delivered')),
    too_large    INTEGER NOT NULL DEFAULT 0 CHECK (too_large IN (0, 1)), -- its content was not read
    is_error     INTEGER NOT NULL DEFAULT 0 CHECK (is_error IN (0, 1)),
    answer       BLOB,                                     -- sealed: bytes of the answer file
    taken_at     INTEGER NOT NULL,
    delivered_at INTEGER,
    -- An answer that was built is there until it is delivered; bulk results are written straight to the folder.
    CONSTRAINT answered_has_answer CHECK (state <> 'answered' OR answer IS NOT NULL)
) STRICT;
CREATE INDEX bridge_request_open ON bridge_request (state) WHERE state <> 'delivered';
CREATE INDEX bridge_request_source ON bridge_request (source_mac) WHERE source_gone = 0;

-- The content of a file taken, in pieces, so that a large one is never in memory as a whole.
CREATE TABLE bridge_part (
    request_id TEXT    NOT NULL REFERENCES bridge_request (request_id) ON DELETE CASCADE,
    part       INTEGER NOT NULL CHECK (part >= 0),
    body       BLOB    NOT NULL,                           -- sealed
    PRIMARY KEY (request_id, part)
) STRICT, WITHOUT ROWID;

-- Files of many questions that the center has received from us.
CREATE TABLE bulk_reception (
    reception_number TEXT    NOT NULL PRIMARY KEY,
    kind             TEXT    NOT NULL CHECK (kind IN ('confirm', 'register')),
    day              TEXT,                                 -- 資格確認日 of the file, yyyyMMdd
    file_identifier  BLOB,                                 -- sealed: 任意のファイル識別子
    received_at      INTEGER NOT NULL
) STRICT;
