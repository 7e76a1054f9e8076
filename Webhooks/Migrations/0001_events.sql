-- One row for each event that a provider was answered 200 for
CREATE TABLE webhooks.events
(
    id          uuid        PRIMARY KEY,
    source      text        NOT NULL,
    event_id    text        NOT NULL,
    event_type  text,
    -- exactly the bytes that were signed
    body        bytea       NOT NULL,
    body_sha256 bytea       NOT NULL,
    headers     jsonb       NOT NULL,
    received_at timestamptz NOT NULL,
    -- how often the same event id came again, and how often of these with other bytes than the ones above
    duplicates  integer     NOT NULL DEFAULT 0,
    conflicts   integer     NOT NULL DEFAULT 0,
    UNIQUE (source, event_id)
);
