//! A saved view as its events leave it, and the rules.

use uuid::Uuid;

use super::{NAME_CHARS, ViewChanged, ViewCommand, ViewDeleted, ViewDraft, ViewEvent, ViewSaved};
use crate::{Aggregate, Category, DecideContext, PersonId, Rejection, Stamp, Violations};

const NOT_SHARING: &str = "views everybody has are for those who manage people or settings to change";

/// What is known of a view for deciding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// Events so far.
    pub version: u64,
    /// Whose it is; `None` before it began.
    pub owner_id: Option<PersonId>,
    /// All of it, unless it is deleted or has not begun.
    pub draft: Option<ViewDraft>,
}

impl View {
    /// Whether everybody at the desk has it.
    pub fn is_shared(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| draft.shared)
    }

    /// Owner and content, if `person` has it at all: somebody else's own view looks as if it were not there.
    ///
    /// # Errors
    /// [`Rejection::NotFound`].
    pub fn seen_by(&self, person: Option<Uuid>) -> Result<(PersonId, &ViewDraft), Rejection> {
        match (self.owner_id, &self.draft) {
            (Some(owner), Some(draft)) if draft.shared || person == Some(owner.0) => Ok((owner, draft)),
            _ => Err(Rejection::NotFound("view")),
        }
    }
}

impl Aggregate for View {
    const CATEGORY: Category = Category::View;
    type Command = ViewCommand;
    type Event = ViewEvent;

    fn decide(&self, command: &ViewCommand, context: &DecideContext<'_>) -> Result<Vec<ViewEvent>, Rejection> {
        use ViewCommand as C;
        context.staff_only("only the desk has saved views")?;
        match command {
            C::Save { .. } if self.owner_id.is_some() => Err(Rejection::AlreadyExists("view")),
            C::Save { draft, may_share } => {
                let owner_id =
                    context.actor.id.map(PersonId).ok_or(Rejection::Forbidden("a view belongs to a person"))?;
                let draft = checked(draft, context)?;
                let ViewDraft { name, filter, sort, shared } = allowed(draft, *may_share)?;
                Ok(vec![ViewSaved { owner_id, name, filter, sort, shared }.into()])
            }
            C::Change { draft, may_share } => {
                let (owner_id, before) = self.seen_by(context.actor.id)?;
                allowed(before.clone(), *may_share)?;
                let draft = checked(draft, context)?;
                if draft == *before {
                    return Ok(Vec::new());
                }
                let was_shared = before.shared;
                let ViewDraft { name, filter, sort, shared } = allowed(draft, *may_share)?;
                Ok(vec![ViewChanged { owner_id, name, filter, sort, shared, was_shared }.into()])
            }
            C::Delete { may_share } => {
                let (owner_id, before) = self.seen_by(context.actor.id)?;
                let ViewDraft { shared, .. } = allowed(before.clone(), *may_share)?;
                Ok(vec![ViewDeleted { owner_id, shared }.into()])
            }
        }
    }

    fn evolve(&mut self, event: &ViewEvent, stamp: &Stamp) {
        use ViewEvent as E;
        self.version = stamp.version;
        match event {
            E::ViewSaved(ViewSaved { owner_id, name, filter, sort, shared })
            | E::ViewChanged(ViewChanged { owner_id, name, filter, sort, shared, .. }) => {
                self.owner_id = Some(*owner_id);
                self.draft =
                    Some(ViewDraft { name: name.clone(), filter: filter.clone(), sort: *sort, shared: *shared });
            }
            E::ViewDeleted(ViewDeleted { owner_id, .. }) => {
                self.owner_id = Some(*owner_id);
                self.draft = None;
            }
        }
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        self.owner_id
    }

    fn exists(&self) -> bool {
        self.version > 0
    }
}

fn checked(draft: &ViewDraft, context: &DecideContext<'_>) -> Result<ViewDraft, Rejection> {
    let mut violations = Violations::default();
    let name = violations.line("name", &draft.name, 1, NAME_CHARS);
    let filter = draft.filter.checked(context.limits, &mut violations);
    violations.into_result()?;
    Ok(ViewDraft { name, filter, sort: draft.sort, shared: draft.shared })
}

fn allowed(draft: ViewDraft, may_share: bool) -> Result<ViewDraft, Rejection> {
    if draft.shared && !may_share { Err(Rejection::Forbidden(NOT_SHARING)) } else { Ok(draft) }
}
