-- Claims that the institution submits: a queue that outlives lines and power, and what the center said to each claim.

CREATE TABLE claim_file (
    number     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,  -- 控え番号: what staff are told at once; never used again
    request_id TEXT    NOT NULL UNIQUE,                     -- its number towards the center
    state      TEXT    NOT NULL CHECK (state IN ('storing', 'waiting', 'sent', 'done', 'refused')),
    digest_mac BLOB    NOT NULL,                            -- keyed hash of the digest of the file: finds the same file
    about      BLOB    NOT NULL,                            -- sealed: name, digest, length, what the check found
    said       BLOB,                                        -- sealed: what the center said last; NULL: nothing yet
    tries      INTEGER NOT NULL DEFAULT 0,                  -- attempts in vain since the last that worked
    next_at    INTEGER NOT NULL DEFAULT 0,                  -- not before this time again
    queued_at  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX claim_file_next ON claim_file (next_at) WHERE state IN ('waiting', 'sent');
CREATE INDEX claim_file_by_digest ON claim_file (digest_mac);

-- The content of a file. Goes when the center has an outcome for every claim.
CREATE TABLE claim_piece (
    number INTEGER NOT NULL REFERENCES claim_file (number) ON DELETE CASCADE,
    piece  INTEGER NOT NULL,                                -- from 0; all but the last have the same length
    body   BLOB    NOT NULL,                                -- sealed
    PRIMARY KEY (number, piece)
) STRICT, WITHOUT ROWID;

-- What became of the claims of a file.
CREATE TABLE claim_outcome (
    number INTEGER NOT NULL REFERENCES claim_file (number) ON DELETE CASCADE,
    part   INTEGER NOT NULL,                                -- from 0, in the order of the file
    body   BLOB    NOT NULL,                                -- sealed: NDJSON as the center gave it
    PRIMARY KEY (number, part)
) STRICT, WITHOUT ROWID;

-- Claims to be taken back (取下げ).
CREATE TABLE claim_withdrawal (
    claim_number TEXT    NOT NULL PRIMARY KEY,              -- 受付番号 of the claim
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
    said         TEXT    NOT NULL DEFAULT '',               -- code of what the center said
    tries        INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER NOT NULL DEFAULT 0,
    queued_at    INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL
) STRICT;
