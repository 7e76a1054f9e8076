-- Copies of the manifests that are in storage, since reading one from a bucket is a request. Storage decides: a row counts only while
-- the file has this size and time, its seal is checked like the file's, and losing the table loses nothing.
CREATE TABLE backups.manifests (
    destination text NOT NULL,
    file        text NOT NULL,
    size        bigint NOT NULL,
    -- By the destination's clock, to the microsecond
    modified_at timestamptz NOT NULL,
    manifest    bytea NOT NULL,
    PRIMARY KEY (destination, file)
);
