-- One row a message. It is the queue, too: accepted rows whose time has come are claimed by the senders.
CREATE TABLE notifications.messages (
    id uuid PRIMARY KEY,
    recipient text NOT NULL,
    body text NOT NULL,
    status text NOT NULL CHECK (status IN ('accepted', 'sending', 'sent', 'failed', 'unknown')),
    provider_sid text,
    error_code integer,
    error text,
    -- Sends begun so far. A sender's outcome counts only while this is still its own number.
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    -- While sending: when the sender counts as dead
    lease_until timestamptz,
    idempotency_key text UNIQUE,
    -- SHA-256 of what an idempotency key stands for
    content_hash bytea NOT NULL,
    correlation_id text NOT NULL,
    traceparent text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE INDEX messages_due ON notifications.messages (next_attempt_at) WHERE status = 'accepted';
CREATE INDEX messages_leases ON notifications.messages (lease_until) WHERE status = 'sending';

-- Every state that a message was in
CREATE TABLE notifications.message_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES notifications.messages ON DELETE CASCADE,
    status text NOT NULL,
    error_code integer,
    detail text,
    at timestamptz NOT NULL
);

CREATE INDEX message_events_of ON notifications.message_events (message_id, id);
