-- Several databases are backed up one after the other, so that a run may wait; and one can be seen from every replica.
ALTER TABLE backups.runs
    DROP CONSTRAINT runs_status_check,
    DROP CONSTRAINT runs_check,
    ADD COLUMN trigger text NOT NULL DEFAULT 'request' CHECK (trigger IN ('schedule', 'request', 'command')),
    -- What it does, how many bytes of content it has done and how many there are, as of the last second or two
    ADD COLUMN stage text,
    ADD COLUMN bytes_done bigint,
    ADD COLUMN bytes_total bigint,
    -- Of a run that made its backup all the same, such as a destination that failed
    ADD COLUMN warnings text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT runs_status_check CHECK (status IN ('waiting', 'running', 'ok', 'failed')),
    ADD CONSTRAINT runs_completed_check CHECK ((status IN ('waiting', 'running')) = (completed_at IS NULL));

-- Which occurrences of a schedule somebody has taken up, so that no two replicas do, and a late one is noticed
CREATE TABLE backups.occurrences (
    job        text NOT NULL,
    occurrence timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    -- What is left to do: at first everything, at the end what failed
    failed     text[] NOT NULL,
    PRIMARY KEY (job, occurrence)
);
