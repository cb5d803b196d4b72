-- Where the outcomes of a file begin in claim_outcome: fetched anew, they are written beside the earlier ones first.
ALTER TABLE claim_file ADD COLUMN first_part INTEGER NOT NULL DEFAULT 0;
-- 1: it came from the page and was checked whole; it goes into the queue when somebody says so.
ALTER TABLE claim_file ADD COLUMN checked INTEGER NOT NULL DEFAULT 0 CHECK (checked IN (0, 1));
