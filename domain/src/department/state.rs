//! A department as its events leave it, and the rules.

use uuid::Uuid;

use super::{
    DepartmentArchived, DepartmentChanged, DepartmentCommand, DepartmentCreated, DepartmentEvent, DepartmentRestored,
};
use crate::{Aggregate, Category, DecideContext, PersonId, Rejection, Stamp, Violations};

/// What is known of a department for deciding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Department {
    /// Events so far.
    pub version: u64,
    /// Whether it began.
    pub created: bool,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it is offered no longer.
    pub archived: bool,
}

impl Aggregate for Department {
    const CATEGORY: Category = Category::Department;
    type Command = DepartmentCommand;
    type Event = DepartmentEvent;

    fn decide(
        &self,
        command: &DepartmentCommand,
        context: &DecideContext<'_>,
    ) -> Result<Vec<DepartmentEvent>, Rejection> {
        use DepartmentCommand as C;
        context.staff_only("only the desk may change departments")?;
        match (command, self.created) {
            (C::Create { .. }, true) => Err(Rejection::AlreadyExists("department")),
            (C::Create { name, description }, false) => {
                let (name, description) = checked(name, description.as_deref(), context)?;
                Ok(vec![DepartmentCreated { name, description }.into()])
            }
            (_, false) => Err(Rejection::NotFound("department")),
            (C::Change { name, description }, true) => {
                let (name, description) = checked(name, description.as_deref(), context)?;
                if self.name == name && self.description == description {
                    return Ok(Vec::new());
                }
                Ok(vec![DepartmentChanged { name, description }.into()])
            }
            (C::Archive, true) if self.archived => Ok(Vec::new()),
            (C::Archive, true) => Ok(vec![DepartmentArchived {}.into()]),
            (C::Restore, true) if !self.archived => Ok(Vec::new()),
            (C::Restore, true) => Ok(vec![DepartmentRestored {}.into()]),
        }
    }

    fn evolve(&mut self, event: &DepartmentEvent, stamp: &Stamp) {
        use DepartmentEvent as E;
        self.version = stamp.version;
        match event {
            E::DepartmentCreated(DepartmentCreated { name, description })
            | E::DepartmentChanged(DepartmentChanged { name, description }) => {
                self.created = true;
                self.name.clone_from(name);
                self.description.clone_from(description);
            }
            E::DepartmentArchived(_) => self.archived = true,
            E::DepartmentRestored(_) => self.archived = false,
        }
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        None
    }

    fn exists(&self) -> bool {
        self.created
    }
}

fn checked(
    name: &str,
    description: Option<&str>,
    context: &DecideContext<'_>,
) -> Result<(String, Option<String>), Rejection> {
    let mut violations = Violations::default();
    let name = violations.line("name", name, 1, context.limits.name_chars);
    let description = violations.remark("description", description, context.limits.remark_chars);
    violations.into_result()?;
    Ok((name, description))
}
