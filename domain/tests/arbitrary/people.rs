use docket_domain::account::*;
use docket_domain::agent::*;
use docket_domain::customer::*;
use docket_domain::department::*;
use docket_domain::organisation::*;
use docket_domain::{HeldRole, PersonId, Role};
use uuid::Uuid;

use super::Dice;
use crate::role::role_id;
use crate::scenario::*;

pub(crate) const AGENT_EVENTS: u8 = 11;
pub(crate) const AGENT_COMMANDS: u8 = 11;
pub(crate) const CUSTOMER_EVENTS: u8 = 6;
pub(crate) const CUSTOMER_COMMANDS: u8 = 6;
pub(crate) const DEPARTMENT_EVENTS: u8 = 4;
pub(crate) const DEPARTMENT_COMMANDS: u8 = 4;
pub(crate) const ORGANISATION_EVENTS: u8 = 7;
pub(crate) const ORGANISATION_COMMANDS: u8 = 7;
pub(crate) const ACCOUNT_EVENTS: u8 = 12;
pub(crate) const ACCOUNT_COMMANDS: u8 = 12;

fn held(dice: Dice) -> HeldRole {
    HeldRole::of(dice.of(&Role::ALL), dice.some(2, role_id(dice.small())))
}

pub(crate) fn agent_event(kind: u8, dice: Dice) -> AgentEvent {
    let availability = dice.of(Availability::ALL);
    let department_ids = dice.some(1, vec![department_id(1)]).unwrap_or_default();
    let chat = chat_id(dice.small());
    match kind % AGENT_EVENTS {
        0 => AgentRegistered {
            name: dice.text().into(),
            email: dice.some(0, dice.text().into()),
            role: dice.of(&Role::ALL),
            custom_role_id: dice.some(3, role_id(dice.small())),
            department_ids,
            skills: dice.some(2, vec!["a".to_owned()]).unwrap_or_default(),
            max_concurrent_chats: u32::from(dice.a),
        }
        .into(),
        1 => AgentRenamed { name: dice.text().into(), email: dice.some(0, dice.text().into()) }.into(),
        2 => RoleChanged {
            from: Role::Agent,
            to: dice.of(&Role::ALL),
            from_custom_role_id: dice.some(0, role_id(1)),
            custom_role_id: dice.some(1, role_id(dice.small())),
        }
        .into(),
        3 => AvailabilityChanged { from: Availability::Offline, to: availability }.into(),
        4 => CapacityChanged { from: 1, to: u32::from(dice.a % 3) }.into(),
        5 => SkillsChanged { added: dice.list(), removed: dice.list(), skills: dice.list() }.into(),
        6 => DepartmentsChanged { added: department_ids.clone(), removed: Vec::new(), department_ids }.into(),
        7 => ChatSlotTaken { chat_id: chat, active_chats: u32::from(dice.b) }.into(),
        8 => ChatSlotReleased { chat_id: chat, active_chats: u32::from(dice.b) }.into(),
        9 => AgentDeactivated { availability }.into(),
        _ => AgentReactivated {}.into(),
    }
}

pub(crate) fn agent_command(kind: u8, dice: Dice) -> AgentCommand {
    use AgentCommand as C;
    match kind % AGENT_COMMANDS {
        0 => C::Register {
            name: dice.text(),
            email: None,
            role: held(dice),
            department_ids: vec![department_id(dice.small())],
            skills: dice.list(),
            max_concurrent_chats: u32::from(dice.a % 4),
        },
        1 => C::Rename { name: dice.text(), email: dice.some(0, "a@b".to_owned()) },
        2 => C::ChangeRole { to: held(dice) },
        3 => C::ChangeAvailability { to: dice.of(Availability::ALL) },
        4 => C::ChangeCapacity { to: u32::from(dice.a % 4) },
        5 => C::ChangeSkills { skills: dice.list() },
        6 => C::ChangeDepartments { department_ids: dice.some(0, department_id(dice.small())).into_iter().collect() },
        7 => C::TakeChat { chat_id: chat_id(dice.a % 5), by_hand: dice.some(0, ()).is_some() },
        8 => C::ReleaseChat { chat_id: chat_id(dice.a % 5) },
        9 if dice.b < 128 => C::ChangeAvailability { to: Availability::Available },
        9 => C::Deactivate,
        _ => C::Reactivate,
    }
}

