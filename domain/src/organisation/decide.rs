//! The rules of an organisation, and what its settings ask of a ticket.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use super::{
    CategoriesChanged, CustomFieldDefined, CustomFieldRemoved, FieldDefinition, FieldType, Organisation,
    OrganisationChanged, OrganisationCommand, OrganisationCreated, OrganisationEvent, Widget, WidgetChanged,
    WidgetSecretRotated, WidgetSettings,
};
use crate::ticket::{CustomFields, PlainFields};
use crate::{Aggregate, DecideContext, Rejection, Violations};

/// Characters of a custom field's name.
const FIELD_NAME_CHARS: usize = 60;
/// The most categories, and the most options of one field.
const MOST_CHOICES: usize = 500;

type Decision = Result<Vec<OrganisationEvent>, Rejection>;

pub(super) fn decide(
    organisation: &Organisation,
    command: &OrganisationCommand,
    context: &DecideContext<'_>,
) -> Decision {
    use OrganisationCommand as C;
    context.staff_only("only the desk may change settings")?;
    if !organisation.exists() && !matches!(command, C::Create { .. }) {
        return Err(Rejection::NotFound("organisation"));
    }
    match command {
        C::Create { .. } if organisation.exists() => Err(Rejection::AlreadyExists("organisation")),
        C::Create { name, time_zone } => {
            let (name, time_zone) = checked(name, time_zone, context)?;
            Ok(vec![OrganisationCreated { name, time_zone }.into()])
        }
        C::Change { name, time_zone } => {
            let (name, time_zone) = checked(name, time_zone, context)?;
            if organisation.name == name && organisation.time_zone == time_zone {
                return Ok(Vec::new());
            }
            Ok(vec![OrganisationChanged { name, time_zone }.into()])
        }
        C::ChangeCategories { to } => organisation.change_categories(to, context),
        C::DefineCustomField { definition } => organisation.define_field(definition, context),
        C::RemoveCustomField { name } if organisation.custom_fields.contains_key(name) => {
            Ok(vec![CustomFieldRemoved { name: name.clone() }.into()])
        }
        C::RemoveCustomField { .. } => Ok(Vec::new()),
        C::ChangeWidget { key, settings } => organisation.change_widget(key, settings, context),
        C::RecordWidgetSecret => Ok(vec![WidgetSecretRotated {}.into()]),
    }
}

fn checked(name: &str, time_zone: &str, context: &DecideContext<'_>) -> Result<(String, String), Rejection> {
    let mut violations = Violations::default();
    let name = violations.line("name", name, 1, context.limits.name_chars);
    if time_zone.parse::<Tz>().is_err() {
        violations.add("time_zone", "unknown", "time_zone must be an IANA name such as Europe/Rome");
    }
    violations.into_result()?;
    Ok((name, time_zone.to_owned()))
}

impl Organisation {
    fn change_categories(&self, to: &[String], context: &DecideContext<'_>) -> Decision {
        let mut violations = Violations::default();
        let to = choices("categories", to, context, &mut violations);
        violations.into_result()?;
        if self.categories == to {
            return Ok(Vec::new());
        }
        Ok(vec![CategoriesChanged { from: self.categories.clone(), to }.into()])
    }

    fn change_widget(&self, key: &str, settings: &WidgetSettings, context: &DecideContext<'_>) -> Decision {
        let mut violations = Violations::default();
        let settings = settings.checked(context, &mut violations);
        violations.into_result()?;
        let key = self.widget.as_ref().map_or(key, |widget| &widget.key).to_owned();
        if self.widget.as_ref() == Some(&Widget { key: key.clone(), settings: settings.clone() }) {
            return Ok(Vec::new());
        }
        Ok(vec![WidgetChanged { key, settings }.into()])
    }

