-- Codes that a provider makes are asked for after the verification is committed: a process that dies in between has asked for none, and
-- a repetition of the request must. False for those of the time before, and of processes of the version before.
ALTER TABLE notifications.verifications ADD COLUMN unsent boolean NOT NULL DEFAULT false;
