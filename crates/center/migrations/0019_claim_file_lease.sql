-- Which center works on a file of claims, and until when it is believed to.
ALTER TABLE claim_file ADD COLUMN lease_owner BYTEA; -- UUID of a run of a center; NULL: nobody
ALTER TABLE claim_file ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0; -- behind it another center may take the file over
