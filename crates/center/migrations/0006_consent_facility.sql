-- Institutions at which patients were asked what may be seen. Answers to questions by number tell what is on record, and
-- only for these institutions is it worth looking.

CREATE TABLE consent_facility (
    facility TEXT   NOT NULL, -- 医療機関コード; distribution key
    noted_at BIGINT NOT NULL, -- when its first consent was given, milliseconds since 1970: readers take what is new
    CONSTRAINT consent_facility_pk PRIMARY KEY (facility)
);
CREATE INDEX consent_facility_by_time ON consent_facility (noted_at);

INSERT INTO consent_facility (facility, noted_at) SELECT facility, MIN(given_at) FROM consent GROUP BY facility;
