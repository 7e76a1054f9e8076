-- Codes that prove who has a phone, and what keeps them from being abused. A code is never here in clear.
CREATE TABLE notifications.verifications (
    -- a UUID of version 7
    id uuid PRIMARY KEY,
    recipient text NOT NULL,
    country text NOT NULL,
    purpose text NOT NULL,
    locale text,
    -- an IPv4 address, or the /64 network of an IPv6 one
    client_ip text,
    code_length smallint NOT NULL,
    -- HMAC-SHA256 over id, number, purpose and code, and by which key; gone once the code is of no use any more
    code_hash bytea,
    code_key text,
    -- the code itself, encrypted, where a resend sends it again
    sealed_code bytea,
    sealed_key text,
    attempts smallint NOT NULL DEFAULT 0,
    max_attempts smallint NOT NULL,
    -- who makes and checks the code: 'sms' for us
    provider text NOT NULL,
    provider_id text,
    idempotency_key text UNIQUE,
    -- SHA-256 of what an idempotency key stands for
    content_hash bytea,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    resend_at timestamptz NOT NULL,
    used_at timestamptz,
    superseded_at timestamptz
)
-- each check is an update
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX verifications_open ON notifications.verifications (recipient) WHERE used_at IS NULL AND superseded_at IS NULL;
CREATE INDEX verifications_created_at ON notifications.verifications (created_at);
CREATE INDEX verifications_erasable ON notifications.verifications (expires_at) WHERE code_hash IS NOT NULL;

-- Every code that was sent, or would have been if its number took messages: what limits count
CREATE TABLE notifications.verification_sends (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    verification_id uuid NOT NULL,
    recipient text NOT NULL,
    purpose text NOT NULL,
    -- the number without its last four digits
    prefix text NOT NULL,
    country text NOT NULL,
    client_ip text,
    -- whether a message was made: one that was not costs nothing and cannot be approved
    sent boolean NOT NULL,
    approved boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL
);

CREATE INDEX verification_sends_verification ON notifications.verification_sends (verification_id);
CREATE INDEX verification_sends_recipient ON notifications.verification_sends (recipient, at);
CREATE INDEX verification_sends_client_ip ON notifications.verification_sends (client_ip, at) WHERE client_ip IS NOT NULL;
CREATE INDEX verification_sends_prefix ON notifications.verification_sends (prefix, at);
CREATE INDEX verification_sends_country ON notifications.verification_sends (country, at);
CREATE INDEX verification_sends_at ON notifications.verification_sends (at);

-- Where no codes go for a time, because hardly any that went there came back
CREATE TABLE notifications.verification_blocks (
    -- the beginning of a number, or a country's code
    prefix text PRIMARY KEY,
    sent integer NOT NULL,
    approved integer NOT NULL,
    blocked_at timestamptz NOT NULL,
    -- also when somebody lifted it: what was sent before counts no more
    until timestamptz NOT NULL
);

-- What the codes of a day are estimated to cost
CREATE TABLE notifications.verification_spend (
    day date PRIMARY KEY,
    usd numeric NOT NULL
);
