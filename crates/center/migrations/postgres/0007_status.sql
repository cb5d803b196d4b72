-- Status lists: whether what was answered or given out earlier still stands. Times are milliseconds since 1970-01-01 UTC.

ALTER TABLE coverage ADD COLUMN status_index BIGINT; -- its place in the lists (domain::StatusIndex as one number); NULL: none yet
-- Rows of older programs, which had no places. Empty otherwise.
CREATE INDEX coverage_without_status ON coverage (card_key) WHERE status_index IS NULL;

-- How many places of each prefecture were given away.
CREATE TABLE status_given (
    prefecture BIGINT NOT NULL, -- 1 to 47; distribution key
    given      BIGINT NOT NULL, -- places that were given away, in the order of the shuffle
    decoys     BIGINT NOT NULL, -- decoys that were struck, likewise
    updated_at BIGINT NOT NULL, -- when this row changed last
    CONSTRAINT status_given_pk PRIMARY KEY (prefecture),
    CONSTRAINT status_given_prefecture_is_known CHECK (prefecture BETWEEN 1 AND 47)
);

-- Places that do not stand any more.
CREATE TABLE status_struck (
    status_index    BIGINT NOT NULL, -- the place (domain::StatusIndex as one number); distribution key by its prefecture
    disqualified_on BIGINT,          -- 資格喪失年月日 of what replaced it, as yyyymmdd; NULL: none
    withdrawn       BIGINT NOT NULL, -- 1: the enrolment or certificate was taken back; 0: not
    struck_at       BIGINT NOT NULL, -- when
    keep_until      BIGINT NOT NULL, -- until when somebody may still believe what names it
    CONSTRAINT status_struck_pk PRIMARY KEY (status_index),
    CONSTRAINT status_struck_withdrawn_is_known CHECK (withdrawn IN (0, 1))
);
CREATE INDEX status_struck_by_time ON status_struck (struck_at);
CREATE INDEX status_struck_by_end ON status_struck (keep_until);

-- The lists as published.
CREATE TABLE status_list (
    name       TEXT   NOT NULL, -- '01' to '47', or 'all'; distribution key
    token      BYTEA  NOT NULL, -- the signed list (trust::status_list)
    issued_at  BIGINT NOT NULL, -- when it was made
    CONSTRAINT status_list_pk PRIMARY KEY (name)
);

-- A coverage whose record changes gets a new place, and its old place says what became of it. Whether that is a loss is
-- decided when a list is made (domain::status::Replaced).
CREATE FUNCTION coverage_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO status_struck (status_index, disqualified_on, withdrawn, struck_at, keep_until) VALUES (
        OLD.status_index, (NEW.record::jsonb ->> 'DisqualificationDate')::bigint,
        CASE WHEN NEW.record::jsonb ->> 'RegistrationStatus' = 'deleted' THEN 1 ELSE 0 END, NEW.updated_at,
        NEW.updated_at + 8640000000 -- 100 days: no kept answer is believed for longer
    ) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER coverage_replaced AFTER UPDATE OF status_index ON coverage FOR EACH ROW
WHEN (OLD.status_index IS NOT NULL AND OLD.status_index IS DISTINCT FROM NEW.status_index)
EXECUTE FUNCTION coverage_replaced();
