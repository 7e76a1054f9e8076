-- A caller's idempotency keys are its own: two callers that choose the same one must not get each other's messages. A caller is what its
-- API key is called, so that a key that takes the place of another one goes on with its idempotency keys. The caller '' is one of whom
-- that is not known: of the time before, or of a process of the version before, beside which this one may run. Those keys are everybody's.

ALTER TABLE notifications.idempotency_keys ADD COLUMN caller text NOT NULL DEFAULT '';
ALTER TABLE notifications.idempotency_keys DROP CONSTRAINT idempotency_keys_pkey, ADD PRIMARY KEY (key, caller);

ALTER TABLE notifications.verifications ADD COLUMN idempotency_caller text NOT NULL DEFAULT '';
ALTER TABLE notifications.verifications
    DROP CONSTRAINT verifications_idempotency_key_key, ADD UNIQUE (idempotency_key, idempotency_caller);

-- Adds messages, each at the place in the arrays that answers for it. Its statements see one after the other what others have
-- committed: of any number of requests with one key of one caller exactly one is the first.
CREATE FUNCTION notifications.add_messages(
    ids uuid[], recipients text[], countries text[], kinds text[], bodies text[], sealed_bodies bytea[], body_keys text[],
    segment_counts smallint[], templates text[], send_ats timestamptz[], expire_ats timestamptz[], callers text[], idempotency_keys text[],
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
    INSERT INTO notifications.idempotency_keys AS known (key, caller, content_hash, message_id, expires_at)
    SELECT DISTINCT ON (new.key, new.caller) new.key, new.caller, new.content_hash, new.id, statement_timestamp() + key_lifetime
    FROM unnest(callers, idempotency_keys, content_hashes, ids, obstacles) WITH ORDINALITY AS new (caller, key, content_hash, id, obstacle, place)
    WHERE new.key IS NOT NULL AND new.obstacle IS NULL AND NOT EXISTS (
        SELECT FROM notifications.idempotency_keys AS other
        WHERE other.key = new.key AND other.caller <> new.caller AND '' IN (other.caller, new.caller) AND other.expires_at >= statement_timestamp())
    ORDER BY new.key, new.caller, new.place
    ON CONFLICT (key, caller) DO UPDATE
    SET content_hash = excluded.content_hash, message_id = excluded.message_id, expires_at = excluded.expires_at
    WHERE known.expires_at < statement_timestamp();

    RETURN QUERY
    WITH new AS (
        SELECT * FROM unnest(
            ids, recipients, countries, kinds, bodies, sealed_bodies, body_keys, segment_counts, templates, send_ats, expire_ats,
            callers, idempotency_keys, content_hashes, correlation_ids, traceparents, obstacles) WITH ORDINALITY AS input (
            id, recipient, country, kind, body, sealed_body, body_key, segments, template, send_at, expires_at,
            caller, key, content_hash, correlation_id, traceparent, obstacle, place)),
    judged AS (
        SELECT new.*, known.message_id AS known_id, CASE
            WHEN known.message_id = new.id THEN 'accepted'
            WHEN known.content_hash = new.content_hash THEN 'replayed'
            WHEN known.message_id IS NOT NULL THEN 'conflict'
            WHEN new.obstacle LIKE 'suppressed:%' THEN 'suppressed'
            WHEN new.obstacle IS NOT NULL THEN 'refused'
            ELSE 'accepted' END AS verdict
        FROM new LEFT JOIN LATERAL (
            SELECT held.message_id, held.content_hash FROM notifications.idempotency_keys AS held
            WHERE held.key = new.key AND held.expires_at >= statement_timestamp() AND (held.caller = new.caller OR '' IN (held.caller, new.caller))
            ORDER BY held.caller = new.caller DESC LIMIT 1) AS known ON true),
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

-- For processes of the version before
CREATE OR REPLACE FUNCTION notifications.add_messages(
    ids uuid[], recipients text[], countries text[], kinds text[], bodies text[], sealed_bodies bytea[], body_keys text[],
    segment_counts smallint[], templates text[], send_ats timestamptz[], expire_ats timestamptz[], idempotency_keys text[],
    content_hashes bytea[], senders text[], correlation_ids text[], traceparents text[], key_lifetime interval, unclaimed_after interval)
RETURNS TABLE (place integer, outcome text, message_id uuid, reason text, at timestamptz) LANGUAGE sql AS $$
    SELECT * FROM notifications.add_messages(
        ids, recipients, countries, kinds, bodies, sealed_bodies, body_keys, segment_counts, templates, send_ats, expire_ats,
        array_fill(''::text, ARRAY[cardinality(ids)]), idempotency_keys, content_hashes, senders, correlation_ids, traceparents,
        key_lifetime, unclaimed_after)
$$;
