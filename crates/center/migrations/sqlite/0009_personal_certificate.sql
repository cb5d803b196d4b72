-- 資格確認書 with a code (personal certificates). Times are milliseconds since 1970-01-01 UTC, days are yyyymmdd. What stands in
-- one is not kept: it is that of the coverage, and the patient has it.

CREATE TABLE personal_certificate (
    status_index BIGINT NOT NULL, -- its place in the lists (domain::StatusIndex as one number); distribution key by its prefecture
    card_key     BYTEA  NOT NULL, -- of the coverage that it tells
    branch       TEXT   NOT NULL, -- 枝番 of that coverage, or nothing
    qualified_on BIGINT NOT NULL, -- 資格取得年月日 of that coverage
    insurer      TEXT   NOT NULL, -- 保険者番号
    issued_at    BIGINT NOT NULL, -- when
    issued_by    TEXT   NOT NULL, -- 'operator', or the insurer's number
    valid_from   BIGINT NOT NULL, -- its first day
    valid_until  BIGINT NOT NULL, -- its last day
    revoked_at   BIGINT,          -- when it was taken back; NULL: it was not
    keep_until   BIGINT NOT NULL, -- until when somebody may still believe it
    updated_at   BIGINT NOT NULL, -- when this row changed last
    CONSTRAINT personal_certificate_pk PRIMARY KEY (status_index),
    CONSTRAINT personal_certificate_days_are_in_order CHECK (valid_from <= valid_until)
);
CREATE INDEX personal_certificate_by_coverage ON personal_certificate (card_key, branch, qualified_on);
CREATE INDEX personal_certificate_by_end ON personal_certificate (keep_until);

-- Whatever changes a coverage strikes out its certificates, in the same transaction. A later loss says so of one that was
-- only changed before; one that was taken back stays taken back.
CREATE TRIGGER coverage_replaced_certificate AFTER UPDATE OF status_index ON coverage
WHEN OLD.status_index IS NOT NULL AND OLD.status_index IS NOT NEW.status_index
BEGIN
    INSERT INTO status_struck (status_index, disqualified_on, withdrawn, struck_at, keep_until)
    SELECT status_index, CAST(json_extract(NEW.record, '$.DisqualificationDate') AS INTEGER),
        json_extract(NEW.record, '$.RegistrationStatus') IS 'deleted', NEW.updated_at, keep_until
    FROM personal_certificate
    WHERE card_key = OLD.card_key AND branch = OLD.branch AND qualified_on = OLD.qualified_on
    ON CONFLICT (status_index) DO UPDATE SET
        disqualified_on = excluded.disqualified_on, withdrawn = max(status_struck.withdrawn, excluded.withdrawn);
END;