pub(crate) fn customer_event(kind: u8, dice: Dice) -> CustomerEvent {
    let (name, email, phone) =
        (dice.some(0, dice.text().into()), dice.some(1, dice.text().into()), dice.some(2, dice.text().into()));
    match kind % CUSTOMER_EVENTS {
        0 => CustomerRegistered {
            kind: dice.of(CustomerKind::ALL),
            name,
            email,
            phone,
            external_id: dice.some(3, dice.text().into()),
            email_verified: dice.some(4, dice.b < 128),
        }
        .into(),
        1 => CustomerDetailsChanged { name, email, phone, email_verified: dice.some(3, dice.b < 128) }.into(),
        2 => VisitorMerged { into: customer_id(dice.small()) }.into(),
        3 => VisitorAbsorbed { visitor: customer_id(dice.small()) }.into(),
        4 => ContactStated { name, email }.into(),
        _ => PersonalDataErased {}.into(),
    }
}

pub(crate) fn customer_command(kind: u8, dice: Dice) -> CustomerCommand {
    use CustomerCommand as C;
    let (name, email, phone) = (dice.some(0, dice.text()), dice.some(1, dice.text()), dice.some(2, dice.text()));
    match kind % CUSTOMER_COMMANDS {
        0 => C::Register { kind: dice.of(CustomerKind::ALL), name, email, phone, external_id: None },
        1 => C::ChangeDetails { name, email, phone },
        2 => C::MergeInto { customer: customer_id(dice.small()) },
        3 => C::Absorb { visitor: customer_id(dice.small()) },
        4 => C::StateContact { name, email },
        _ => C::Erase,
    }
}

pub(crate) fn department_event(kind: u8, dice: Dice) -> DepartmentEvent {
    let (name, description) = (dice.text(), dice.some(0, dice.text()));
    match kind % DEPARTMENT_EVENTS {
        0 => DepartmentCreated { name, description }.into(),
        1 => DepartmentChanged { name, description }.into(),
        2 => DepartmentArchived {}.into(),
        _ => DepartmentRestored {}.into(),
    }
}

pub(crate) fn department_command(kind: u8, dice: Dice) -> DepartmentCommand {
    let (name, description) = (dice.text(), dice.some(0, dice.text()));
    match kind % DEPARTMENT_COMMANDS {
        0 => DepartmentCommand::Create { name, description },
        1 => DepartmentCommand::Change { name, description },
        2 => DepartmentCommand::Archive,
        _ => DepartmentCommand::Restore,
    }
}

fn definition(dice: Dice) -> FieldDefinition {
    FieldDefinition {
        name: format!("field_{}", dice.small()),
        label: dice.text(),
        field_type: dice.of(FieldType::ALL),
        options: dice.some(0, vec!["s".to_owned(), "m".to_owned()]).unwrap_or_default(),
        personal: dice.some(1, dice.a.is_multiple_of(2)),
    }
}

fn widget(dice: Dice) -> WidgetSettings {
    WidgetSettings {
        enabled: dice.some(0, ()).is_some(),
        allowed_origins: dice.some(1, vec!["https://shop.example.com".to_owned()]).unwrap_or_default(),
        title: dice.some(2, dice.text()),
        accent_color: dice.some(3, "#0b5d57".to_owned()),
        language: dice.of(WidgetLanguage::ALL),
        name_field: dice.of(FormField::ALL),
        department_ids: dice.some(1, vec![department_id(dice.small())]).unwrap_or_default(),
        ..WidgetSettings::default()
    }
}

