-- What the log said of an account's owner when the account last followed it: the hash of their address (empty: they had none),
-- whether they had left, and at which version of their account they were last signed out everywhere. Absent: never compared.
ALTER TABLE credentials ADD COLUMN log_address BYTEA;
ALTER TABLE credentials ADD COLUMN log_left BOOLEAN;
ALTER TABLE credentials ADD COLUMN log_signed_out BIGINT;

-- Whether the log is known to say of whose key was destroyed that they were erased.
ALTER TABLE person_keys ADD COLUMN erasure_recorded BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX person_keys_unrecorded ON person_keys (destroyed_at) WHERE destroyed_at IS NOT NULL AND NOT erasure_recorded;
