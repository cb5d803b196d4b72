-- 二次利用: counts of people's records that leave for anything else than their treatment. Who may decide about it, what was
-- asked for, which months have left with which numbers, and who does not want to be counted. Times are milliseconds since
-- 1970-01-01 UTC, months numbers yyyymm. Rows of the first four tables are never deleted.

-- Somebody who may ask for exports and approve them. Only the hash of the secret is kept.
CREATE TABLE officer (
    name        TEXT   NOT NULL, -- as on record; distribution key
    secret_hash BYTEA  NOT NULL, -- SHA-256 of the secret
    added_at    BIGINT NOT NULL, -- when
    removed_at  BIGINT,          -- from when on they may no longer; NULL: they may
    CONSTRAINT officer_pk PRIMARY KEY (name),
    CONSTRAINT officer_secret_hash_has_32_bytes CHECK (length(secret_hash) = 32)
);

CREATE TABLE export_request (
    request_id   BYTEA  NOT NULL, -- UUID; distribution key
    state        TEXT   NOT NULL, -- 'waiting', 'approved' or 'refused'
    purpose      TEXT   NOT NULL, -- domain::secondary_use::ExportPurpose::code
    ground       TEXT   NOT NULL, -- domain::secondary_use::LegalGround::code
    recipient    TEXT   NOT NULL, -- who gets it
    export_table TEXT   NOT NULL, -- domain::secondary_use::ExportTable::code
    first_month  BIGINT NOT NULL, -- the first month
    last_month   BIGINT NOT NULL, -- the last month
    k            BIGINT NOT NULL, -- fewest persons of a cell
    requested_by TEXT   NOT NULL, -- which officer
    requested_at BIGINT NOT NULL, -- when
    decided_by   TEXT,            -- which officer approved or refused; NULL: not yet, or the rule refused
    decided_at   BIGINT,          -- when; NULL: not yet
    reasons      TEXT   NOT NULL, -- why it was refused: words of the rule with commas, or of the officer; '' otherwise
    CONSTRAINT export_request_pk PRIMARY KEY (request_id),
    CONSTRAINT export_request_id_has_16_bytes CHECK (length(request_id) = 16),
    CONSTRAINT export_request_state_is_known CHECK (state IN ('waiting', 'approved', 'refused')),
    CONSTRAINT export_request_is_decided_or_waits CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CONSTRAINT export_request_two_officers CHECK (state <> 'approved' OR decided_by <> requested_by)
);
CREATE INDEX export_request_by_time ON export_request (requested_at);

-- A month whose numbers were made: they leave in this table with this k, the same numbers each time.
CREATE TABLE export_month (
    month        BIGINT NOT NULL, -- which; distribution key
    export_table TEXT   NOT NULL, -- as in export_request
    k            BIGINT NOT NULL, -- as in export_request
    request_id   BYTEA  NOT NULL, -- for which request they were made
    made_at      BIGINT NOT NULL, -- when
    CONSTRAINT export_month_pk PRIMARY KEY (month)
);

-- A number that may leave. What is withheld is not here.
CREATE TABLE export_cell (
    month      BIGINT NOT NULL, -- as in export_month; distribution key
    prefecture BIGINT NOT NULL, -- JIS X 0401, 1 to 47; 0: the whole country
    age_class  BIGINT NOT NULL, -- first year of ten: 0, 10, … 90
    sex        TEXT   NOT NULL, -- 性別1 (OQSCD007)
    atc        TEXT   NOT NULL, -- ATC code of ingredient or class
    drug_name  TEXT   NOT NULL, -- its name; '' for a class
    persons    BIGINT NOT NULL, -- how many
    CONSTRAINT export_cell_pk PRIMARY KEY (month, prefecture, age_class, sex, atc)
);

-- A person who does not want to be counted. The row goes when they change their mind; the access log keeps both.
CREATE TABLE export_opt_out (
    person_id    BYTEA  NOT NULL, -- who; distribution key
    opted_out_at BIGINT NOT NULL, -- from when on
    CONSTRAINT export_opt_out_pk PRIMARY KEY (person_id),
    CONSTRAINT export_opt_out_person_id_has_16_bytes CHECK (length(person_id) = 16)
);
