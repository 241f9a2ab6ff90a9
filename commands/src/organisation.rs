//! Commands on the organisation and its departments.

use docket_domain::department::{Department, DepartmentCommand};
use docket_domain::organisation::{ORGANISATION_ID, Organisation, OrganisationCommand};
use docket_domain::{DepartmentId, TenantId};
use docket_store::new_id;

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

    /// The tenant's settings.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if the log cannot be read.
    pub async fn organisation(&self, tenant: &TenantId) -> Result<Loaded<Organisation>, CommandError> {
        self.load::<Organisation>(tenant, ORGANISATION_ID).await
    }

    /// Begins a department. Its id is made here; [`Done::stream`] tells it.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn create_department(
        &self,
        invocation: &Invocation,
        name: String,
        description: Option<String>,
    ) -> Result<Done, CommandError> {
        let id = DepartmentId(new_id());
        self.begin::<Department>(invocation, id.0, DepartmentCommand::Create { name, description }).await
    }
}
