-- Messages, as the send pipeline needs them. One row a message, its timeline included: every state that it was in is appended
-- to the row that changes anyway. What sends it is a job in notifications.jobs, added in the same transaction.
--
-- Every time that decides anything is the database's, so that the clocks of the nodes may differ.

CREATE TABLE notifications.messages_now (
    -- a UUID of version 7, so that ids are in the order of arrival
    id uuid PRIMARY KEY,
    recipient text NOT NULL,
    country text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('code', 'transaction', 'bulk')),
    -- a code's text is never here in clear: it is sealed with the key that body_key names, and erased at the message's end
    body text,
    sealed_body bytea,
    body_key text,
    segments smallint NOT NULL,
    template text,
    status text NOT NULL CHECK (status IN ('accepted', 'scheduled', 'sending', 'unknown', 'sent', 'delivered', 'undelivered',
        'failed', 'canceled', 'suppressed', 'expired')),
    -- sends begun so far; an outcome counts only while this is still its own number
    attempts integer NOT NULL DEFAULT 0,
    -- those that the carrier's word asked for after one was sent
    repetitions integer NOT NULL DEFAULT 0,
    send_at timestamptz,
    expires_at timestamptz NOT NULL,
    -- not sent again before
    not_before timestamptz,
    -- when the last send was begun
    attempt_at timestamptz,
    provider text,
    -- whose account at the provider: only that account's list can prove anything
    account text,
    sender text,
    provider_id text,
    -- the provider's ids of earlier sends, whose late reports are not about this one
    earlier_ids text[] NOT NULL DEFAULT '{}',
    provider_status text,
    error_code integer,
    error text,
    price numeric(12, 6),
    currency text,
    -- when somebody must look after it, whatever its state: see whether it was sent or delivered, or whether it still has a job
    check_at timestamptz,
    checks integer NOT NULL DEFAULT 0,
    timeline jsonb NOT NULL,
    correlation_id text,
    traceparent text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (kind <> 'code' OR body IS NULL)
)
-- A message is updated two or three times within seconds of its arrival
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

INSERT INTO notifications.messages_now (
    id, recipient, country, kind, body, segments, status, attempts, expires_at, attempt_at, provider, provider_id, error_code, error,
    check_at, timeline, correlation_id, traceparent, created_at, updated_at)
SELECT id, recipient, 'ZZ', 'transaction', body, 1, CASE status WHEN 'sending' THEN 'unknown' ELSE status END, attempts,
    created_at + interval '10 hours', CASE WHEN attempts > 0 THEN updated_at END,
    CASE WHEN attempts > 0 THEN 'twilio' END, provider_sid, error_code, error,
    -- what was not sent yet gets its job by this
    CASE WHEN status IN ('accepted', 'sending', 'unknown') THEN now() END,
    coalesce((
        SELECT jsonb_agg(jsonb_build_object('status', event.status, 'at', event.at, 'attempt', 0) ORDER BY event.id)
        FROM notifications.message_events AS event WHERE event.message_id = message.id), '[]'),
    correlation_id, traceparent, created_at, updated_at
FROM notifications.messages AS message;

