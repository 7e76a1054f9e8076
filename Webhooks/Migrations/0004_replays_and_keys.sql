-- Who gets what a replay finds: destinations by name, each with what it subscribed to when the replay began. In a rolling deploy the
-- replicas that take it further may have other settings. Null for one that the version before began.
ALTER TABLE webhooks.replays ADD COLUMN takers json;

-- Which keys are over. The index of kind brin that it replaces remembers for each range of pages the oldest key that was ever there, also
-- once that is deleted and its room reused: after some weeks every range seemed to have keys that are over, and finding some read the whole
-- table. New keys expire last, so that nearly all of its writes are at its right edge, which is in memory.
DROP INDEX webhooks.keys_expires_at;
CREATE INDEX keys_expires_at ON webhooks.keys (expires_at);
