-- What the log said of an account's owner when the account last followed it: the hash of their address (empty: they had none),
-- whether they had left, and at which version of their account they were last signed out everywhere. Absent: never compared.
ALTER TABLE credentials ADD COLUMN log_address BLOB;
ALTER TABLE credentials ADD COLUMN log_left INTEGER;
ALTER TABLE credentials ADD COLUMN log_signed_out INTEGER;

-- Whether the log is known to say of whose key was destroyed that they were erased.
ALTER TABLE person_keys ADD COLUMN erasure_recorded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX person_keys_unrecorded ON person_keys (destroyed_at) WHERE destroyed_at IS NOT NULL AND NOT erasure_recorded;
