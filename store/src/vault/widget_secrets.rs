//! The secret by which a tenant's sites vouch for their visitors to the chat widget.

use docket_domain::TenantId;
use uuid::Uuid;

use super::accounts::Accounts;
use super::database::{reading, writing};
use super::master_key::random;
use crate::KeyError;

impl Accounts {
    /// Makes the tenant's secret anew and returns it: 64 hexadecimal characters. The one before counts no more, nor does
    /// whatever stood on it: visits of people for whom a site vouched end.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn rotate_widget_secret(&self, tenant: &TenantId) -> Result<String, KeyError> {
        let secret = random::<32>()?;
        let (name, of) = (name_of(tenant), tenant.to_string());
        let sealed = self.0.master.wrap(name.as_bytes(), &secret)?;
        let ended: Vec<(Uuid,)> = writing!(self.0.database, tx => {
            sqlx::query("INSERT INTO vault_secrets (name, sealed) VALUES ($1, $2) \
                         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed")
                .bind(name).bind(sealed).execute(&mut *tx).await?;
            sqlx::query_as("DELETE FROM visits WHERE tenant = $1 AND verified RETURNING id")
                .bind(of).fetch_all(&mut *tx).await?
        })?;
        for (visit,) in ended {
            self.forget(tenant, visit);
        }
        Ok(hex::encode(secret))
    }

    /// The tenant's secret, if one was made.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn widget_secret(&self, tenant: &TenantId) -> Result<Option<String>, KeyError> {
        let name = name_of(tenant);
        let row: Option<(Vec<u8>,)> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT sealed FROM vault_secrets WHERE name = $1")
                .bind(&name).fetch_optional(pool).await)?;
        row.map(|(sealed,)| Ok(hex::encode(self.0.master.unwrap(name.as_bytes(), &sealed)?))).transpose()
    }
}

fn name_of(tenant: &TenantId) -> String {
    format!("widget identity {tenant}")
}
