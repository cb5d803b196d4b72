-- Checkups: the reports of each person, and those that fit nobody. Times are milliseconds since 1970-01-01 UTC; days are
-- numbers yyyymmdd.

-- What one institution measured of one person on one day, in one row: a corrected report replaces the whole of it, and the
-- checkups of a person are one range of the primary key.
CREATE TABLE checkup (
    person_id    BYTEA  NOT NULL, -- whose, as in coverage; distribution key
    checked_on   BIGINT NOT NULL, -- 実施日 as yyyymmdd
    checkup_key  BYTEA  NOT NULL, -- institution, 報告区分 and プログラム種別: first 16 bytes of a SHA-256
    document_key BYTEA  NOT NULL, -- the same with the day and whom the report names: who else may hold this very report
    digest       BYTEA  NOT NULL, -- first 16 bytes of SHA-256 over what the report says: another one replaces
    written_on   BIGINT NOT NULL, -- day on which the file was made as yyyymmdd: an older file replaces nothing
    state        TEXT   NOT NULL, -- 'taken', or 'deleted' by a report of 報告区分 19; of a deleted one nothing is kept
    version      BIGINT NOT NULL, -- 1, and one more each time that it was replaced or deleted
    report       BYTEA  NOT NULL, -- domain::Checkup as JSON, in deflate; empty when deleted
    received_at  BIGINT NOT NULL, -- when it came first
    changed_at   BIGINT NOT NULL, -- when it was replaced or deleted last
    CONSTRAINT checkup_pk PRIMARY KEY (person_id, checked_on, checkup_key),
    CONSTRAINT checkup_person_id_has_16_bytes CHECK (length(person_id) = 16),
    CONSTRAINT checkup_key_has_16_bytes CHECK (length(checkup_key) = 16),
    CONSTRAINT checkup_document_key_has_16_bytes CHECK (length(document_key) = 16),
    CONSTRAINT checkup_digest_has_16_bytes CHECK (length(digest) = 16),
    CONSTRAINT checkup_day_is_one CHECK (checked_on BETWEEN 18680101 AND 21991231),
    CONSTRAINT checkup_state_is_known CHECK (state IN ('taken', 'deleted')),
    CONSTRAINT checkup_version_counts_from_1 CHECK (version >= 1)
);

-- Whether somebody else holds the same report: the register was corrected since.
CREATE INDEX checkup_by_document ON checkup (document_key);

-- A report that fits nobody: kept, and shown to nobody. It goes when the same report is taken or deleted.
CREATE TABLE checkup_unmatched (
    document_key BYTEA  NOT NULL, -- as in checkup; distribution key
    checked_on   BIGINT NOT NULL, -- as in checkup
    written_on   BIGINT NOT NULL, -- as in checkup
    institution  TEXT   NOT NULL, -- 健診機関番号
    reason       TEXT   NOT NULL, -- why: domain::checkup::NoOwner
    report       BYTEA  NOT NULL, -- as in checkup
    received_at  BIGINT NOT NULL, -- when it came last
    CONSTRAINT checkup_unmatched_pk PRIMARY KEY (document_key),
    CONSTRAINT checkup_unmatched_key_has_16_bytes CHECK (length(document_key) = 16)
);