    /// A field keeps its type: values that tickets have would no longer fit.
    fn define_field(&self, definition: &FieldDefinition, context: &DecideContext<'_>) -> Decision {
        let mut violations = Violations::default();
        let name = &definition.name;
        let fits = (1..=FIELD_NAME_CHARS).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            violations.add("name", "invalid", "name must be 1 to 60 of a-z, 0-9 and _");
        }
        let label = violations.line("label", &definition.label, 1, context.limits.name_chars);
        let options = choices("options", &definition.options, context, &mut violations);
        let is_choice = definition.field_type == FieldType::Choice;
        if is_choice && options.is_empty() {
            violations.add("options", "required", "options must say what may be chosen");
        } else if !is_choice && !options.is_empty() {
            violations.add("options", "invalid", "only a field of type choice has options");
        }
        let can_be_personal = matches!(definition.field_type, FieldType::Text | FieldType::Date);
        if definition.is_personal() && !can_be_personal {
            let message = format!("a {} cannot be personal; define a text field", definition.field_type);
            violations.add("personal", "invalid", message);
        }
        let known = self.custom_fields.get(name);
        if known.is_none() {
            violations.count("custom_fields", self.custom_fields.len() + 1, context.limits.custom_fields);
        }
        violations.into_result()?;
        if known.is_some_and(|known| known.field_type != definition.field_type) {
            return Err(Rejection::refused("field_type_fixed", "a custom field keeps its type; define another field"));
        }
        // What goes without saying is not said, so that saying it changes nothing.
        let usual = FieldDefinition { personal: None, ..definition.clone() };
        let personal = definition.personal.filter(|personal| *personal != usual.is_personal());
        let definition = FieldDefinition { label, options, personal, ..usual };
        if known == Some(&definition) {
            return Ok(Vec::new());
        }
        Ok(vec![CustomFieldDefined { definition }.into()])
    }

    /// Notes a violation if `category` is not offered.
    pub fn check_category(&self, category: &str, violations: &mut Violations) {
        if !self.categories.is_empty() && !self.categories.iter().any(|offered| offered == category.trim()) {
            violations.add("category", "unknown", format!("category must be one of {}", self.categories.join(", ")));
        }
    }

    /// The custom fields whose text says nothing about a person.
    pub fn plain_fields(&self) -> PlainFields {
        let plain = self.custom_fields.values().filter(|definition| !definition.is_personal());
        plain.map(|definition| definition.name.clone()).collect()
    }

    /// Notes a violation for every value that does not fit the tenant's definitions. Null clears and always fits.
    pub fn check_custom_fields(&self, fields: &CustomFields, most: usize, violations: &mut Violations) {
        // The ticket itself refuses so many.
        if fields.len() > most {
            return;
        }
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let field = format!("custom_fields.{}", name.chars().take(FIELD_NAME_CHARS).collect::<String>());
            match self.custom_fields.get(name) {
                None => violations.add(&field, "unknown", format!("there is no custom field {name:?}")),
                Some(definition) if definition.fits(value) => {}
                Some(definition) => violations.add(&field, "invalid", definition.expectation(&field)),
            }
        }
    }
}

impl FieldDefinition {
    /// Whether `value` is what the field holds.
    pub fn fits(&self, value: &Value) -> bool {
        match (self.field_type, value) {
            (FieldType::Text, Value::String(_))
            | (FieldType::Number, Value::Number(_))
            | (FieldType::Boolean, Value::Bool(_)) => true,
            (FieldType::Date, Value::String(text)) => {
                text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
            }
            (FieldType::Choice, Value::String(text)) => self.options.contains(text),
            _ => false,
        }
    }

    fn expectation(&self, field: &str) -> String {
        match self.field_type {
            FieldType::Text => format!("{field} must be a text"),
            FieldType::Number => format!("{field} must be a number"),
            FieldType::Boolean => format!("{field} must be true or false"),
            FieldType::Date => format!("{field} must be a date, YYYY-MM-DD"),
            FieldType::Choice => format!("{field} must be one of {}", self.options.join(", ")),
        }
    }
}

/// A list whose order matters: trimmed, no entry twice.
fn choices(field: &str, list: &[String], context: &DecideContext<'_>, violations: &mut Violations) -> Vec<String> {
    violations.count(field, list.len(), MOST_CHOICES);
    let mut known: Vec<String> = Vec::with_capacity(list.len().min(MOST_CHOICES));
    for (index, entry) in list.iter().take(MOST_CHOICES).enumerate() {
        let entry = violations.line(&format!("{field}.{index}"), entry, 1, context.limits.name_chars);
        if known.contains(&entry) {
            violations.add(&format!("{field}.{index}"), "invalid", format!("{entry:?} is there twice"));
        }
        known.push(entry);
    }
    known
}
