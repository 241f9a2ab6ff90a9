//! Erasures that the log may not say yet: a person's key is destroyed first, and recorded to be after it.

use chrono::{DateTime, Utc};
use docket_domain::{PersonId, TenantId};
use uuid::Uuid;

use super::accounts::Accounts;
use super::database::{reading, writing};
use super::writer::person_of;
use crate::KeyError;

impl Accounts {
    /// At most `limit` people whose keys were destroyed before a moment, and of whom the log is not known to say so.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn unrecorded_erasures(
        &self,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<(TenantId, PersonId)>, KeyError> {
        let rows: Vec<(String, Uuid)> = reading!(&self.0.database, pool =>
            sqlx::query_as(
                "SELECT tenant, person FROM person_keys WHERE destroyed_at IS NOT NULL AND NOT erasure_recorded \
                 AND destroyed_at <= $1 ORDER BY destroyed_at LIMIT $2",
            )
            .bind(before.timestamp_micros()).bind(i64::from(limit)).fetch_all(pool).await)?;
        rows.iter().map(|(tenant, person)| person_of(tenant, *person)).collect()
    }

    /// Notes that nothing is left to record of somebody's erasure.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn note_erasure_recorded(&self, tenant: &TenantId, person: PersonId) -> Result<(), KeyError> {
        let tenant = tenant.to_string();
        writing!(self.0.database, tx => {
            sqlx::query(
                "UPDATE person_keys SET erasure_recorded = (1 = 1) WHERE tenant = $1 AND person = $2 AND destroyed_at IS NOT NULL",
            )
            .bind(tenant).bind(person.0).execute(&mut *tx).await?;
        })
    }
}
