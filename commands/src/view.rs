//! Commands on saved views: each goes together with the list the view stands in, which keeps their order and number.

use docket_domain::agent::Agent;
use docket_domain::customer::Customer;
use docket_domain::department::Department;
use docket_domain::view::{View, ViewAssignee, ViewCommand, ViewDraft, ViewFilter, ViewList, ViewListCommand};
use docket_domain::{PersonId, ViewId, Violations};
use docket_store::new_id;

use crate::attempt::{Attempt, carry_out};
use crate::{CommandError, Commands, Done, Invocation};

impl Commands {
    /// Saves a view. Its id is made here ([`Done::stream`] tells it); it belongs to who asks. `may_share`: whether they
    /// may save views for everybody at the desk.
    ///
    /// # Errors
    /// `too_many_views` beyond the limit; see [`CommandError`].
    pub async fn save_view(
        &self,
        invocation: &Invocation,
        draft: &ViewDraft,
        may_share: bool,
    ) -> Result<Done, CommandError> {
        let id = ViewId(new_id());
        carry_out!(self, invocation, "view.Save", attempt => save(&mut attempt, id, draft, may_share))
    }

    /// Sets all of a view anew. Sharing it, or sharing it no longer, moves it to the end of the other list.
    ///
    /// # Errors
    /// `too_many_views` if the other list is full; see [`CommandError`].
    pub async fn change_view(
        &self,
        invocation: &Invocation,
        id: ViewId,
        draft: &ViewDraft,
        may_share: bool,
    ) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "view.Change", attempt => change(&mut attempt, id, draft, may_share))
    }

    /// Ends a view.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn delete_view(
        &self,
        invocation: &Invocation,
        id: ViewId,
        may_share: bool,
    ) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "view.Delete", attempt => delete(&mut attempt, id, may_share))
    }

    /// Puts views first, in this order, in the list of `owner_id`'s own or in that of the shared ones (`None`); the others
    /// follow as they stood. Who may do so is the caller's to check.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn arrange_views(
        &self,
        invocation: &Invocation,
        owner_id: Option<PersonId>,
        view_ids: Vec<ViewId>,
    ) -> Result<Done, CommandError> {
        let command = ViewListCommand::Arrange { owner_id, view_ids };
        self.execute::<ViewList>(invocation, ViewList::id_of(owner_id), command).await
    }
}

async fn save(attempt: &mut Attempt<'_>, id: ViewId, draft: &ViewDraft, may_share: bool) -> Result<(), CommandError> {
    attempt.begin::<View>(id, &ViewCommand::Save { draft: draft.clone(), may_share }).await?;
    check_references(attempt, &draft.filter).await?;
    let owner_id = attempt.load::<View>(id).await?.owner_id.filter(|_| !draft.shared);
    in_list(attempt, ViewListCommand::Add { owner_id, view_id: id }).await
}

async fn change(attempt: &mut Attempt<'_>, id: ViewId, draft: &ViewDraft, may_share: bool) -> Result<(), CommandError> {
    let before = attempt.load::<View>(id).await?;
    // Asked before the version is compared: that nobody else's view is there, a stale version must not tell either.
    before.seen_by(attempt.invocation.actor.id)?;
    attempt.decide::<View>(id, &ViewCommand::Change { draft: draft.clone(), may_share }).await?;
    check_references(attempt, &draft.filter).await?;
    if before.is_shared() != draft.shared {
        let (own, shared) = (before.owner_id, None);
        let (from, to) = if draft.shared { (own, shared) } else { (shared, own) };
        in_list(attempt, ViewListCommand::Remove { owner_id: from, view_id: id }).await?;
        in_list(attempt, ViewListCommand::Add { owner_id: to, view_id: id }).await?;
    }
    Ok(())
}

async fn delete(attempt: &mut Attempt<'_>, id: ViewId, may_share: bool) -> Result<(), CommandError> {
    let before = attempt.load::<View>(id).await?;
    before.seen_by(attempt.invocation.actor.id)?;
    attempt.decide::<View>(id, &ViewCommand::Delete { may_share }).await?;
    let owner_id = before.owner_id.filter(|_| !before.is_shared());
    in_list(attempt, ViewListCommand::Remove { owner_id, view_id: id }).await
}

async fn in_list(attempt: &mut Attempt<'_>, command: ViewListCommand) -> Result<(), CommandError> {
    let (ViewListCommand::Add { owner_id, .. }
    | ViewListCommand::Remove { owner_id, .. }
    | ViewListCommand::Arrange { owner_id, .. }) = &command;
    attempt.decide::<ViewList>(ViewList::id_of(*owner_id), &command).await
}

/// What a filter names must have been there once; an archived department or an erased customer still have tickets.
async fn check_references(attempt: &mut Attempt<'_>, filter: &ViewFilter) -> Result<(), CommandError> {
    let mut violations = Violations::default();
    if let Some(id) = filter.department_id
        && !attempt.load::<Department>(id).await?.exists()
    {
        violations.add("filter.department_id", "unknown", "there is no such department");
    }
    let assignee = match filter.assignee {
        Some(ViewAssignee::Agent(id)) => Some(id),
        _ => None,
    };
    for (field, id) in [("filter.assignee", assignee), ("filter.resolved_by", filter.resolved_by)] {
        if let Some(id) = id
            && !attempt.load::<Agent>(id).await?.exists()
        {
            violations.add(field, "unknown", "there is no such agent");
        }
    }
    if let Some(id) = filter.customer_id
        && !attempt.load::<Customer>(id).await?.exists()
    {
        violations.add("filter.customer_id", "unknown", "there is no such customer");
    }
    Ok(violations.into_result()?)
}
