-- Who may ask: institutions, their certificates, and how they get them. Times are milliseconds since 1970-01-01 UTC.

CREATE TABLE facility (
    facility    TEXT   NOT NULL, -- 医療機関コード, 10 digits; distribution key
    name        TEXT   NOT NULL, -- 医療機関名
    kind        TEXT   NOT NULL, -- 'hospital', 'clinic', 'dental' or 'pharmacy'
    address     TEXT   NOT NULL, -- 住所; '' when not known
    post_number TEXT   NOT NULL, -- 郵便番号; '' when not known
    created_at  BIGINT NOT NULL, -- when the operator added it
    updated_at  BIGINT NOT NULL, -- when this row changed last
    CONSTRAINT facility_pk PRIMARY KEY (facility),
    CONSTRAINT facility_code_has_10_digits CHECK (length(facility) = 10),
    CONSTRAINT facility_kind_is_known CHECK (kind IN ('hospital', 'clinic', 'dental', 'pharmacy'))
);

-- A one-time code with which a terminal or an insurer gets its first certificate. Only the hash of its secret is kept.
CREATE TABLE enrolment_code (
    code_hash   BYTEA  NOT NULL, -- SHA-256 of the secret part; distribution key
    holder_kind TEXT   NOT NULL, -- 'facility' or 'insurer'
    holder      TEXT   NOT NULL, -- 医療機関コード or 保険者番号
    created_at  BIGINT NOT NULL, -- when it was made
    expires_at  BIGINT NOT NULL, -- from when on it is refused
    used_at     BIGINT,          -- when it was used; NULL: not yet
    used_serial BYTEA,           -- the certificate that it gave; asked again with the same key, it gives the same one
    CONSTRAINT enrolment_code_pk PRIMARY KEY (code_hash),
    CONSTRAINT enrolment_code_hash_has_32_bytes CHECK (length(code_hash) = 32),
    CONSTRAINT enrolment_code_holder_kind_is_known CHECK (holder_kind IN ('facility', 'insurer'))
);

-- A client certificate that this center issued.
CREATE TABLE certificate (
    serial      BYTEA  NOT NULL, -- serial number as in the certificate, big-endian; distribution key
    holder_kind TEXT   NOT NULL, -- 'facility' or 'insurer'
    holder      TEXT   NOT NULL, -- 医療機関コード or 保険者番号
    terminal_id TEXT   NOT NULL, -- which terminal of the facility; '' for an insurer
    issued_at   BIGINT NOT NULL, -- when it was signed
    expires_at  BIGINT NOT NULL, -- notAfter
    revoked_at  BIGINT,          -- when it was revoked; NULL: it is not
    reason      TEXT   NOT NULL DEFAULT '', -- why it was revoked, a word of RFC 5280 5.3.1 such as 'keyCompromise'
    key_hash    BYTEA,           -- SHA-256 of its public key (SubjectPublicKeyInfo)
    chain       TEXT   NOT NULL DEFAULT '', -- the certificate and its issuer, PEM; '' until it is signed
    CONSTRAINT certificate_pk PRIMARY KEY (serial),
    CONSTRAINT certificate_serial_has_1_to_20_bytes CHECK (length(serial) BETWEEN 1 AND 20),
    CONSTRAINT certificate_holder_kind_is_known CHECK (holder_kind IN ('facility', 'insurer'))
);
CREATE INDEX certificate_by_holder ON certificate (holder, holder_kind);
-- Asked every few seconds: whether anything was revoked.
CREATE INDEX certificate_by_revocation ON certificate (revoked_at) WHERE revoked_at IS NOT NULL;

-- The newest certificate revocation list of each issuing key.
CREATE TABLE crl_state (
    issuer      TEXT   NOT NULL, -- key identifier of the issuing certificate, hex; distribution key
    crl_number  BIGINT NOT NULL, -- grows with every list
    issued_at   BIGINT NOT NULL, -- thisUpdate
    next_update BIGINT NOT NULL, -- nextUpdate
    crl         BYTEA  NOT NULL, -- the list, DER
    CONSTRAINT crl_state_pk PRIMARY KEY (issuer)
);

-- Small values of the center itself that must live as long as its data, such as the key of the person ids.
CREATE TABLE center_key (
    name       TEXT   NOT NULL, -- what it is; distribution key
    value      BYTEA  NOT NULL, -- the value
    created_at BIGINT NOT NULL, -- when it was made
    CONSTRAINT center_key_pk PRIMARY KEY (name)
);
