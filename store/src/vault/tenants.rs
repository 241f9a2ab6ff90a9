//! Which tenants there are.

use chrono::{DateTime, Utc};
use docket_domain::TenantId;

use super::accounts::{Accounts, moment};
use super::database::{reading, writing};
use crate::KeyError;

impl Accounts {
    /// Enters a tenant. False if it was there already.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn add_tenant(&self, tenant: &TenantId) -> Result<bool, KeyError> {
        let now = self.now();
        let name = tenant.to_string();
        writing!(self.0.database, tx => {
            sqlx::query("INSERT INTO tenants (tenant, created_at) VALUES ($1, $2) ON CONFLICT (tenant) DO NOTHING")
                .bind(name).bind(now).execute(&mut *tx).await?.rows_affected() > 0
        })
    }

    /// All tenants and since when they are here, by name.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn tenants(&self) -> Result<Vec<(TenantId, DateTime<Utc>)>, KeyError> {
        let rows: Vec<(String, i64)> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT tenant, created_at FROM tenants ORDER BY tenant").fetch_all(pool).await)?;
        rows.into_iter()
            .map(|(tenant, at)| Ok((TenantId::new(&tenant).map_err(|_| KeyError::Damaged)?, moment(at))))
            .collect()
    }
}
