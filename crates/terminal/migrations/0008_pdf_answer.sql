-- Answers of YZK and TKK may be PDF files: the name under which an answer is delivered ends otherwise, also after a restart.
ALTER TABLE bridge_request ADD COLUMN is_pdf INTEGER NOT NULL DEFAULT 0 CHECK (is_pdf IN (0, 1));
