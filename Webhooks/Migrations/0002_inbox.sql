-- The inbox as a log. What grows with every event is partitioned by the day of receipt (UTC), and a day that is over goes by
-- dropping its partitions: nothing is deleted row by row, and no vacuum follows. The service makes the partitions.

-- The order of the log. Batches commit side by side, so that a lower number may come to light after a higher one; how far the
-- log is settled says webhooks.horizon().
CREATE SEQUENCE webhooks.positions;
-- The next number is greater than what it shows from the beginning
SELECT setval('webhooks.positions', 1);

-- Which event a repetition belongs to. The key is a hash of the source and the sender's id where the signature covers that
-- id, else of the source and the bytes. Small rows, in a table of its own: a unique index cannot span partitions.
CREATE TABLE webhooks.keys
(
    key         uuid        PRIMARY KEY,
    -- the event's
    id          uuid        NOT NULL,
    body_sha256 bytea       NOT NULL,
    -- until when the same key is a repetition; afterwards it is a new event
    expires_at  timestamptz NOT NULL,
    -- how often it came again, and how often of these with other bytes than the first
    duplicates  integer     NOT NULL DEFAULT 0,
    conflicts   integer     NOT NULL DEFAULT 0
)
WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.2);

CREATE INDEX keys_expires_at ON webhooks.keys USING brin (expires_at) WITH (autosummarize = on);

ALTER TABLE webhooks.events RENAME TO events_before;

-- One row for each event that a provider was answered 2xx for
CREATE TABLE webhooks.events
(
    position       bigint      NOT NULL,
    -- a UUID of version 7 with the time of receipt, which tells the partition
    id             uuid        NOT NULL,
    key            uuid        NOT NULL,
    -- "C": compared byte by byte, so that an index finds all types with the same beginning
    source         text        COLLATE "C" NOT NULL,
    event_id       text        COLLATE "C",
    event_type     text        COLLATE "C",
    received_at    timestamptz NOT NULL,
    -- exactly the bytes that were signed, or these encrypted with the key that encryption_key names
    body           bytea       NOT NULL,
    body_size      integer     NOT NULL,
    body_sha256    bytea       NOT NULL,
    encryption_key text,
    headers        json        NOT NULL,
    -- the verdict: by which of the source's secrets, and what that proves
    secret_id      text,
    authenticated  text        NOT NULL,
    -- another event of this source has the same id, which the signature does not cover
    shares_id      boolean     NOT NULL,
    correlation_id text,
    traceparent    text,
    PRIMARY KEY (position, received_at)
) PARTITION BY RANGE (received_at);

CREATE INDEX events_id ON webhooks.events (id);
CREATE INDEX events_source ON webhooks.events (source, position);
CREATE INDEX events_type ON webhooks.events (event_type, position);
CREATE INDEX events_event_id ON webhooks.events (event_id);

-- Other bytes that came under the id of an event. Few, and kept for whoever has to find out why.
CREATE TABLE webhooks.variants
(
    -- the event's
    id             uuid        NOT NULL,
    -- the one that it would have had as an event, by which its bytes are encrypted
    own_id         uuid        NOT NULL,
    body_sha256    bytea       NOT NULL,
    received_at    timestamptz NOT NULL,
    body           bytea       NOT NULL,
    body_size      integer     NOT NULL,
    encryption_key text,
    headers        json        NOT NULL,
    secret_id      text,
    PRIMARY KEY (id, body_sha256)
);

-- What the search by content looks at: the JSON of the body, without what the source keeps encrypted. Filled behind the
-- inbox, since a GIN index is too slow for the way to a provider's answer.
CREATE TABLE webhooks.payloads
(
    position    bigint      NOT NULL,
    received_at timestamptz NOT NULL,
    payload     jsonb       NOT NULL,
    PRIMARY KEY (position, received_at)
) PARTITION BY RANGE (received_at);

CREATE INDEX payloads_payload ON webhooks.payloads USING gin (payload jsonb_path_ops);

-- How far a reader of the log has come
CREATE TABLE webhooks.cursors
(
    name     text   PRIMARY KEY,
    position bigint NOT NULL
);

