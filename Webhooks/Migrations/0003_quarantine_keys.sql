-- Events of the same bytes are kept side by side where something else tells them apart: a topic or an id in a header. The key is
-- the one that the event would have in the inbox. Replicas of the version before keep no refusals from here on: they count them as
-- dropped.
ALTER TABLE webhooks.quarantine ADD COLUMN key uuid;

-- The key of the bytes, which tells nearly all sources' events apart
UPDATE webhooks.quarantine SET key = encode(
    substr(sha256(convert_to(source || chr(10) || 'body' || chr(10), 'UTF8') || body_sha256), 1, 16), 'hex')::uuid;

ALTER TABLE webhooks.quarantine
    ALTER COLUMN key SET NOT NULL,
    DROP CONSTRAINT quarantine_source_body_sha256_key,
    ADD UNIQUE (source, body_sha256, key);
