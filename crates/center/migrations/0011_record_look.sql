-- A look into a health record, beside its access event: what the event does not hold in the open. Times are milliseconds
-- since 1970-01-01 UTC; choices are one bit for each item (domain::ConsentChoice::bits).

CREATE TABLE record_look (
    log_id          BIGINT NOT NULL, -- as in access_event; distribution key
    leaf            BIGINT NOT NULL, -- leaf_index of its access event
    facility        TEXT   NOT NULL, -- 医療機関コード of who looked
    person_id       BYTEA,           -- into whose record; NULL: nobody was found
    user_identifier TEXT   NOT NULL, -- who looked, as the institution names its staff
    wanted          BIGINT NOT NULL, -- what they wanted to see
    allowed         BIGINT NOT NULL, -- what they were shown
    looked_at       BIGINT NOT NULL, -- when
    CONSTRAINT record_look_pk PRIMARY KEY (log_id, leaf),
    CONSTRAINT record_look_person_id_has_16_bytes CHECK (length(person_id) = 16),
    CONSTRAINT record_look_choices_have_8_bits CHECK (wanted BETWEEN 0 AND 255 AND allowed BETWEEN 0 AND 255)
);
CREATE INDEX record_look_by_person ON record_look (person_id, looked_at);
