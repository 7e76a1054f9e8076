-- Who gets what a replay finds: destinations by name, each with what it subscribed to when the replay began. In a rolling deploy the
-- replicas that take it further may have other settings. Null for one that the version before began.
ALTER TABLE webhooks.replays ADD COLUMN takers json;
