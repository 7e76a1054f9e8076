-- The durable queue of one service; {schema} stands for its schema. One table holds all of the service's queues: each query
-- asks for one queue by name, and a partial index holds only the jobs of one state.
--
-- States: 'ready' may run once it is due, 'running' has a lease, 'dead' was given up. Jobs with an ordering key begin as
-- 'arrived' and wait as 'blocked' until no other job of their key is ready or running. That a claim never looks at blocked
-- jobs is why a million of them, behind one receiver that is down, do not slow the others.
--
-- A job that is done is deleted. What it did is in the tables of its service; a queue that also keeps history has indexes
-- that outgrow the memory, and claims that get slower with every job that was ever done.
CREATE TABLE {schema}.jobs
(
    -- also the order of arrival
    id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue             text        NOT NULL,
    state             text        NOT NULL CHECK (state IN ('ready', 'running', 'arrived', 'blocked', 'dead')),
    priority          smallint    NOT NULL CHECK (priority BETWEEN 0 AND 2),
    -- tries begun, so that one whose process died counts
    attempts          integer     NOT NULL DEFAULT 0,
    max_attempts      integer     NOT NULL CHECK (max_attempts > 0),
    due_at            timestamptz NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_until       timestamptz,
    dead_at           timestamptz,
    -- new with each claim: whoever ends or renews a job must show the token of the claim that still holds
    lease_token       uuid,
    ordering_key      text,
    deduplication_key text,
    -- json, not jsonb: it is kept as it was written, takes \u0000, and nobody searches it but an operator
    payload           json        NOT NULL,
    last_error        text,
    correlation_id    text,
    traceparent       text,
    CHECK ((state = 'running') = (lease_token IS NOT NULL AND lease_until IS NOT NULL))
)
-- Each job leaves two or three dead versions behind. Vacuum comes by their number, however large the backlog is, and does
-- not pause. A claim moves a job from one partial index to another, so that it cannot be a heap-only update and room on the
-- page (fillfactor) would buy nothing; a renewal changes no indexed column, and is one.
WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0
);

-- What is claimed, in this order
CREATE INDEX jobs_ready ON {schema}.jobs (queue, priority, due_at, id) WHERE state = 'ready';

-- Leases that may have ended; few, as no more are held than the workers have room for
CREATE INDEX jobs_running ON {schema}.jobs (queue) WHERE state = 'running';

-- The promise of ordering keys, kept by the database: of one key, one job is ready or running
CREATE UNIQUE INDEX jobs_one_of_a_key ON {schema}.jobs (queue, ordering_key)
    WHERE ordering_key IS NOT NULL AND state IN ('ready', 'running');

-- Which job of a key is next
CREATE INDEX jobs_next_of_a_key ON {schema}.jobs (queue, ordering_key, id)
    WHERE ordering_key IS NOT NULL AND state IN ('arrived', 'blocked');

CREATE INDEX jobs_arrived ON {schema}.jobs (queue, id) WHERE state = 'arrived';

CREATE INDEX jobs_dead ON {schema}.jobs (queue, id) WHERE state = 'dead';

-- Holds until the job is done
CREATE UNIQUE INDEX jobs_once ON {schema}.jobs (queue, deduplication_key) WHERE deduplication_key IS NOT NULL;
