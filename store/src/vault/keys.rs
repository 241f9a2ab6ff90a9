//! The persons' keys: made, found, destroyed.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use docket_domain::{PersonId, TenantId};
use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::Vault;
use super::database::{Database, reading, writing};
use super::master_key::{MasterKey, random};
use super::remembered::Remembered;
use super::writer::{Request, hex_of, person_of};
use crate::{DataKey, KeyError, KeyState, Keyring};

/// Whose key it is.
pub(super) type Person = (TenantId, PersonId);

/// Keys and tombstones. People without a key are not remembered: another node may make one at any time.
pub(super) type KeyCache = Remembered<Person, KeyState>;

/// Keys held ready, about half a KiB each.
pub(super) const CACHED_KEYS: usize = 20_000;

/// A row of `person_keys`.
type KeyRow = (String, Uuid, Option<Vec<u8>>);

#[async_trait]
impl Keyring for Vault {
    async fn ensure(&self, tenant: &TenantId, person: PersonId) -> Result<DataKey, KeyError> {
        let person = (tenant.clone(), person);
        let state = match self.0.keys.get(&person) {
            Some(state) => state,
            None => {
                let (answer, made) = oneshot::channel();
                self.0.writes.send(Request::Ensure(person, answer)).await.map_err(|_| closed())?;
                made.await.map_err(|_| closed())??
            }
        };
        match state {
            KeyState::Present(key) => Ok(key),
            KeyState::Destroyed => Err(KeyError::Erased),
        }
    }

    async fn find(&self, tenant: &TenantId, people: &[PersonId]) -> Result<HashMap<PersonId, KeyState>, KeyError> {
        let mut found = HashMap::with_capacity(people.len());
        let mut missing = Vec::new();
        for id in people {
            let person = (tenant.clone(), *id);
            match self.0.keys.get(&person) {
                Some(state) => drop(found.insert(*id, state)),
                None => missing.push(person),
            }
        }
        if !missing.is_empty() {
            let mark = self.0.keys.mark();
            for (person, state) in read_all(&self.0.database, &self.0.master, &missing).await? {
                self.0.keys.keep(mark, person.clone(), state.clone());
                found.insert(person.1, state);
            }
        }
        Ok(found)
    }

    /// With the key go the person's credentials, tokens, sessions, visits and identities.
    async fn destroy(&self, tenant: &TenantId, person: PersonId) -> Result<(), KeyError> {
        let now = self.0.clock.now().timestamp_micros();
        let name = tenant.as_str().to_owned();
        writing!(self.0.database, tx => {
            sqlx::query(
                "INSERT INTO person_keys (tenant, person, wrapped, created_at, destroyed_at) VALUES ($1, $2, NULL, $3, $3) \
                 ON CONFLICT (tenant, person) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at \
                 WHERE person_keys.destroyed_at IS NULL",
            )
            .bind(&name).bind(person.0).bind(now).execute(&mut *tx).await?;
            for forget in [
                "DELETE FROM identities WHERE tenant = $1 AND person = $2",
                "DELETE FROM credentials WHERE tenant = $1 AND person = $2",
                "DELETE FROM api_tokens WHERE tenant = $1 AND person = $2",
                "DELETE FROM sessions WHERE tenant = $1 AND person = $2",
                "DELETE FROM visits WHERE tenant = $1 AND person = $2",
                "DELETE FROM sign_in_codes WHERE tenant = $1 AND person = $2",
                "DELETE FROM one_time_codes WHERE tenant = $1 AND person = $2",
                "DELETE FROM refusals WHERE tenant = $1 AND person = $2",
            ] {
                sqlx::query(forget).bind(&name).bind(person.0).execute(&mut *tx).await?;
            }
        })?;
        self.forget(tenant, person);
        self.0.database.scrub().await
    }

    fn forget(&self, tenant: &TenantId, person: PersonId) {
        self.0.keys.forget(&(tenant.clone(), person));
        self.0.forget(tenant, person.0);
    }
}

pub(super) fn closed() -> KeyError {
    KeyError::Unavailable("the vault is closed".into())
}

/// Reads these people's keys, making those that are missing. Durable when it returns.
pub(super) async fn ensure_all(
    database: &Database,
    master: &MasterKey,
    mut people: Vec<Person>,
    now: i64,
) -> Result<HashMap<Person, KeyState>, KeyError> {
    let mut states = read_all(database, master, &people).await?;
    people.retain(|person| !states.contains_key(person));
    if people.is_empty() {
        return Ok(states);
    }
    // In one order on every node: two nodes making the same keys must not wait for each other.
    people.sort();
    let mut made = Vec::with_capacity(people.len());
    for person in &people {
        let bytes = random()?;
        made.push((bytes, master.wrap(&place(person), &bytes)?));
    }
    let rows = people.iter().zip(&made).map(|((tenant, person), (_, wrapped))| (tenant, person.0, wrapped.as_slice()));
    for person in insert_all(database, rows, now).await? {
        if let Ok(at) = people.binary_search(&person) {
            states.insert(person, KeyState::Present(DataKey::from_bytes(&made[at].0)));
        }
    }
    // Somebody else was faster with the rest; theirs count.
    people.retain(|person| !states.contains_key(person));
    if !people.is_empty() {
        states.extend(read_all(database, master, &people).await?);
    }
    Ok(states)
}

