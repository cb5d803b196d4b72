-- In which role somebody looked into a record, and which kinds of FHIR resources they asked for.

ALTER TABLE record_look ADD COLUMN role TEXT NOT NULL DEFAULT 'records'; -- domain::record::LookRole::code
ALTER TABLE record_look ADD COLUMN resources TEXT NOT NULL DEFAULT ''; -- names with commas, such as 'Condition'; '': not through FHIR
