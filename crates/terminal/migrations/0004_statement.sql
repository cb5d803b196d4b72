-- 被保険者資格申立書: what a patient said about the insurance where nothing could be told.
CREATE TABLE statement (
    request_id TEXT    NOT NULL PRIMARY KEY,               -- number of the case
    taken_at   INTEGER NOT NULL,
    taken_by   TEXT    NOT NULL,                           -- who took it down
    body       BLOB    NOT NULL                            -- sealed
) STRICT;
