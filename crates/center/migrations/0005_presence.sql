-- Somebody is here with a card: which person a card belongs to, what the person allows, and what keeps a signature from
-- being used twice. Times are milliseconds since 1970-01-01 UTC.

-- A challenge that was used. A row is needed only as long as the challenge itself holds, a minute.
CREATE TABLE presence_challenge_used (
    nonce   BYTEA  NOT NULL, -- the 32 random bytes of the challenge; distribution key
    used_at BIGINT NOT NULL, -- when it was used
    CONSTRAINT presence_challenge_used_pk PRIMARY KEY (nonce),
    CONSTRAINT presence_challenge_used_nonce_has_32_bytes CHECK (length(nonce) = 32)
);
-- Old ones are deleted by their time.
CREATE INDEX presence_challenge_used_by_time ON presence_challenge_used (used_at);

-- 利用登録: which person a certificate on a card belongs to. A history: a row that has ended is never deleted, because an
-- access event of that time can only be understood with it.
CREATE TABLE card_registration (
    serial        BYTEA  NOT NULL, -- serial number of the certificate, big-endian without leading zeros; distribution key
    ca_key_id     BYTEA  NOT NULL, -- key identifier of the authority that made it; serials are counted by each for itself
    stretch       BIGINT NOT NULL, -- which registration of this card it is, from 0
    registered_at BIGINT NOT NULL, -- when it was registered
    person_id     BYTEA  NOT NULL, -- whose card it is
    facility      TEXT   NOT NULL, -- 医療機関コード of where it was registered; '' when it followed an older certificate
    ended_at      BIGINT,          -- when that ended; NULL: it holds
    end_reason    TEXT   NOT NULL DEFAULT '', -- 'patient' (解除) or 'superseded' (issued anew); '' while it holds
    successor     BYTEA,           -- serial number of the certificate that took its place; NULL: none
    successor_ca  BYTEA,           -- key identifier of the authority of that certificate
    CONSTRAINT card_registration_pk PRIMARY KEY (serial, ca_key_id, stretch),
    CONSTRAINT card_registration_serial_has_1_to_20_bytes CHECK (length(serial) BETWEEN 1 AND 20),
    CONSTRAINT card_registration_person_id_has_16_bytes CHECK (length(person_id) = 16),
    CONSTRAINT card_registration_end_has_a_reason CHECK ((ended_at IS NULL) = (end_reason = '')),
    CONSTRAINT card_registration_reason_is_known CHECK (end_reason IN ('', 'patient', 'superseded')),
    CONSTRAINT card_registration_successor_is_whole CHECK ((successor IS NULL) = (successor_ca IS NULL))
);
-- A card belongs to one person at a time.
CREATE UNIQUE INDEX card_registration_holds_once ON card_registration (serial, ca_key_id) WHERE ended_at IS NULL;

-- What a patient answered when asked what an institution may see. Kept like the access events, of which it is a part.
CREATE TABLE consent (
    person_id    BYTEA  NOT NULL, -- whose data; distribution key
    facility     TEXT   NOT NULL, -- 医療機関コード of who may see it
    given_at     BIGINT NOT NULL, -- 同意日時
    valid_until  BIGINT NOT NULL, -- 閲覧有効期限: from then on it no longer holds
    choice       BIGINT NOT NULL, -- what was allowed, one bit each (domain::ConsentChoice::bits)
    purpose      TEXT   NOT NULL, -- what for (domain::Purpose)
    means        TEXT   NOT NULL, -- how the patient was recognised (domain::PresenceMeans)
    withdrawn_at BIGINT,          -- when it was taken back; NULL: it was not
    withdrawn_by TEXT,            -- 'patient' or 'institution'
    CONSTRAINT consent_pk PRIMARY KEY (person_id, facility, given_at),
    CONSTRAINT consent_person_id_has_16_bytes CHECK (length(person_id) = 16),
    CONSTRAINT consent_choice_has_8_bits CHECK (choice BETWEEN 0 AND 255),
    CONSTRAINT consent_withdrawal_is_whole CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);

-- The newest revocation lists of the authorities of cards: looked into when the OCSP responder does not answer.
CREATE TABLE card_crl (
    source      TEXT   NOT NULL, -- the configured address it came from; distribution key
    this_update BIGINT NOT NULL, -- when the authority made it
    crl         BYTEA  NOT NULL, -- the list, DER
    fetched_at  BIGINT NOT NULL, -- when this center fetched it
    CONSTRAINT card_crl_pk PRIMARY KEY (source)
);
