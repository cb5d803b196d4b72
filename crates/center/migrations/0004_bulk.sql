-- Files with many questions (一括照会) and many registrations (照会番号一括登録), taken in at once and answered later.
-- Times are milliseconds since 1970-01-01 UTC.

CREATE TABLE bulk_job (
    facility         TEXT   NOT NULL, -- 医療機関コード of who sent it; distribution key
    reception_number TEXT   NOT NULL, -- 受付番号
    kind             TEXT   NOT NULL, -- 'check' or 'reference'
    request_id       BYTEA  NOT NULL, -- UUID of the file: sent twice, it is taken once
    header           TEXT   NOT NULL, -- first line of the file, JSON
    file_digest      BYTEA,           -- SHA-256 of the whole file, to tell the same file from another; NULL while receiving
    state            TEXT   NOT NULL, -- 'receiving', 'processing' or 'done'
    parts            BIGINT NOT NULL, -- how many parts the file has; 0 while receiving
    units            BIGINT NOT NULL, -- how many lines it has; 0 while receiving
    units_normal     BIGINT NOT NULL, -- 正常件数 so far
    units_error      BIGINT NOT NULL, -- エラー件数 so far
    received_at      BIGINT NOT NULL, -- 受付日時
    updated_at       BIGINT NOT NULL, -- when this row changed last
    CONSTRAINT bulk_job_pk PRIMARY KEY (facility, reception_number),
    CONSTRAINT bulk_job_request_is_taken_once UNIQUE (facility, kind, request_id),
    CONSTRAINT bulk_job_request_id_has_16_bytes CHECK (length(request_id) = 16),
    CONSTRAINT bulk_job_kind_is_known CHECK (kind IN ('check', 'reference')),
    CONSTRAINT bulk_job_state_is_known CHECK (state IN ('receiving', 'processing', 'done'))
);
CREATE INDEX bulk_job_by_state ON bulk_job (state, received_at);

-- A stretch of lines of such a file.
CREATE TABLE bulk_part (
    facility         TEXT   NOT NULL, -- as in bulk_job; distribution key
    reception_number TEXT   NOT NULL, -- as in bulk_job
    part             BIGINT NOT NULL, -- from 0, in the order of the file
    questions        BYTEA  NOT NULL, -- the lines, NDJSON
    results          BYTEA,           -- one line a question, NDJSON; NULL: not answered yet
    CONSTRAINT bulk_part_pk PRIMARY KEY (facility, reception_number, part),
    CONSTRAINT bulk_part_belongs_to_a_job FOREIGN KEY (facility, reception_number)
        REFERENCES bulk_job (facility, reception_number) ON DELETE CASCADE
);
