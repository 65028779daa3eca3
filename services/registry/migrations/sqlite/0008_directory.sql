-- Contacts that mediators chose to have published (rule 57), sealed under the mediator's key. A contact withdrawn leaves
-- nothing but the fact that there was one.
CREATE TABLE directory_contacts (
    mediator_id       BLOB NOT NULL PRIMARY KEY,
    published         INTEGER NOT NULL,
    sealed_contact    BLOB,
    consent_date      TEXT,
    revision          INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
