-- A claim is looked up by who claimed, for which month, and its key. A file brings claims of one institution and one month:
-- in this order they lie together, where keys alone, which are hashes, touched a page each.
DROP INDEX claim_by_key;
CREATE INDEX claim_by_institution ON claim (institution, month, claim_key);
