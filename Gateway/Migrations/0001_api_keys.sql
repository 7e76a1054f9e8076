-- The keys that every service lets in. Services read them by version, through ServiceDefaults; only the gateway writes them.
CREATE TABLE gateway.api_keys (
    id text PRIMARY KEY CHECK (id ~ '^[0-9a-hjkmnp-tv-z]{12}$'),
    -- In the order of creation, for lists
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    -- All of the key but its secret
    prefix text NOT NULL,
    -- SHA-256 of the key's text. Its secret has 256 random bits: a slow hash would protect nothing more
    key_hash bytea NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    name text NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    plan text,
    limit_requests integer CHECK (limit_requests > 0),
    limit_window_seconds integer CHECK (limit_window_seconds > 0),
    not_before timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    revoked_by text,
    -- Written by every service, at most once a minute: see the trigger
    last_used_at timestamptz,
    -- The key that took this one's place
    replaced_by text REFERENCES gateway.api_keys,
    created_at timestamptz NOT NULL,
    -- The id of the key that made it, or admin
    created_by text NOT NULL,
    -- When it was last changed, as a number of gateway.api_key_state
    version bigint NOT NULL,
    CHECK ((limit_requests IS NULL) = (limit_window_seconds IS NULL))
);

CREATE INDEX api_keys_version ON gateway.api_keys (version);

-- One row. Its lock makes changes commit in the order of their numbers, which a sequence would not: whoever has seen a number
-- has seen every change up to it.
CREATE TABLE gateway.api_key_state (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    version bigint NOT NULL DEFAULT 0,
    -- The last change that no key tells, because it is gone
    cleared bigint NOT NULL DEFAULT 0
);

INSERT INTO gateway.api_key_state DEFAULT VALUES;

CREATE FUNCTION gateway.number_api_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gateway.api_key_state SET version = version + 1 RETURNING version INTO NEW.version;
    RETURN NEW;
END
$$;

CREATE FUNCTION gateway.number_api_key_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gateway.api_key_state SET version = version + 1, cleared = version + 1;
    RETURN NULL;
END
$$;

-- Triggers, so that a change by hand reaches every service as well
CREATE TRIGGER number_insert BEFORE INSERT ON gateway.api_keys
    FOR EACH ROW EXECUTE FUNCTION gateway.number_api_key_change();

CREATE TRIGGER number_update BEFORE UPDATE ON gateway.api_keys
    FOR EACH ROW WHEN (to_jsonb(OLD) - 'last_used_at' IS DISTINCT FROM to_jsonb(NEW) - 'last_used_at')
    EXECUTE FUNCTION gateway.number_api_key_change();

CREATE TRIGGER number_deletion AFTER DELETE OR TRUNCATE ON gateway.api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION gateway.number_api_key_deletion();