-- One row for each event and destination: what is to be delivered, and what became of it. The work itself is a job in
-- webhooks.jobs, enqueued in the same transaction.
CREATE TABLE webhooks.deliveries
(
    event_id    uuid        NOT NULL,
    -- the event's
    position    bigint      NOT NULL,
    received_at timestamptz NOT NULL,
    destination text        NOT NULL,
    state       text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    -- tries since the delivery began or was last asked for again
    attempts    integer     NOT NULL DEFAULT 0,
    -- the last try's answer, or none if there was none
    last_status integer,
    ended_at    timestamptz,
    PRIMARY KEY (event_id, destination, received_at)
) PARTITION BY RANGE (received_at);

CREATE INDEX deliveries_pending ON webhooks.deliveries (position) WHERE state = 'pending';
CREATE INDEX deliveries_dead ON webhooks.deliveries (destination, position) WHERE state = 'dead';

-- Every try
CREATE TABLE webhooks.attempts
(
    event_id    uuid        NOT NULL,
    -- the event's, so that both go together
    received_at timestamptz NOT NULL,
    destination text        NOT NULL,
    number      integer     NOT NULL,
    started_at  timestamptz NOT NULL,
    duration    interval    NOT NULL,
    -- the answer, or why there was none
    status      integer,
    error       text,
    -- the first KB of the answer
    response    bytea,
    -- whose doing it was, if it was not the event's arrival
    replay_id   uuid
) PARTITION BY RANGE (received_at);

CREATE INDEX attempts_event ON webhooks.attempts (event_id);

-- Destinations that were switched off, by an answer of 410 or by hand
CREATE TABLE webhooks.disabled_destinations
(
    name        text        PRIMARY KEY,
    disabled_at timestamptz NOT NULL,
    reason      text        NOT NULL
);

-- When a destination last took an event, and last failed to
CREATE TABLE webhooks.destination_uses
(
    name         text PRIMARY KEY,
    delivered_at timestamptz,
    failed_at    timestamptz,
    failure      text
);

-- Requests that were refused, for the day on which the refusal turns out to be our fault
CREATE TABLE webhooks.quarantine
(
    id             uuid        PRIMARY KEY,
    source         text        NOT NULL,
    received_at    timestamptz NOT NULL,
    -- the last of the requests with these bytes, and how many there were
    last_at        timestamptz NOT NULL,
    times          integer     NOT NULL DEFAULT 1,
    reason         text        NOT NULL,
    url            text        NOT NULL,
    body           bytea       NOT NULL,
    body_size      integer     NOT NULL,
    body_sha256    bytea       NOT NULL,
    -- a JSON object as text, encrypted like the body
    headers        bytea       NOT NULL,
    encryption_key text,
    UNIQUE (source, body_sha256)
);

CREATE INDEX quarantine_source ON webhooks.quarantine (source, id);

CREATE TABLE webhooks.replays
(
    id            uuid        PRIMARY KEY,
    created_at    timestamptz NOT NULL,
    created_by    text        NOT NULL,
    reason        text        NOT NULL,
    filter        json        NOT NULL,
    destinations  text[],
    -- deliveries a second at most
    rate          integer     NOT NULL,
    state         text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'cancelled', 'failed')),
    total         bigint      NOT NULL,
    replayed      bigint      NOT NULL DEFAULT 0,
    -- up to which position it has come, and up to which it goes
    position      bigint      NOT NULL,
    last_position bigint      NOT NULL,
    -- when it goes on, whichever replica does it
    next_at       timestamptz NOT NULL DEFAULT statement_timestamp(),
    ended_at      timestamptz,
    error         text
);

CREATE INDEX replays_running ON webhooks.replays (id) WHERE state = 'running';

-- Who did what by hand, and why
CREATE TABLE webhooks.audit
(
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    actor   text        NOT NULL,
    action  text        NOT NULL,
    subject text        NOT NULL,
    reason  text        NOT NULL,
    -- how many events it was about
    events  bigint      NOT NULL
);

CREATE TABLE webhooks.source_uses
(
    source    text        NOT NULL,
    -- a secret's id, '' for what is about the source itself
    secret_id text        NOT NULL,
    -- the last event, or the last use of the secret
    last_at   timestamptz,
    -- the last refusal, of the source itself only
    failed_at timestamptz,
    failure   text,
    PRIMARY KEY (source, secret_id)
);