/// Inserts wrapped keys and returns whose were not there before.
async fn insert_all<'a>(
    database: &Database,
    rows: impl Iterator<Item = (&'a TenantId, Uuid, &'a [u8])>,
    now: i64,
) -> Result<Vec<Person>, KeyError> {
    let inserted: Vec<(String, Uuid)> = match database {
        Database::Sqlite { writer, .. } => {
            let rows: Vec<_> = rows.map(|(t, p, wrapped)| json!([t, hex_of(p), hex::encode(wrapped)])).collect();
            sqlx::query_as(
                "INSERT INTO person_keys (tenant, person, wrapped, created_at) \
                 SELECT value ->> 0, unhex(value ->> 1), unhex(value ->> 2), $2 FROM json_each($1) WHERE true \
                 ON CONFLICT (tenant, person) DO NOTHING RETURNING tenant, person",
            )
            .bind(json!(rows).to_string())
            .bind(now)
            .fetch_all(writer)
            .await?
        }
        Database::Postgres(pool) => {
            let (mut tenants, mut people, mut wrapped) = (Vec::new(), Vec::new(), Vec::new());
            for (tenant, person, key) in rows {
                tenants.push(tenant.as_str().to_owned());
                people.push(person);
                wrapped.push(key.to_vec());
            }
            sqlx::query_as(
                "INSERT INTO person_keys (tenant, person, wrapped, created_at) \
                 SELECT tenant, person, wrapped, $4 FROM UNNEST($1::text[], $2::uuid[], $3::bytea[]) AS new (tenant, person, wrapped) \
                 ON CONFLICT (tenant, person) DO NOTHING RETURNING tenant, person",
            )
            .bind(tenants)
            .bind(people)
            .bind(wrapped)
            .bind(now)
            .fetch_all(pool)
            .await?
        }
    };
    inserted.into_iter().map(|(tenant, person)| person_of(&tenant, person)).collect()
}

/// Reads what the vault has of these people.
async fn read_all(
    database: &Database,
    master: &MasterKey,
    people: &[Person],
) -> Result<HashMap<Person, KeyState>, KeyError> {
    let rows: Vec<KeyRow> = match database {
        Database::Sqlite { readers, .. } => {
            let wanted: Vec<_> = people.iter().map(|(tenant, person)| json!([tenant, hex_of(person.0)])).collect();
            sqlx::query_as(
                "SELECT k.tenant, k.person, k.wrapped FROM json_each($1) AS wanted CROSS JOIN person_keys AS k \
                 ON k.tenant = wanted.value ->> 0 AND k.person = unhex(wanted.value ->> 1)",
            )
            .bind(json!(wanted).to_string())
            .fetch_all(readers)
            .await?
        }
        Database::Postgres(pool) => {
            let (tenants, ids): (Vec<_>, Vec<_>) =
                people.iter().map(|(tenant, person)| (tenant.as_str().to_owned(), person.0)).unzip();
            sqlx::query_as(
                "SELECT tenant, person, wrapped FROM person_keys \
                 JOIN UNNEST($1::text[], $2::uuid[]) AS wanted (tenant, person) USING (tenant, person)",
            )
            .bind(tenants)
            .bind(ids)
            .fetch_all(pool)
            .await?
        }
    };
    let mut states = HashMap::with_capacity(rows.len());
    for (tenant, person, wrapped) in rows {
        let person = person_of(&tenant, person)?;
        let state = match wrapped {
            Some(wrapped) => KeyState::Present(DataKey::from_bytes(&master.unwrap(&place(&person), &wrapped)?)),
            None => KeyState::Destroyed,
        };
        states.insert(person, state);
    }
    Ok(states)
}

/// What a wrapped key is bound to, so that it opens nobody else's data.
fn place((tenant, person): &Person) -> Vec<u8> {
    [b"docket person key ", tenant.as_str().as_bytes(), b" ", person.0.as_bytes()].concat()
}

/// The secret that keys lookups, made with the vault. That it opens proves the master key to be the right one.
pub(super) async fn lookup_secret(database: &Database, master: &MasterKey) -> Result<hmac::Key, KeyError> {
    const PLACE: &[u8] = b"docket lookup secret";
    const WRONG_MASTER: &str = "the master key is not the one this vault was made with: every node needs the same, as \
         DOCKET_MASTER_KEY or as master.key in its data folder";
    let sealed = master.wrap(PLACE, &random::<32>()?)?;
    writing!(database, tx => {
        sqlx::query("INSERT INTO vault_secrets (name, sealed) VALUES ('lookup', $1) ON CONFLICT (name) DO NOTHING")
            .bind(sealed)
            .execute(&mut *tx)
            .await?;
    })?;
    let (sealed,): (Vec<u8>,) = reading!(database, pool =>
        sqlx::query_as("SELECT sealed FROM vault_secrets WHERE name = 'lookup'").fetch_one(pool).await)?;
    let secret = master.unwrap(PLACE, &sealed).map_err(|_| KeyError::Unavailable(WRONG_MASTER.into()))?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &secret))
}
