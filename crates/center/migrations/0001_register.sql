-- Who insures, and who is insured. Times are milliseconds since 1970-01-01 UTC; days are numbers yyyymmdd.

-- An insurer that sends data to this center.
CREATE TABLE insurer (
    insurer_number TEXT   NOT NULL, -- 保険者番号 or 公費負担者番号, 6 or 8 digits; distribution key
    name           TEXT   NOT NULL, -- 保険者名称 as in its newest feed
    last_feed_at   BIGINT,          -- when its last feed was taken; NULL: known, but nothing has come yet
    updated_at     BIGINT NOT NULL, -- when this row changed last
    CONSTRAINT insurer_pk PRIMARY KEY (insurer_number),
    CONSTRAINT insurer_number_has_6_or_8_digits CHECK (length(insurer_number) IN (6, 8))
);

-- One enrolment of one person: all that an answer needs, found by the card.
CREATE TABLE coverage (
    card_key     BYTEA  NOT NULL, -- first 16 bytes of SHA-256 over insurer, symbol, number in canonical form; distribution key
    branch       TEXT   NOT NULL, -- 枝番, two digits; '' for a card that carries none
    qualified_on BIGINT NOT NULL, -- 資格取得年月日 as yyyymmdd: the first day insured
    person_id    BYTEA  NOT NULL, -- whose: 16 bytes of an HMAC over the 個人番号 under the center's key
    near_key     BIGINT NOT NULL, -- hash of insurer and birth date, under which slips of the pen are found
    record       TEXT   NOT NULL, -- the coverage as JSON (domain::Coverage)
    updated_at   BIGINT NOT NULL, -- when a feed changed this row last
    CONSTRAINT coverage_pk PRIMARY KEY (card_key, branch, qualified_on),
    CONSTRAINT coverage_card_key_has_16_bytes CHECK (length(card_key) = 16),
    CONSTRAINT coverage_person_id_has_16_bytes CHECK (length(person_id) = 16),
    CONSTRAINT coverage_branch_is_empty_or_2_digits CHECK (length(branch) IN (0, 2)),
    CONSTRAINT coverage_qualified_on_is_a_day CHECK (qualified_on BETWEEN 18680101 AND 21991231)
);

-- The other coverages of a person, when the one asked for is over.
CREATE INDEX coverage_by_person ON coverage (person_id);
-- Cards of the same insurer and birth date, when no card is found.
CREATE INDEX coverage_by_near_key ON coverage (near_key);

-- How far a feed file has come, so that an interrupted import goes on and a finished one is not done twice.
CREATE TABLE import_job (
    feed_digest    BYTEA  NOT NULL, -- SHA-256 of the file; distribution key
    source         TEXT   NOT NULL, -- 'operator', or the insurer number of the certificate that sent it
    state          TEXT   NOT NULL, -- 'running' or 'finished'
    next_line      BIGINT NOT NULL, -- the first line that is not taken yet; the header is line 1
    rows_read      BIGINT NOT NULL, -- rows seen so far
    rows_accepted  BIGINT NOT NULL, -- rows that were new or changed something
    rows_unchanged BIGINT NOT NULL, -- rows that said what was known
    rows_refused   BIGINT NOT NULL, -- rows that were not taken
    refusals       TEXT   NOT NULL, -- the first refusals as JSON (wire::api::Refusal); never holds a value of the file
    started_at     BIGINT NOT NULL, -- when the file was given for the first time
    updated_at     BIGINT NOT NULL, -- when the last part was taken
    CONSTRAINT import_job_pk PRIMARY KEY (feed_digest, source),
    CONSTRAINT import_job_digest_has_32_bytes CHECK (length(feed_digest) = 32),
    CONSTRAINT import_job_state_is_known CHECK (state IN ('running', 'finished'))
);

-- 照会番号: an institution's own number of a person.
CREATE TABLE reference_number (
    facility         TEXT   NOT NULL, -- 医療機関コード of the institution; distribution key
    person_id        BYTEA  NOT NULL, -- whom the institution calls so
    reference_number TEXT   NOT NULL, -- as the institution writes it, up to 50 characters
    updated_at       BIGINT NOT NULL, -- when it was registered
    CONSTRAINT reference_number_pk PRIMARY KEY (facility, person_id),
    CONSTRAINT reference_number_person_id_has_16_bytes CHECK (length(person_id) = 16)
);