-- Makes what is missing of the partitions from one day to another, both included
CREATE FUNCTION webhooks.make_partitions(first date, last date) RETURNS void
LANGUAGE plpgsql AS
$$
DECLARE
    day    date := first;
    parent text;
BEGIN
    WHILE day <= last LOOP
        FOREACH parent IN ARRAY ARRAY['events', 'payloads', 'deliveries', 'attempts'] LOOP
            IF to_regclass(format('webhooks.%I', parent || to_char(day, '_YYYYMMDD'))) IS NULL THEN
                -- Attached, and not made as a partition: that would wait for every reader, and all writers behind it
                EXECUTE format('CREATE TABLE webhooks.%I (LIKE webhooks.%I INCLUDING ALL)', parent || to_char(day, '_YYYYMMDD'), parent);
                EXECUTE format(
                    'ALTER TABLE webhooks.%I ATTACH PARTITION webhooks.%I FOR VALUES FROM (%L) TO (%L)',
                    parent, parent || to_char(day, '_YYYYMMDD'),
                    day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
            END IF;
        END LOOP;
        day := day + 1;
    END LOOP;
END
$$;

-- Commits events, or counts them at those that came first: see InboxStore. A function, because planning this for each batch takes
-- as long as doing it: a session keeps a function's plan, until somebody says DISCARD ALL.
CREATE FUNCTION webhooks.add_events(
    p_ids uuid[],
    p_keys uuid[],
    p_unsigned_ids uuid[],
    p_sources text[],
    p_event_ids text[],
    p_event_types text[],
    p_bodies bytea[],
    p_body_sizes integer[],
    p_body_hashes bytea[],
    p_encryption_keys text[],
    p_headers json[],
    p_received_at timestamptz[],
    p_repeated_until timestamptz[],
    p_secret_ids text[],
    p_authenticated text[],
    p_correlation_ids text[],
    p_traceparents text[],
    p_repeated integer[],
    p_max_variants integer) RETURNS TABLE (added_key uuid, added_id uuid, conflict boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS
$$
#variable_conflict use_column
BEGIN
    -- A sign for webhooks.horizon(), held until the commit: the numbers drawn from now on may come to light late
    PERFORM pg_advisory_xact_lock_shared((x'7765'::bigint << 48) | (SELECT last_value FROM webhooks.positions));

    -- A key that is over is taken over. The new event's id stands in the key if and only if the event is new.
    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT * FROM unnest(
            p_ids, p_keys, p_unsigned_ids, p_sources, p_event_ids, p_event_types, p_bodies,
            p_body_sizes, p_body_hashes, p_encryption_keys, p_headers, p_received_at, p_repeated_until,
            p_secret_ids, p_authenticated, p_correlation_ids, p_traceparents, p_repeated) WITH ORDINALITY AS input (
            id, key, unsigned_id, source, event_id, event_type, body, body_size, body_sha256, encryption_key, headers, received_at,
            repeated_until, secret_id, authenticated, correlation_id, traceparent, repeated, number)),
    known AS (
        INSERT INTO webhooks.keys AS known (key, id, body_sha256, expires_at, duplicates)
        -- In one order, so that batches which meet at some keys wait for each other, and never in a circle
        SELECT key, id, body_sha256, repeated_until, repeated FROM input ORDER BY key
        ON CONFLICT (key) DO UPDATE SET
            id = CASE WHEN known.expires_at <= statement_timestamp() THEN excluded.id ELSE known.id END,
            body_sha256 = CASE WHEN known.expires_at <= statement_timestamp() THEN excluded.body_sha256 ELSE known.body_sha256 END,
            expires_at = CASE WHEN known.expires_at <= statement_timestamp() THEN excluded.expires_at ELSE known.expires_at END,
            duplicates = CASE WHEN known.expires_at <= statement_timestamp() THEN 0 ELSE known.duplicates + 1 END + excluded.duplicates,
            conflicts = CASE
                WHEN known.expires_at <= statement_timestamp() THEN 0
                WHEN known.body_sha256 <> excluded.body_sha256 THEN known.conflicts + 1 + excluded.duplicates
                ELSE known.conflicts
            END
        RETURNING key, id, body_sha256, conflicts),
    label AS (
        INSERT INTO webhooks.keys AS label (key, id, body_sha256, expires_at)
        -- After the keys, for the same reason
        SELECT DISTINCT ON (unsigned_id) unsigned_id, id, body_sha256, repeated_until
        FROM input, (SELECT count(*) FROM known) AS settled
        WHERE unsigned_id IS NOT NULL ORDER BY unsigned_id, number
        ON CONFLICT (key) DO UPDATE SET
            conflicts = label.conflicts + (label.body_sha256 <> excluded.body_sha256)::int
        RETURNING key, body_sha256),
    judged AS (
        SELECT input.*, known.id AS known_id,
            known.id = input.id AS fresh,
            known.body_sha256 <> input.body_sha256 AS differs,
            coalesce(label.body_sha256 <> input.body_sha256, false) AS shares_id,
            known.conflicts AS conflicts
        FROM input JOIN known USING (key) LEFT JOIN label ON label.key = input.unsigned_id),
    added AS (
        INSERT INTO webhooks.events (
            position, id, key, source, event_id, event_type, received_at, body, body_size, body_sha256, encryption_key, headers,
            secret_id, authenticated, shares_id, correlation_id, traceparent)
        SELECT nextval('webhooks.positions'), ordered.* FROM (
            SELECT id, key, source, event_id, event_type, received_at, body, body_size, body_sha256, encryption_key, headers,
                secret_id, authenticated, shares_id, correlation_id, traceparent
            FROM judged WHERE fresh ORDER BY number) AS ordered),
    variant AS (
        INSERT INTO webhooks.variants (id, own_id, body_sha256, received_at, body, body_size, encryption_key, headers, secret_id)
        SELECT known_id, id, body_sha256, received_at, body, body_size, encryption_key, headers, secret_id
        FROM judged WHERE differs AND conflicts <= p_max_variants
        ON CONFLICT DO NOTHING)
    SELECT judged.key, judged.known_id, judged.differs OR judged.shares_id FROM judged;
END
$$;

-- Up to which position the log is settled: nothing up to there will ever be added to what the next statement sees. Whoever
-- remembers the last position that it read, up to here, misses nothing.
--
-- The last number is read first, then the signs of those who are about to commit. Who sets a sign after that draws higher numbers
-- than this one; who took its sign away before that had committed. Nobody else's long transaction holds the log up.
CREATE FUNCTION webhooks.horizon() RETURNS bigint
LANGUAGE plpgsql AS
$$
DECLARE
    last bigint := (SELECT last_value FROM webhooks.positions);
BEGIN
    RETURN least(last, (
        SELECT min(((classid::bigint & x'ffff'::bigint) << 32) | objid::bigint) FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = x'7765'::bigint
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())));
END
$$;

