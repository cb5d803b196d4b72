-- Files of claims that institutions submit: received in pieces, taken claim by claim, with what became of each. Times are
-- milliseconds since 1970-01-01 UTC.

CREATE TABLE claim_file (
    facility         TEXT   NOT NULL, -- 医療機関コード of who sent it; distribution key
    reception_number TEXT   NOT NULL, -- 受付番号 of the file
    request_id       BYTEA  NOT NULL, -- UUID of the file: begun twice, it is one
    file_name        TEXT,            -- name as the sender gave it; NULL: none
    file_digest      BYTEA  NOT NULL, -- SHA-256 that the file must have
    file_bytes       BIGINT NOT NULL, -- length that the file must have
    received_bytes   BIGINT NOT NULL, -- bytes that are here
    state            TEXT   NOT NULL, -- 'receiving', 'processing', 'done' or 'refused'
    claims_done      BIGINT NOT NULL, -- claims of the file that have an outcome, in its order
    results          BIGINT NOT NULL, -- parts of results that are kept
    counts           TEXT   NOT NULL, -- how many claims came out how, JSON (wire::api::ClaimFileCounts)
    refusal          TEXT,            -- why it was refused, JSON (wire::api::ClaimRefusal); NULL: it was not
    received_at      BIGINT NOT NULL, -- when it was begun
    updated_at       BIGINT NOT NULL, -- when this row changed last
    CONSTRAINT claim_file_pk PRIMARY KEY (facility, reception_number),
    CONSTRAINT claim_file_request_is_taken_once UNIQUE (facility, request_id),
    CONSTRAINT claim_file_request_id_has_16_bytes CHECK (length(request_id) = 16),
    CONSTRAINT claim_file_digest_has_32_bytes CHECK (length(file_digest) = 32),
    CONSTRAINT claim_file_state_is_known CHECK (state IN ('receiving', 'processing', 'done', 'refused')),
    CONSTRAINT claim_file_has_no_more_than_its_bytes CHECK (received_bytes BETWEEN 0 AND file_bytes)
);
CREATE INDEX claim_file_by_state ON claim_file (state, received_at);
CREATE INDEX claim_file_by_digest ON claim_file (facility, file_digest);

-- A piece of such a file. Goes when all its claims have outcomes.
CREATE TABLE claim_file_piece (
    facility         TEXT   NOT NULL, -- as in claim_file; distribution key
    reception_number TEXT   NOT NULL, -- as in claim_file
    first_byte       BIGINT NOT NULL, -- where it begins in the file, from 0
    body             BYTEA  NOT NULL, -- the bytes
    CONSTRAINT claim_file_piece_pk PRIMARY KEY (facility, reception_number, first_byte),
    CONSTRAINT claim_file_piece_belongs_to_a_file FOREIGN KEY (facility, reception_number)
        REFERENCES claim_file (facility, reception_number) ON DELETE CASCADE
);

-- What became of a stretch of claims.
CREATE TABLE claim_file_result (
    facility         TEXT   NOT NULL, -- as in claim_file; distribution key
    reception_number TEXT   NOT NULL, -- as in claim_file
    part             BIGINT NOT NULL, -- from 0, in the order of the file
    outcomes         BYTEA  NOT NULL, -- NDJSON, one line a claim (wire::api::ClaimOutcome)
    CONSTRAINT claim_file_result_pk PRIMARY KEY (facility, reception_number, part),
    CONSTRAINT claim_file_result_belongs_to_a_file FOREIGN KEY (facility, reception_number)
        REFERENCES claim_file (facility, reception_number) ON DELETE CASCADE
);

-- The claim that a 検索番号 of an institution stands for now: a claim that is made again names it.
CREATE TABLE claim_search (
    institution   TEXT   NOT NULL, -- 医療機関コード of who claims; distribution key
    search_number TEXT   NOT NULL, -- 検索番号 as written
    claim_key     BYTEA  NOT NULL, -- as in claim
    CONSTRAINT claim_search_pk PRIMARY KEY (institution, search_number),
    CONSTRAINT claim_search_key_has_16_bytes CHECK (length(claim_key) = 16)
);
