//! The epoch of an account: what its credentials stood on.
//!
//! Every credential (session, one-time code, API token) carries the epoch it was issued under and is compared with the account's
//! whenever it is used. Whatever takes away what they stood on raises the epoch, and so ends them all at once, on every node,
//! with nothing to hunt down. What is to go on is carried over in the same transaction, by name.

/// The number of times that what an account's credentials stand on changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(pub(super) i64);

impl std::fmt::Display for Epoch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What goes on when an epoch is raised.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carry {
    /// All sessions.
    pub(super) sessions: bool,
    /// Else this one.
    pub(super) session: Option<uuid::Uuid>,
    /// API tokens.
    pub(super) tokens: bool,
}

impl Carry {
    /// Nothing: they are locked out.
    pub(super) const NOTHING: Self = Self { sessions: false, session: None, tokens: false };
    /// API tokens, which stand on the account alone.
    pub(super) const TOKENS: Self = Self { sessions: false, session: None, tokens: true };
    /// All but codes: sessions and tokens have limits of their own.
    pub(super) const ALL_BUT_CODES: Self = Self { sessions: true, session: None, tokens: true };
}

/// Raises an account's epoch in a transaction, and carries over what goes on. `false`: there is no such account.
macro_rules! raise {
    ($tx:expr, $tenant:expr, $person:expr, $carry:expr) => {{
        let carry: $crate::vault::epochs::Carry = $carry;
        let raised: Option<(i64,)> = sqlx::query_as(
            "UPDATE credentials SET epoch = epoch + 1 WHERE tenant = $1 AND person = $2 RETURNING epoch",
        )
        .bind($tenant)
        .bind($person)
        .fetch_optional(&mut *$tx)
        .await?;
        if let Some((epoch,)) = raised {
            sqlx::query(
                "UPDATE sessions SET epoch = $3 WHERE tenant = $1 AND person = $2 AND epoch = $3 - 1 AND ($4 OR id = $5)",
            )
            .bind($tenant)
            .bind($person)
            .bind(epoch)
            .bind(carry.sessions)
            .bind(carry.session)
            .execute(&mut *$tx)
            .await?;
            sqlx::query("UPDATE api_tokens SET epoch = $3 WHERE tenant = $1 AND person = $2 AND epoch = $3 - 1 AND $4")
                .bind($tenant)
                .bind($person)
                .bind(epoch)
                .bind(carry.tokens)
                .execute(&mut *$tx)
                .await?;
            sqlx::query("DELETE FROM sessions WHERE tenant = $1 AND person = $2 AND epoch <> $3")
                .bind($tenant)
                .bind($person)
                .bind(epoch)
                .execute(&mut *$tx)
                .await?;
        }
        raised.map(|(epoch,)| $crate::vault::epochs::Epoch(epoch))
    }};
}
pub(super) use raise;
