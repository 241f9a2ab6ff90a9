//! How often sign-ins of an account were refused, for the trail: which must not be filled by who guesses.

use chrono::TimeDelta;
use docket_domain::{PersonId, TenantId};

use super::accounts::Accounts;
use super::database::writing;
use crate::KeyError;

impl Accounts {
    /// Counts a refused sign-in. Some: it is time to tell of so many, which were not told of yet. Once in `window` at most.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn count_refusal(
        &self,
        tenant: &TenantId,
        person: PersonId,
        window: TimeDelta,
    ) -> Result<Option<u64>, KeyError> {
        let (name, now) = (tenant.to_string(), self.now());
        let before = now.saturating_sub(window.num_microseconds().unwrap_or(i64::MAX / 4));
        let told: Option<i64> = writing!(self.0.database, tx => {
            let (untold, told_at): (i64, i64) = sqlx::query_as(
                "INSERT INTO refusals (tenant, person, untold, told_at) VALUES ($1, $2, 1, 0) \
                 ON CONFLICT (tenant, person) DO UPDATE SET untold = refusals.untold + 1 RETURNING untold, told_at",
            )
            .bind(&name).bind(person.0).fetch_one(&mut *tx).await?;
            if told_at <= before {
                sqlx::query("UPDATE refusals SET untold = 0, told_at = $3 WHERE tenant = $1 AND person = $2")
                    .bind(&name).bind(person.0).bind(now).execute(&mut *tx).await?;
                Some(untold)
            } else {
                None
            }
        })?;
        Ok(told.and_then(|count| u64::try_from(count).ok()))
    }
}
