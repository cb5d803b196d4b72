-- What claims told: the health record of each person, claim by claim; claims that fit nobody; and what the codes of drugs
-- mean. Times are milliseconds since 1970-01-01 UTC; days are numbers yyyymmdd, months yyyymm.

-- One claim of one person. Its entries lie in one row, so that a claim that replaces it replaces all of them at once, and
-- the record of a person is read by one range of the primary key.
CREATE TABLE claim (
    person_id   BYTEA  NOT NULL, -- whose, as in coverage; distribution key
    month       BIGINT NOT NULL, -- 診療年月 or 調剤年月 as yyyymm
    claim_key   BYTEA  NOT NULL, -- what makes two claims the same: first 16 bytes of a SHA-256; in digits it is the 受付番号
    digest      BYTEA  NOT NULL, -- first 16 bytes of SHA-256 over its entries and days: another one replaces
    institution TEXT   NOT NULL, -- 医療機関コード of who claimed
    kind        TEXT   NOT NULL, -- 'medical', 'dpc', 'dental' or 'pharmacy'
    state       TEXT   NOT NULL, -- 'taken' or 'withdrawn'; of a withdrawn one no entry is kept
    routing     TEXT   NOT NULL, -- who pays, as JSON (domain::claim_routing::Routing)
    version     BIGINT NOT NULL, -- 1, and one more each time that it was replaced
    entries     TEXT   NOT NULL, -- source and entries as JSON (center::claims::Stored)
    received_at BIGINT NOT NULL, -- when it came first
    changed_at  BIGINT NOT NULL, -- when it was replaced or withdrawn last
    CONSTRAINT claim_pk PRIMARY KEY (person_id, month, claim_key),
    CONSTRAINT claim_person_id_has_16_bytes CHECK (length(person_id) = 16),
    CONSTRAINT claim_key_has_16_bytes CHECK (length(claim_key) = 16),
    CONSTRAINT claim_digest_has_16_bytes CHECK (length(digest) = 16),
    CONSTRAINT claim_month_is_one CHECK (month BETWEEN 186801 AND 219912),
    CONSTRAINT claim_kind_is_known CHECK (kind IN ('medical', 'dpc', 'dental', 'pharmacy')),
    CONSTRAINT claim_state_is_known CHECK (state IN ('taken', 'withdrawn')),
    CONSTRAINT claim_version_counts_from_1 CHECK (version >= 1)
);

-- A claim by its 受付番号.
CREATE INDEX claim_by_key ON claim (claim_key);

-- A claim that fits nobody: kept, and shown to nobody. It goes when the same claim is taken.
CREATE TABLE claim_unmatched (
    institution TEXT   NOT NULL, -- 医療機関コード of who claimed; distribution key
    claim_key   BYTEA  NOT NULL, -- as in claim
    digest      BYTEA  NOT NULL, -- as in claim
    month       BIGINT NOT NULL, -- as in claim
    kind        TEXT   NOT NULL, -- as in claim
    reason      TEXT   NOT NULL, -- why: domain::Reason, or 'unreadable_' and a field
    entries     TEXT   NOT NULL, -- as in claim
    received_at BIGINT NOT NULL, -- when it came last
    CONSTRAINT claim_unmatched_pk PRIMARY KEY (institution, claim_key),
    CONSTRAINT claim_unmatched_key_has_16_bytes CHECK (length(claim_key) = 16)
);

-- A drug by its code, as in the newest master that has it. Old drugs stay: old claims name them.
CREATE TABLE drug (
    code            TEXT   NOT NULL, -- 医薬品コード, 9 digits; distribution key
    edition         BIGINT NOT NULL, -- day of the master as yyyymmdd: an older master changes nothing
    name            TEXT   NOT NULL, -- 漢字名称
    unit            TEXT,            -- 単位名称; NULL: none
    form            TEXT,            -- 剤形, one digit; NULL: not told
    is_drug         BIGINT NOT NULL, -- 0: a deduction (金額種別 7)
    price_list_code TEXT,            -- 薬価基準収載医薬品コード; NULL: none
    abolished_on    BIGINT,          -- 廃止年月日 as yyyymmdd; NULL: in use
    CONSTRAINT drug_pk PRIMARY KEY (code),
    CONSTRAINT drug_code_has_9_digits CHECK (length(code) = 9),
    CONSTRAINT drug_is_drug_or_not CHECK (is_drug IN (0, 1))
);
