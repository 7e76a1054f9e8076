-- What storage cannot tell: the runs that are under way and the ones that failed. A backup that exists is described by its
-- manifest in storage, so that losing this table loses no backup.
CREATE TABLE backups.runs (
    id           text PRIMARY KEY,
    database     text NOT NULL,
    status       text NOT NULL CHECK (status IN ('running', 'ok', 'failed')),
    started_at   timestamptz NOT NULL,
    completed_at timestamptz,
    error        text,
    CHECK ((status = 'running') = (completed_at IS NULL)),
    CHECK ((status = 'failed') = (error IS NOT NULL))
);

CREATE INDEX runs_started_at ON backups.runs (started_at DESC);
