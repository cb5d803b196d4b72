-- What for and which way somebody looked into a record; and what the operator did with people's records, beside its leaf of
-- the access log. Times are milliseconds since 1970-01-01 UTC.

ALTER TABLE record_look ADD COLUMN purpose TEXT NOT NULL DEFAULT ''; -- domain::record::LookPurpose::code; '': older than this column
ALTER TABLE record_look ADD COLUMN way TEXT NOT NULL DEFAULT ''; -- domain::record::LookWay::code; '': not told

-- Rows are never deleted: a leaf of that time can only be understood with its row.
CREATE TABLE operator_event (
    log_id    BIGINT NOT NULL, -- as in access_event; distribution key
    leaf      BIGINT NOT NULL, -- leaf_index of its leaf
    action    TEXT   NOT NULL, -- trust::operator_event::OperatorAction::code
    about     BYTEA  NOT NULL, -- UUID of the matter, the same in all its rows
    operator  TEXT   NOT NULL, -- who did it
    person_id BYTEA,           -- about whom; NULL: nobody, or several
    detail    TEXT   NOT NULL, -- for what and with what outcome, JSON: the leaf holds its salted hash
    done_at   BIGINT NOT NULL, -- when
    CONSTRAINT operator_event_pk PRIMARY KEY (log_id, leaf),
    CONSTRAINT operator_event_about_has_16_bytes CHECK (length(about) = 16),
    CONSTRAINT operator_event_person_id_has_16_bytes CHECK (length(person_id) = 16)
);
CREATE INDEX operator_event_by_person ON operator_event (person_id, done_at) WHERE person_id IS NOT NULL;
CREATE INDEX operator_event_by_time ON operator_event (done_at);
