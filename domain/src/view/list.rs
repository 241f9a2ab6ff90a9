//! In which order views stand, and how many there may be.

use uuid::Uuid;

use super::{ViewListCommand, ViewListEvent, ViewsArranged};
use crate::{Aggregate, Category, DecideContext, PersonId, Rejection, Stamp, ViewId, Violations};

/// A person's own views, or the shared ones, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ViewList {
    /// Events so far.
    pub version: u64,
    /// The views.
    pub view_ids: Vec<ViewId>,
}

impl ViewList {
    /// The id of the list's stream: its owner's, or all zeroes for the shared views.
    pub fn id_of(owner_id: Option<PersonId>) -> Uuid {
        owner_id.map_or(Uuid::nil(), |owner| owner.0)
    }
}

impl Aggregate for ViewList {
    const CATEGORY: Category = Category::ViewList;
    type Command = ViewListCommand;
    type Event = ViewListEvent;

    fn decide(&self, command: &ViewListCommand, context: &DecideContext<'_>) -> Result<Vec<ViewListEvent>, Rejection> {
        use ViewListCommand as C;
        context.staff_only("only the desk has saved views")?;
        let (owner_id, view_ids) = match command {
            C::Add { owner_id, view_id } => {
                let mut ids = self.view_ids.clone();
                if !ids.contains(view_id) {
                    let most = context.limits.views;
                    if ids.len() >= most {
                        return Err(Rejection::refused("too_many_views", too_many(*owner_id, most)));
                    }
                    ids.push(*view_id);
                }
                (*owner_id, ids)
            }
            C::Remove { owner_id, view_id } => {
                (*owner_id, self.view_ids.iter().copied().filter(|id| id != view_id).collect())
            }
            C::Arrange { owner_id, view_ids } => (*owner_id, self.arranged(view_ids)?),
        };
        if view_ids == self.view_ids {
            return Ok(Vec::new());
        }
        Ok(vec![ViewsArranged { owner_id, view_ids }.into()])
    }

    fn evolve(&mut self, event: &ViewListEvent, stamp: &Stamp) {
        let ViewListEvent::ViewsArranged(ViewsArranged { view_ids, .. }) = event;
        self.version = stamp.version;
        self.view_ids.clone_from(view_ids);
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        None
    }

    fn exists(&self) -> bool {
        self.version > 0
    }
}

impl ViewList {
    fn arranged(&self, first: &[ViewId]) -> Result<Vec<ViewId>, Rejection> {
        let mut violations = Violations::default();
        let mut ids: Vec<ViewId> = Vec::with_capacity(self.view_ids.len());
        for (index, id) in first.iter().enumerate() {
            if !self.view_ids.contains(id) {
                violations.add(&format!("view_ids.{index}"), "unknown", "there is no such view in this list");
            } else if ids.contains(id) {
                violations.add(&format!("view_ids.{index}"), "invalid", "a view has one place in its list");
            } else {
                ids.push(*id);
            }
        }
        violations.into_result()?;
        ids.extend(self.view_ids.iter().filter(|id| !first.contains(id)));
        Ok(ids)
    }
}

fn too_many(owner_id: Option<PersonId>, most: usize) -> String {
    match owner_id {
        Some(_) => format!("a person may have at most {most} views of their own"),
        None => format!("an organisation may have at most {most} shared views"),
    }
}
