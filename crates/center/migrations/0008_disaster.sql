-- Searching for a person by name: where the operator opened it, who asked for it, who looked and why, and whom that is
-- still to be told. Times are milliseconds since 1970-01-01 UTC. Nothing here is ever deleted: an access event of that time
-- can only be understood with it.

-- A disaster for which people may be searched for by name.
CREATE TABLE disaster (
    disaster     BIGINT NOT NULL, -- its number, from 1; distribution key
    prefecture   BIGINT NOT NULL, -- JIS X 0401, 1 to 47
    municipality TEXT   NOT NULL, -- name without prefecture; '' for the whole prefecture
    reason       TEXT   NOT NULL, -- the operator's words: institutions read them
    elsewhere    BIGINT NOT NULL, -- 1: institutions of other prefectures may ask too
    opened_at    BIGINT NOT NULL, -- from when on
    ends_at      BIGINT NOT NULL, -- until when, unless closed before
    closed_at    BIGINT,          -- when the operator closed it; NULL: not
    CONSTRAINT disaster_pk PRIMARY KEY (disaster),
    CONSTRAINT disaster_prefecture_is_one CHECK (prefecture BETWEEN 1 AND 47),
    CONSTRAINT disaster_elsewhere_is_yes_or_no CHECK (elsewhere IN (0, 1)),
    CONSTRAINT disaster_ends_after_it_began CHECK (ends_at > opened_at)
);

-- An institution asked to search, and what the rule said.
CREATE TABLE disaster_request (
    facility   TEXT   NOT NULL, -- 医療機関コード of who asked; distribution key
    request_id BYTEA  NOT NULL, -- UUID of the request: sent twice, it is answered once
    reason     TEXT   NOT NULL, -- the words of staff
    asked_at   BIGINT NOT NULL, -- when
    disaster   BIGINT,          -- for which disaster it was granted; NULL: it was not
    ends_at    BIGINT,          -- until when; NULL: not granted
    CONSTRAINT disaster_request_pk PRIMARY KEY (facility, request_id),
    CONSTRAINT disaster_request_id_has_16_bytes CHECK (length(request_id) = 16),
    CONSTRAINT disaster_request_grant_is_whole CHECK ((disaster IS NULL) = (ends_at IS NULL))
);

-- A search by name, beside its access event: what the event does not hold in the open.
CREATE TABLE person_look (
    log_id    BIGINT NOT NULL, -- as in access_event; distribution key
    leaf      BIGINT NOT NULL, -- leaf_index of its access event
    facility  TEXT   NOT NULL, -- 医療機関コード of who looked
    purpose   TEXT   NOT NULL, -- 'disaster_search' or 'emergency_search'
    reason    TEXT   NOT NULL, -- the words of staff: whoever was shown reads them
    outcome   TEXT   NOT NULL, -- 'found', 'several', 'not_found' or 'too_many'
    looked_at BIGINT NOT NULL, -- when
    CONSTRAINT person_look_pk PRIMARY KEY (log_id, leaf),
    CONSTRAINT person_look_purpose_is_known CHECK (purpose IN ('disaster_search', 'emergency_search')),
    CONSTRAINT person_look_outcome_is_known CHECK (outcome IN ('found', 'several', 'not_found', 'too_many'))
);
CREATE INDEX person_look_by_time ON person_look (looked_at);

-- Somebody is to be told that they were shown without being asked.
CREATE TABLE notice (
    person_id BYTEA  NOT NULL, -- who; distribution key
    log_id    BIGINT NOT NULL, -- of the look
    leaf      BIGINT NOT NULL, -- of the look
    noted_at  BIGINT NOT NULL, -- when it was written, with the look
    told_at   BIGINT,          -- when the person has seen it; NULL: not yet
    CONSTRAINT notice_pk PRIMARY KEY (person_id, log_id, leaf),
    CONSTRAINT notice_person_id_has_16_bytes CHECK (length(person_id) = 16)
);
CREATE INDEX notice_by_look ON notice (log_id, leaf) WHERE told_at IS NULL;