-- What is not JSON, or JSON that Postgres cannot hold (\u0000, half a surrogate pair), is nothing
CREATE FUNCTION webhooks.to_jsonb_or_null(content text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
$$
BEGIN
    RETURN content::jsonb;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

-- What earlier versions took in
DO
$$
BEGIN
    PERFORM webhooks.make_partitions(min((received_at AT TIME ZONE 'UTC')::date), max((received_at AT TIME ZONE 'UTC')::date))
    FROM webhooks.events_before HAVING count(*) > 0;
END
$$;

INSERT INTO webhooks.keys (key, id, body_sha256, expires_at, duplicates, conflicts)
SELECT encode(substr(sha256(convert_to(source || chr(10) || 'id' || chr(10) || event_id, 'UTF8')), 1, 16), 'hex')::uuid,
    id, body_sha256, received_at + interval '30 days', duplicates, conflicts
FROM webhooks.events_before;

INSERT INTO webhooks.events (
    position, id, key, source, event_id, event_type, received_at, body, body_size, body_sha256, headers, authenticated, shares_id)
SELECT nextval('webhooks.positions'), id,
    encode(substr(sha256(convert_to(source || chr(10) || 'id' || chr(10) || event_id, 'UTF8')), 1, 16), 'hex')::uuid,
    source, event_id, event_type, received_at, body, length(body), body_sha256, headers, 'body', false
FROM (SELECT * FROM webhooks.events_before ORDER BY received_at) AS before;

DROP TABLE webhooks.events_before;

INSERT INTO webhooks.cursors (name, position)
VALUES ('deliver', (SELECT coalesce(max(position), 0) FROM webhooks.events)), ('search', 0);
