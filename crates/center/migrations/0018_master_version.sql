-- Whether a master was loaded since a center read it: asked every few seconds.
CREATE TABLE master_version (
    master  TEXT   NOT NULL, -- which: 'drug'; distribution key
    version BIGINT NOT NULL, -- 1, and one more with each transaction that changed it
    CONSTRAINT master_version_pk PRIMARY KEY (master),
    CONSTRAINT master_version_counts_from_1 CHECK (version >= 1)
);
