//! The secret by which a tenant's sites vouch for their visitors to the chat widget.

use docket_domain::TenantId;

use super::accounts::Accounts;
use super::database::{reading, writing};
use super::master_key::random;
use crate::KeyError;

impl Accounts {
    /// Makes the tenant's secret anew and returns it: 64 hexadecimal characters. The one before counts no more.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn rotate_widget_secret(&self, tenant: &TenantId) -> Result<String, KeyError> {
        let secret = random::<32>()?;
        let name = name_of(tenant);
        let sealed = self.0.master.wrap(name.as_bytes(), &secret)?;
        writing!(self.0.database, tx => {
            sqlx::query("INSERT INTO vault_secrets (name, sealed) VALUES ($1, $2) \
                         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed")
                .bind(name).bind(sealed).execute(&mut *tx).await?;
        })?;
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
