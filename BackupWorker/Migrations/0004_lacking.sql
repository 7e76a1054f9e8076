-- The destinations that do not have a backup: what they hold of it without a manifest can go
ALTER TABLE backups.runs ADD COLUMN lacking text[] NOT NULL DEFAULT '{}';
