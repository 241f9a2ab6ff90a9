//! An organisation as its events leave it.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use uuid::Uuid;

use super::{FieldDefinition, OrganisationCommand, OrganisationEvent, Widget};
use crate::{Aggregate, Category, DecideContext, PersonId, Rejection, Stamp};

/// What is known of an organisation for deciding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Organisation {
    /// Events so far.
    pub version: u64,
    /// Whether it began.
    pub created: bool,
    /// Its name.
    pub name: String,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// The ticket categories offered, in order. None: any text is taken.
    pub categories: Vec<String>,
    /// Custom fields of its tickets, by name.
    pub custom_fields: BTreeMap<String, FieldDefinition>,
    /// Its chat widget, once it was set up.
    pub widget: Option<Widget>,
}

impl Organisation {
    /// Its time zone; UTC before it began.
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }
}

impl Aggregate for Organisation {
    const CATEGORY: Category = Category::Organisation;
    type Command = OrganisationCommand;
    type Event = OrganisationEvent;

    fn decide(
        &self,
        command: &OrganisationCommand,
        context: &DecideContext<'_>,
    ) -> Result<Vec<OrganisationEvent>, Rejection> {
        super::decide::decide(self, command, context)
    }

    fn evolve(&mut self, event: &OrganisationEvent, stamp: &Stamp) {
        use OrganisationEvent as E;
        self.version = stamp.version;
        match event {
            E::OrganisationCreated(organisation) => {
                self.created = true;
                self.name.clone_from(&organisation.name);
                self.time_zone.clone_from(&organisation.time_zone);
            }
            E::OrganisationChanged(organisation) => {
                self.name.clone_from(&organisation.name);
                self.time_zone.clone_from(&organisation.time_zone);
            }
            E::CategoriesChanged(change) => self.categories.clone_from(&change.to),
            E::CustomFieldDefined(field) => {
                self.custom_fields.insert(field.definition.name.clone(), field.definition.clone());
            }
            E::CustomFieldRemoved(field) => {
                self.custom_fields.remove(&field.name);
            }
            E::WidgetChanged(widget) => {
                self.widget = Some(Widget { key: widget.key.clone(), settings: widget.settings.clone() });
            }
            E::WidgetSecretRotated(_) => {}
        }
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        None
    }

    fn exists(&self) -> bool {
        self.created
    }
}
