-- Claims that fitted nobody are looked at again when the register of their card changes: what is needed for that, and which
-- file is told of it. All of it is NULL for claims that came before: those are looked at when they are sent again.

ALTER TABLE claim_unmatched ADD COLUMN card_key BYTEA; -- as in coverage: the card that it names; NULL: not looked at again
ALTER TABLE claim_unmatched ADD COLUMN question TEXT; -- whose it says it is, and its days, as JSON (center::claims::again)
ALTER TABLE claim_unmatched ADD COLUMN tried_at BIGINT; -- when it was looked at last
ALTER TABLE claim_unmatched ADD COLUMN tries BIGINT NOT NULL DEFAULT 0; -- how often it was looked at again, in vain
ALTER TABLE claim_unmatched ADD COLUMN file_number TEXT; -- 受付番号 of the file that brought it, in claim_file; NULL: an operator did
ALTER TABLE claim_unmatched ADD COLUMN file_part BIGINT; -- part of its results that tells what became of it
ALTER TABLE claim_unmatched ADD COLUMN file_line BIGINT; -- its first line in that file

-- Whether anything came in since: asked every few seconds.
CREATE INDEX import_job_by_time ON import_job (updated_at);