-- Which message a repetition of a request belongs to
CREATE TABLE notifications.idempotency_keys (
    key text PRIMARY KEY,
    content_hash bytea NOT NULL,
    message_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_expires_at ON notifications.idempotency_keys (expires_at);

-- Their hashes are of another kind, so that a repetition across the upgrade is a conflict: better than a second message
INSERT INTO notifications.idempotency_keys (key, content_hash, message_id, expires_at)
SELECT idempotency_key, content_hash, id, created_at + interval '48 hours' FROM notifications.messages
WHERE idempotency_key IS NOT NULL AND created_at > now() - interval '48 hours';

DROP TABLE notifications.message_events;
DROP TABLE notifications.messages;
ALTER TABLE notifications.messages_now RENAME TO messages;
ALTER INDEX notifications.messages_now_pkey RENAME TO messages_pkey;

CREATE INDEX messages_recipient ON notifications.messages (recipient, id);
CREATE INDEX messages_provider_id ON notifications.messages (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX messages_error_code ON notifications.messages (error_code, id) WHERE error_code IS NOT NULL;
CREATE INDEX messages_sealed ON notifications.messages (expires_at) WHERE sealed_body IS NOT NULL;
-- What must be looked after, and, apart from it so that it never waits behind, what is only asked for its delivery
CREATE INDEX messages_check_at ON notifications.messages (check_at) WHERE check_at IS NOT NULL AND status <> 'sent';
CREATE INDEX messages_poll_at ON notifications.messages (check_at) WHERE check_at IS NOT NULL AND status = 'sent';
-- What an operator looks for is rare; the usual states are found by id
CREATE INDEX messages_trouble ON notifications.messages (status, id)
    WHERE status IN ('unknown', 'undelivered', 'failed', 'canceled', 'suppressed', 'expired');

-- Who wants no messages from a sender; '*' stands for every sender
CREATE TABLE notifications.suppressions (
    number text NOT NULL,
    sender text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    lifted_at timestamptz,
    PRIMARY KEY (number, sender)
);

-- Numbers of which a provider has said that they take no messages
CREATE TABLE notifications.refused_numbers (
    number text PRIMARY KEY,
    code integer,
    reason text NOT NULL,
    at timestamptz NOT NULL
);

-- How fast each sender and country may go: one row each, exact for all processes together
CREATE TABLE notifications.send_rates (
    name text PRIMARY KEY,
    -- when the next segment may go, if one goes at a time (GCRA's theoretical arrival time)
    ready_at timestamptz NOT NULL,
    -- by priority: until when messages that wait have been told to come back
    line0 timestamptz NOT NULL DEFAULT '-infinity',
    line1 timestamptz NOT NULL DEFAULT '-infinity',
    line2 timestamptz NOT NULL DEFAULT '-infinity'
)
WITH (fillfactor = 10);

-- What is not used for now, because a provider has refused it: an account, or a sender
CREATE TABLE notifications.breakers (
    scope text PRIMARY KEY,
    code integer,
    reason text NOT NULL,
    opened_at timestamptz NOT NULL,
    -- then one message tries; if it goes well, the row is deleted
    closed_until timestamptz NOT NULL,
    trips integer NOT NULL DEFAULT 1,
    -- whether that message is under way
    trying boolean NOT NULL DEFAULT false
);

-- The smallest version 7 UUID of a millisecond (RFC 9562, 5.7)
CREATE FUNCTION notifications.first_id_of(moment timestamptz) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE FUNCTION notifications.timeline_entry(status text, attempt integer, provider_status text, code integer, detail text)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'status', status, 'at', statement_timestamp(), 'attempt', attempt, 'providerStatus', provider_status, 'errorCode', code,
        'detail', detail))
$$;

-- Adds messages, each at the place in the arrays that answers for it. Its statements see one after the other what others have
-- committed: of any number of requests with one key exactly one is the first.
CREATE FUNCTION notifications.add_messages(
    ids uuid[], recipients text[], countries text[], kinds text[], bodies text[], sealed_bodies bytea[], body_keys text[],
    segment_counts smallint[], templates text[], send_ats timestamptz[], expire_ats timestamptz[], idempotency_keys text[],
    content_hashes bytea[], senders text[], correlation_ids text[], traceparents text[], key_lifetime interval, unclaimed_after interval)
RETURNS TABLE (place integer, outcome text, message_id uuid, reason text, at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    -- by place: why the number takes no message, or NULL
    obstacles text[];
BEGIN
    SELECT array_agg(coalesce(
            (SELECT 'suppressed:' || suppression.reason FROM notifications.suppressions AS suppression
             WHERE suppression.number = new.recipient AND suppression.sender IN (new.sender, '*') AND suppression.lifted_at IS NULL LIMIT 1),
            (SELECT 'refused:' || refused.reason FROM notifications.refused_numbers AS refused WHERE refused.number = new.recipient))
        ORDER BY new.place)
    INTO obstacles
    FROM unnest(recipients, senders) WITH ORDINALITY AS new (recipient, sender, place);

    -- In one order, so that two batches never wait for each other
    INSERT INTO notifications.idempotency_keys AS known (key, content_hash, message_id, expires_at)
    SELECT DISTINCT ON (new.key) new.key, new.content_hash, new.id, statement_timestamp() + key_lifetime
    FROM unnest(idempotency_keys, content_hashes, ids, obstacles) WITH ORDINALITY AS new (key, content_hash, id, obstacle, place)
    WHERE new.key IS NOT NULL AND new.obstacle IS NULL
    ORDER BY new.key, new.place
    ON CONFLICT (key) DO UPDATE
    SET content_hash = excluded.content_hash, message_id = excluded.message_id, expires_at = excluded.expires_at
    WHERE known.expires_at < statement_timestamp();

    RETURN QUERY
    WITH new AS (
        SELECT * FROM unnest(
            ids, recipients, countries, kinds, bodies, sealed_bodies, body_keys, segment_counts, templates, send_ats, expire_ats,
            idempotency_keys, content_hashes, correlation_ids, traceparents, obstacles) WITH ORDINALITY AS input (
            id, recipient, country, kind, body, sealed_body, body_key, segments, template, send_at, expires_at,
            key, content_hash, correlation_id, traceparent, obstacle, place)),
    judged AS (
        SELECT new.*, known.message_id AS known_id, CASE
            WHEN known.message_id = new.id THEN 'accepted'
            WHEN known.content_hash = new.content_hash THEN 'replayed'
            WHEN known.message_id IS NOT NULL THEN 'conflict'
            WHEN new.obstacle LIKE 'suppressed:%' THEN 'suppressed'
            WHEN new.obstacle IS NOT NULL THEN 'refused'
            ELSE 'accepted' END AS verdict
        FROM new LEFT JOIN notifications.idempotency_keys AS known ON known.key = new.key AND known.expires_at >= statement_timestamp()),
    added AS (
        INSERT INTO notifications.messages (
            id, recipient, country, kind, body, sealed_body, body_key, segments, template, status, send_at, expires_at, check_at,
            timeline, correlation_id, traceparent, created_at, updated_at)
        SELECT id, recipient, country, kind, body, sealed_body, body_key, segments, template,
            CASE WHEN send_at IS NULL THEN 'accepted' ELSE 'scheduled' END, send_at, expires_at,
            coalesce(send_at, statement_timestamp()) + unclaimed_after,
            jsonb_build_array(notifications.timeline_entry(
                CASE WHEN send_at IS NULL THEN 'accepted' ELSE 'scheduled' END, 0, NULL, NULL, NULL)),
            correlation_id, traceparent, statement_timestamp(), statement_timestamp()
        FROM judged WHERE verdict = 'accepted'
        ORDER BY id)
    SELECT judged.place::integer, judged.verdict, coalesce(judged.known_id, judged.id),
        substr(judged.obstacle, strpos(judged.obstacle, ':') + 1), statement_timestamp()
    FROM judged ORDER BY judged.place;
END
$$;

-- Begins sends: what happens to this process from here on, nobody sends these messages again before it is known what became
-- of them. One that is found in 'sending' was begun by a process that has died or was cut off.
CREATE FUNCTION notifications.begin_sends(
    ids uuid[], providers text[], accounts text[], senders text[], shortages text[], first_check interval)
RETURNS TABLE (
    id uuid, verdict text, recipient text, country text, kind text, body text, sealed_body bytea, body_key text, segments smallint,
    attempt integer, repetitions integer, expires_at timestamptz, created_at timestamptz, wait interval) LANGUAGE sql AS $$
    WITH asked AS (SELECT * FROM unnest(ids, providers, accounts, senders, shortages) AS input (id, provider, account, sender, shortage)),
    locked AS (
        SELECT message.*, asked.provider AS new_provider, asked.account AS new_account, asked.sender AS new_sender, asked.shortage,
            CASE
                WHEN message.status = 'sending' THEN 'died'
                WHEN message.status NOT IN ('accepted', 'scheduled') THEN 'over'
                WHEN message.expires_at <= statement_timestamp() THEN 'expired'
                WHEN coalesce(message.not_before, message.send_at) > statement_timestamp() THEN 'early'
                WHEN asked.sender IS NULL THEN 'short'
                WHEN EXISTS (
                    SELECT FROM notifications.suppressions AS suppression
                    WHERE suppression.number = message.recipient AND suppression.sender IN (asked.sender, '*')
                        AND suppression.lifted_at IS NULL) THEN 'suppressed'
                ELSE 'begun' END AS verdict
        FROM asked JOIN notifications.messages AS message ON message.id = asked.id
        ORDER BY message.id
        FOR UPDATE OF message),
    entered AS (
        SELECT locked.id, locked.verdict, locked.shortage, new_provider, new_account, new_sender,
            CASE locked.verdict WHEN 'died' THEN 'unknown' WHEN 'begun' THEN 'sending' ELSE locked.verdict END AS status,
            locked.attempts + (locked.verdict = 'begun')::integer AS attempts,
            CASE locked.verdict
                WHEN 'died' THEN 'The sender died before it could say what came of the call.'
                WHEN 'expired' THEN coalesce('Its time was over before it could be sent. The last try: ' || locked.error,
                    'Its time was over before it could be sent.')
                WHEN 'suppressed' THEN 'The number wants no messages from this sender.' END AS error
        FROM locked WHERE locked.verdict IN ('died', 'begun', 'expired', 'suppressed')),
    changed AS (
        UPDATE notifications.messages AS message
        SET status = entered.status,
            attempts = entered.attempts,
            provider = CASE entered.verdict WHEN 'begun' THEN entered.new_provider ELSE message.provider END,
            account = CASE entered.verdict WHEN 'begun' THEN entered.new_account ELSE message.account END,
            sender = CASE entered.verdict WHEN 'begun' THEN entered.new_sender ELSE message.sender END,
            attempt_at = CASE entered.verdict WHEN 'begun' THEN statement_timestamp() ELSE message.attempt_at END,
            provider_id = CASE entered.verdict WHEN 'begun' THEN NULL ELSE message.provider_id END,
            earlier_ids = CASE WHEN entered.verdict = 'begun' AND message.provider_id IS NOT NULL
                THEN message.earlier_ids || message.provider_id ELSE message.earlier_ids END,
            provider_status = CASE entered.verdict WHEN 'begun' THEN NULL ELSE message.provider_status END,
            error_code = CASE WHEN entered.verdict IN ('begun', 'died') THEN NULL ELSE message.error_code END,
            error = entered.error,
            check_at = CASE entered.verdict WHEN 'died' THEN statement_timestamp() + first_check WHEN 'begun' THEN message.check_at END,
            checks = 0,
            sealed_body = CASE WHEN entered.verdict IN ('expired', 'suppressed') THEN NULL ELSE message.sealed_body END,
            timeline = message.timeline || notifications.timeline_entry(entered.status, entered.attempts, NULL, NULL, entered.error),
            updated_at = statement_timestamp()
        FROM entered WHERE message.id = entered.id),
    told AS (
        UPDATE notifications.messages AS message SET error = locked.shortage, updated_at = statement_timestamp()
        FROM locked WHERE message.id = locked.id AND locked.verdict = 'short' AND message.error IS DISTINCT FROM locked.shortage)
    SELECT locked.id, locked.verdict, locked.recipient, locked.country, locked.kind, locked.body, locked.sealed_body, locked.body_key,
        locked.segments, locked.attempts + (locked.verdict = 'begun')::integer, locked.repetitions, locked.expires_at, locked.created_at,
        coalesce(locked.not_before, locked.send_at) - statement_timestamp()
    FROM locked
$$;

-- Commits what came of sends, also where a message counts as unknown meanwhile: what really happened is better than that.
-- A report of the provider's may have come first; then it stands.
CREATE FUNCTION notifications.record_sends(
    ids uuid[], attempt_numbers integer[], statuses text[], provider_ids text[], provider_statuses text[], codes integer[],
    errors text[], delays interval[], check_delays interval[])
RETURNS TABLE (id uuid, recorded boolean, status text, provider_id text) LANGUAGE sql AS $$
    WITH told AS (
        SELECT * FROM unnest(ids, attempt_numbers, statuses, provider_ids, provider_statuses, codes, errors, delays, check_delays) AS input (
            id, attempt, status, provider_id, provider_status, code, error, delay, check_delay)),
    locked AS (
        SELECT message.id, message.status AS old_status, message.provider_id AS old_provider_id, told.attempt, told.status,
            told.provider_id, told.provider_status, told.code, told.error, told.delay, told.check_delay,
            message.attempts = told.attempt AND (
                message.status IN ('sending', 'unknown')
                -- It was taken for not sent, and has not been sent again yet: it was sent
                OR (message.status = 'accepted' AND message.provider_id IS NULL AND told.provider_id IS NOT NULL)) AS holds
        FROM told JOIN notifications.messages AS message ON message.id = told.id
        ORDER BY message.id
        FOR UPDATE OF message),
    changed AS (
        UPDATE notifications.messages AS message
        SET status = locked.status,
            provider_id = locked.provider_id,
            provider_status = locked.provider_status,
            error_code = locked.code,
            error = locked.error,
            not_before = statement_timestamp() + locked.delay,
            check_at = statement_timestamp() + locked.check_delay,
            checks = 0,
            sealed_body = CASE WHEN locked.status IN ('failed', 'expired', 'suppressed') THEN NULL ELSE message.sealed_body END,
            timeline = message.timeline || notifications.timeline_entry(
                locked.status, locked.attempt, locked.provider_status, locked.code, locked.error),
            updated_at = statement_timestamp()
        FROM locked WHERE message.id = locked.id AND locked.holds)
    SELECT locked.id, locked.holds, locked.old_status, locked.old_provider_id FROM locked
$$;

-- Takes places in the rates of senders and countries, or says when to come back. Higher priorities first: while messages of
-- one wait, lower ones get nothing.
CREATE FUNCTION notifications.take_rates(
    sender_names text[], sender_rates float8[], country_names text[], country_rates float8[], costs float8[], priorities smallint[],
    burst interval, longest_wait interval)
RETURNS TABLE (place integer, wait interval) LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    held record;
    clock timestamptz;
    promise timestamptz;
    come_back timestamptz;
    late text[];
BEGIN
    INSERT INTO notifications.send_rates (name, ready_at)
    SELECT DISTINCT name, clock_timestamp() FROM unnest(sender_names || country_names) AS name WHERE name IS NOT NULL ORDER BY name
    ON CONFLICT DO NOTHING;
    PERFORM FROM notifications.send_rates WHERE name = ANY(sender_names || country_names) ORDER BY name FOR UPDATE;
    clock := clock_timestamp();
    FOR asked IN
        SELECT * FROM unnest(sender_names, sender_rates, country_names, country_rates, costs, priorities) WITH ORDINALITY AS input (
            sender, sender_rate, country, country_rate, cost, priority, place)
        ORDER BY input.priority, input.place
    LOOP
        come_back := NULL;
        late := '{}';
        FOR held IN SELECT * FROM notifications.send_rates WHERE name IN (asked.sender, asked.country) LOOP
            promise := greatest(
                held.ready_at - burst,
                CASE WHEN asked.priority > 0 THEN held.line0 END,
                CASE WHEN asked.priority > 1 THEN held.line1 END);
            IF promise > clock THEN
                -- Behind those of its own priority that were told before
                come_back := greatest(come_back, promise, CASE asked.priority WHEN 0 THEN held.line0 WHEN 1 THEN held.line1 ELSE held.line2 END);
                late := late || held.name;
            END IF;
        END LOOP;
        IF come_back IS NULL THEN
            UPDATE notifications.send_rates SET ready_at = greatest(ready_at, clock)
                + make_interval(secs => asked.cost / CASE name WHEN asked.sender THEN asked.sender_rate ELSE asked.country_rate END)
            WHERE name IN (asked.sender, asked.country);
        ELSE
            -- A line is no longer than one is told to wait: else lower priorities would stand long after nobody waits any more.
            -- Who finds no place in it comes at any time, so that not all come back together when it is over.
            IF come_back >= clock + longest_wait THEN
                come_back := clock + longest_wait * (0.2 + 0.8 * random());
            ELSE
                UPDATE notifications.send_rates SET
                    line0 = CASE asked.priority WHEN 0 THEN least(come_back + asked.cost * gap, clock + longest_wait) ELSE line0 END,
                    line1 = CASE asked.priority WHEN 1 THEN least(come_back + asked.cost * gap, clock + longest_wait) ELSE line1 END,
                    line2 = CASE asked.priority WHEN 2 THEN least(come_back + asked.cost * gap, clock + longest_wait) ELSE line2 END
                FROM (SELECT make_interval(secs => 1 / least(asked.sender_rate, asked.country_rate)) AS gap) AS pace
                -- Only what was late: the sender's other countries do not wait for this one
                WHERE name = ANY(late);
            END IF;
        END IF;
        place := asked.place;
        wait := come_back - clock;
        RETURN NEXT;
    END LOOP;
END
$$;
