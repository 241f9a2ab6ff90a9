//! Commands on the organisation and its widget.

use docket_domain::organisation::{ORGANISATION_ID, Organisation, OrganisationCommand, WidgetSettings};
use docket_domain::{Permission, TenantId, Violations};
use docket_store::new_id;

use crate::attempt::{Attempt, carry_out};
use crate::{CommandError, Commands, Done, Invocation, Loaded};

impl Commands {
    /// Begins a tenant.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn create_organisation(
        &self,
        invocation: &Invocation,
        name: String,
        time_zone: String,
    ) -> Result<Done, CommandError> {
        self.change_organisation(invocation, OrganisationCommand::Create { name, time_zone }).await
    }

    /// Changes the tenant's settings.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn change_organisation(
        &self,
        invocation: &Invocation,
        command: OrganisationCommand,
    ) -> Result<Done, CommandError> {
        self.execute::<Organisation>(invocation, ORGANISATION_ID, command).await
    }

    /// Sets up the tenant's chat widget. The key made here the first time begins with the tenant's name, so that it can be
    /// told from the key alone whose widget it is.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn change_widget(
        &self,
        invocation: &Invocation,
        settings: &WidgetSettings,
    ) -> Result<Done, CommandError> {
        let key = widget_key(&invocation.tenant);
        carry_out!(self, invocation, "organisation.ChangeWidget", attempt => change_widget(&mut attempt, &key, settings))
    }

    /// Records that the secret by which sites vouch for their visitors is made anew. It must be made, and shown, only if this
    /// went well.
    ///
    /// # Errors
    /// Forbidden, if whoever asks may not (any more) manage settings, or do what a customer may; see [`CommandError`].
    pub async fn record_widget_secret(&self, invocation: &Invocation) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "organisation.RecordWidgetSecret", attempt => record_widget_secret(&mut attempt))
    }

    /// The tenant's settings.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if the log cannot be read.
    pub async fn organisation(&self, tenant: &TenantId) -> Result<Loaded<Organisation>, CommandError> {
        self.load::<Organisation>(tenant, ORGANISATION_ID).await
    }
}

/// A key nobody has: `{tenant}.{32 hexadecimal characters}`.
fn widget_key(tenant: &TenantId) -> String {
    format!("{tenant}.{}", new_id().simple())
}

/// Whose widget has this key, if any has; whether it is theirs their settings tell.
pub fn tenant_of_widget(key: &str) -> Option<TenantId> {
    key.split_once('.').and_then(|(tenant, _)| TenantId::new(tenant).ok())
}

async fn record_widget_secret(attempt: &mut Attempt<'_>) -> Result<(), CommandError> {
    attempt.decide::<Organisation>(ORGANISATION_ID, &OrganisationCommand::RecordWidgetSecret).await?;
    let standing = attempt.standing().await?;
    standing.require(Permission::ManageSettings)?;
    Ok(standing.covers_customers()?)
}

async fn change_widget(attempt: &mut Attempt<'_>, key: &str, settings: &WidgetSettings) -> Result<(), CommandError> {
    let command = OrganisationCommand::ChangeWidget { key: key.to_owned(), settings: settings.clone() };
    attempt.decide::<Organisation>(ORGANISATION_ID, &command).await?;
    let mut violations = Violations::default();
    for (index, department) in settings.department_ids.iter().enumerate() {
        attempt.check_department(&format!("department_ids.{index}"), *department, &mut violations).await?;
    }
    Ok(violations.into_result()?)
}