pub(crate) fn organisation_event(kind: u8, dice: Dice) -> OrganisationEvent {
    let (name, time_zone) = (dice.text(), dice.of(&["UTC", "Nowhere"]).to_owned());
    match kind % ORGANISATION_EVENTS {
        0 => OrganisationCreated { name, time_zone }.into(),
        1 => OrganisationChanged { name, time_zone }.into(),
        2 => CategoriesChanged { from: dice.list(), to: dice.list() }.into(),
        3 => CustomFieldDefined { definition: definition(dice) }.into(),
        4 => CustomFieldRemoved { name: definition(dice).name }.into(),
        5 => WidgetChanged { key: dice.text(), settings: widget(dice) }.into(),
        _ => WidgetSecretRotated {}.into(),
    }
}

pub(crate) fn organisation_command(kind: u8, dice: Dice) -> OrganisationCommand {
    use OrganisationCommand as C;
    let (name, time_zone) = (dice.text(), dice.of(&["UTC", "Nowhere", "Europe/Rome"]).to_owned());
    match kind % ORGANISATION_COMMANDS {
        0 => C::Create { name, time_zone },
        1 => C::Change { name, time_zone },
        2 => C::ChangeCategories { to: dice.list() },
        3 => C::DefineCustomField { definition: definition(dice) },
        4 => C::RemoveCustomField { name: definition(dice).name },
        5 => C::ChangeWidget { key: dice.text(), settings: widget(dice) },
        _ => C::RecordWidgetSecret,
    }
}

pub(crate) fn account_event(kind: u8, dice: Dice) -> AccountEvent {
    let id = Uuid::from_u128(u128::from(dice.a % 4));
    let (ip, user_agent) = (dice.some(0, dice.text().into()), dice.some(1, dice.text().into()));
    let until = chrono::DateTime::from_timestamp(1_700_000_000 + i64::from(dice.a), 0).unwrap_or_default();
    let method = dice.of(&[SignInMethod::Password, SignInMethod::Code, SignInMethod::Link]);
    match kind % ACCOUNT_EVENTS {
        0 => {
            let custom_role_id = dice.some(0, role_id(dice.small()));
            AccountOpened { person_id: PersonId(id), role: dice.of(&Role::ALL), custom_role_id }.into()
        }
        1 => SignedIn { session_id: id, method: dice.some(2, method), ip, user_agent }.into(),
        2 => SignInRefused { method: dice.some(2, method), count: dice.some(3, dice.b.into()), ip, user_agent }.into(),
        3 => SignedOut { session_id: id }.into(),
        4 => PasswordChanged {}.into(),
        5 => ApiTokenIssued { token_id: id, label: dice.text() }.into(),
        6 => SignInCodeIssued { method, expires_at: until }.into(),
        7 => SignInAddressChanged {}.into(),
        8 => SignedOutEverywhere {}.into(),
        9 => AccountDisabled {}.into(),
        10 => AccountEnabled {}.into(),
        _ => ApiTokenRevoked { token_id: id }.into(),
    }
}

pub(crate) fn account_command(kind: u8, dice: Dice) -> AccountCommand {
    use AccountCommand as C;
    let id = Uuid::from_u128(u128::from(dice.a % 4));
    let (ip, user_agent) = (dice.some(0, dice.text()), dice.some(1, dice.text()));
    let until = chrono::DateTime::from_timestamp(1_700_000_000 + i64::from(dice.a), 0).unwrap_or_default();
    let method = dice.of(&[SignInMethod::Password, SignInMethod::Code, SignInMethod::Link]);
    match kind % ACCOUNT_COMMANDS {
        0 => C::Open { person_id: PersonId(id), role: held(dice) },
        1 => C::RecordSignIn { session_id: id, method, ip, user_agent },
        2 => C::RecordRefusal { method, count: dice.b.into(), ip, user_agent },
        3 => C::RecordSignOut { session_id: id },
        4 => C::RecordPasswordChange,
        5 => C::RecordTokenIssued { token_id: id, label: dice.text() },
        6 => C::RecordCodeIssued { method, expires_at: until },
        7 => C::RecordAddressChange,
        8 => C::RecordSignOutEverywhere,
        9 => C::RecordDisabled,
        10 => C::RecordEnabled,
        _ => C::RecordTokenRevoked { token_id: id },
    }
}
