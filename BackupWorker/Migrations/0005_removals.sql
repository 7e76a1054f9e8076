-- Backups whose removal by retention has begun. Without its manifest what is left of one is no backup, and its run is recorded as a good
-- one: only this says that the rest is not somebody's loss to be rescued by hand, but can go.
CREATE TABLE backups.removals (
    destination text NOT NULL,
    name        text NOT NULL,
    PRIMARY KEY (destination, name)
);
