-- Whoever holds a role of the tenant's own has the role 'agent' beside it. What it allows is in the log.
ALTER TABLE credentials ADD COLUMN custom_role_id UUID;
