-- Contacts that mediators chose to have published (rule 57), sealed under the mediator's key. A contact withdrawn leaves
-- nothing but the fact that there was one.
CREATE TABLE directory_contacts (
    mediator_id       UUID NOT NULL PRIMARY KEY,
    published         BOOLEAN NOT NULL,
    sealed_contact    BYTEA,
    consent_date      TEXT COLLATE "C",
    revision          BIGINT NOT NULL,
    updated_at        TIMESTAMPTZ NOT NULL
);
