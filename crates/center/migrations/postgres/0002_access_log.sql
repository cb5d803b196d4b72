-- The access log: who looked at whom, when and why. Rows are only ever added. The log is a Merkle tree (RFC 9162);
-- a row here is a leaf, and log_head holds the right edge of the tree, so that the next leaf can be added without
-- reading the others.

CREATE TABLE log_head (
    log_id               BIGINT NOT NULL, -- which log; a shard of the center has one of its own; distribution key
    tree_size            BIGINT NOT NULL, -- how many leaves the tree has
    root                 BYTEA  NOT NULL, -- the tree head: SHA-256 of the whole tree
    frontier             BYTEA  NOT NULL, -- the right edge of the tree (trust::merkle::Frontier)
    reference_facilities BIGINT NOT NULL, -- how many facilities have registered a 照会番号; a change tells readers to look again
    updated_at           BIGINT NOT NULL, -- when the tree grew last, milliseconds since 1970
    CONSTRAINT log_head_pk PRIMARY KEY (log_id),
    CONSTRAINT log_head_size_is_not_negative CHECK (tree_size >= 0),
    CONSTRAINT log_head_root_has_32_bytes CHECK (length(root) = 32)
);

CREATE TABLE access_event (
    log_id      BIGINT NOT NULL, -- which log; distribution key
    leaf_index  BIGINT NOT NULL, -- place in the tree, from 0, without gaps
    facility    TEXT   NOT NULL, -- 医療機関コード of who looked; '' for the first leaf, which names the log
    person_id   BYTEA,           -- whom the answer was about; NULL when nobody or several were found
    occurred_at BIGINT NOT NULL, -- when, milliseconds since 1970
    event       BYTEA  NOT NULL, -- the leaf itself (trust::event::AccessEvent, CBOR)
    CONSTRAINT access_event_pk PRIMARY KEY (log_id, leaf_index),
    CONSTRAINT access_event_index_is_not_negative CHECK (leaf_index >= 0)
);
