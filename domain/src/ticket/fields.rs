//! The fields of a ticket that staff may change: priority, category, department, subject, tags, custom fields, order.

use std::collections::BTreeSet;

use serde_json::Value;

use super::decide::Decision;
use super::value::{CustomFields, PlainFields, Priority};
use super::{
    CategoryChanged, CustomFieldsChanged, DepartmentChanged, FieldChange, OrderLinked, PersonalFieldChange,
    PriorityChanged, SubjectChanged, TagsChanged, Ticket,
};
use crate::{DecideContext, DepartmentId, Limits, PersonalText, Violations};

/// Characters of a custom field's name.
const FIELD_NAME_CHARS: usize = 60;

impl Ticket {
    pub(super) fn change_priority(&self, to: Priority, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may change this")?;
        self.not_closed()?;
        if self.priority == to {
            return Ok(Vec::new());
        }
        Ok(vec![PriorityChanged { from: self.priority, to }.into()])
    }

    pub(super) fn change_category(&self, to: &str, context: &DecideContext<'_>) -> Decision {
        self.staff_edit(context)?;
        let mut violations = Violations::default();
        let to = violations.line("category", to, 1, context.limits.name_chars);
        violations.into_result()?;
        if self.category == to {
            return Ok(Vec::new());
        }
        Ok(vec![CategoryChanged { from: self.category.clone(), to }.into()])
    }

    pub(super) fn change_department(&self, to: Option<DepartmentId>, context: &DecideContext<'_>) -> Decision {
        self.staff_edit(context)?;
        if self.department_id == to {
            return Ok(Vec::new());
        }
        Ok(vec![DepartmentChanged { from: self.department_id, to }.into()])
    }

    pub(super) fn change_subject(&self, to: &str, context: &DecideContext<'_>) -> Decision {
        self.staff_edit(context)?;
        let mut violations = Violations::default();
        let to = violations.line("subject", to, 1, context.limits.subject_chars);
        violations.into_result()?;
        if self.subject.known() == Some(to.as_str()) {
            return Ok(Vec::new());
        }
        Ok(vec![SubjectChanged { from: self.subject.clone(), to: to.into() }.into()])
    }

    pub(super) fn change_tags(&self, add: &[String], remove: &[String], context: &DecideContext<'_>) -> Decision {
        self.staff_edit(context)?;
        let limits = context.limits;
        let mut violations = Violations::default();
        let add = violations.names("add", add, limits.tags, limits.name_chars);
        let remove = violations.names("remove", remove, limits.tags, limits.name_chars);
        if let Some(both) = add.iter().find(|tag| remove.contains(tag)) {
            violations.add("remove", "invalid", format!("{both:?} is to be both added and removed"));
        }
        let change = self.tags_event(add, remove);
        violations.count("tags", change.tags.len(), limits.tags);
        violations.into_result()?;
        if change.added.is_empty() && change.removed.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![change.into()])
    }

    /// What adding and removing (both sorted) really changes.
    pub(super) fn tags_event(&self, add: Vec<String>, remove: Vec<String>) -> TagsChanged {
        let added: Vec<String> = add.into_iter().filter(|tag| !self.tags.contains(tag)).collect();
        let removed: Vec<String> = remove.into_iter().filter(|tag| self.tags.contains(tag)).collect();
        let kept = self.tags.iter().filter(|tag| !removed.contains(tag)).cloned();
        let mut tags: Vec<String> = kept.chain(added.iter().cloned()).collect();
        tags.sort_unstable();
        TagsChanged { added, removed, tags }
    }

    pub(super) fn change_custom_fields(
        &self,
        set: &CustomFields,
        plain: &PlainFields,
        context: &DecideContext<'_>,
    ) -> Decision {
        self.staff_edit(context)?;
        let mut violations = Violations::default();
        // As many may go as come.
        check_custom_fields(set, context.limits.custom_fields * 2, context.limits, &mut violations);
        let change = self.custom_fields_event(set, plain);
        let mut names: BTreeSet<&String> = self.custom_fields.keys().chain(self.personal_fields.keys()).collect();
        for (name, value) in set {
            if value.is_null() {
                names.remove(name)
            } else {
                names.insert(name)
            };
        }
        violations.count("custom_fields", names.len(), context.limits.custom_fields);
        violations.into_result()?;
        let nothing = change.changes.is_empty() && change.personal_changes.is_empty();
        Ok(if nothing { Vec::new() } else { vec![change.into()] })
    }

    /// What setting `set` really changes; null clears. A value moves if its field is no longer `plain`, or is now.
    pub(super) fn custom_fields_event(&self, set: &CustomFields, plain: &PlainFields) -> CustomFieldsChanged {
        let mut change = CustomFieldsChanged::default();
        for (name, value) in set {
            let (to, personal_to) = sorted(name, value, plain);
            let (from, personal_from) = (self.custom_fields.get(name), self.personal_fields.get(name));
            if from != to.as_ref() {
                change.changes.insert(name.clone(), FieldChange { from: from.cloned(), to });
            }
            if personal_from != personal_to.as_ref() {
                let personal = PersonalFieldChange { from: personal_from.cloned(), to: personal_to };
                change.personal_changes.insert(name.clone(), personal);
            }
        }
        change
    }

    pub(super) fn link_order(&self, to: Option<&str>, context: &DecideContext<'_>) -> Decision {
        self.staff_edit(context)?;
        let mut violations = Violations::default();
        let to = violations.optional_line("order_ref", to, context.limits.remark_chars).map(PersonalText::Known);
        violations.into_result()?;
        if self.order_ref == to {
            return Ok(Vec::new());
        }
        Ok(vec![OrderLinked { from: self.order_ref.clone(), to }.into()])
    }
}

/// A field's value as one that says nothing about a person, or as one that does; null is neither.
pub(super) fn sorted(name: &str, value: &Value, plain: &PlainFields) -> (Option<Value>, Option<PersonalText>) {
    match value {
        Value::Null => (None, None),
        Value::String(text) if !plain.contains(name) => (None, Some(text.as_str().into())),
        value => (Some(value.clone()), None),
    }
}

/// Checks names and values of custom fields: plain values only. Types were checked against the tenant's definitions before.
pub(super) fn check_custom_fields(fields: &CustomFields, most: usize, limits: &Limits, violations: &mut Violations) {
    // Of too many none is looked at.
    if fields.len() > most {
        return violations.count("custom_fields", fields.len(), most);
    }
    for (name, value) in fields {
        let field = format!("custom_fields.{}", name.chars().take(FIELD_NAME_CHARS).collect::<String>());
        if violations.line(&field, name, 1, FIELD_NAME_CHARS) != *name {
            violations.add(&field, "invalid", "a custom field's name must not begin or end with blanks");
        }
        match value {
            Value::String(text) => {
                violations.remark(&field, Some(text), limits.remark_chars);
            }
            Value::Array(_) | Value::Object(_) => {
                violations.add(&field, "invalid", format!("{field} must be a text, a number, true, false or null"));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
