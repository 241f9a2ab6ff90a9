//! How the events of a category become JSON and come back.

use std::collections::BTreeMap;

use schemars::Schema;

use crate::{DomainEvent, PersonalText};

/// An event of the log could not be understood: it was written by a newer version or is damaged.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// No event of that name and version is known in the category.
    #[error("unknown event {event_type} version {schema_version} in category {category}")]
    Unknown {
        /// The category's name.
        category: &'static str,
        /// The event type found.
        event_type: String,
        /// The schema version found.
        schema_version: u16,
    },
    /// The payload does not have the shape of its type.
    #[error("{event_type} has a payload that does not fit: {source}")]
    Payload {
        /// The event type found.
        event_type: String,
        /// What serde said.
        source: serde_json::Error,
    },
}

/// The payload of one event type.
pub trait EventPayload: serde::Serialize + serde::de::DeserializeOwned + schemars::JsonSchema {
    /// The event's name in the log, PascalCase and past tense.
    const TYPE: &'static str;
    /// The current version of its shape.
    const VERSION: u16;
    /// Shows every personal field to `visit`, always in the same order.
    fn visit_personal(&mut self, visit: &mut dyn FnMut(&mut PersonalText)) {
        let _ = visit;
    }
}

/// Name, version and JSON Schema of an event type, for documentation and the freeze test.
pub struct EventSchema {
    /// The category's name.
    pub category: &'static str,
    /// The event's name.
    pub event_type: &'static str,
    /// The version of its shape.
    pub schema_version: u16,
    /// JSON Schema 2020-12 of the payload.
    pub schema: Schema,
}

/// The way back from an event of any category to one category's own.
pub trait FromDomain: Sized {
    /// The event, if it is of this category.
    fn from_domain(event: &DomainEvent) -> Option<&Self>;
}

/// The events of one category: an enum with one variant for each payload type.
pub trait EventSet: FromDomain + Into<DomainEvent> + Clone + Send + Sync + Sized + 'static {
    /// The event's name in the log.
    fn event_type(&self) -> &'static str;
    /// The version of its shape.
    fn schema_version(&self) -> u16;
    /// The payload as JSON.
    fn encode(&self) -> Result<String, serde_json::Error>;
    /// Reads a payload, upcasting older schema versions.
    fn decode(event_type: &str, schema_version: u16, payload: &str) -> Result<Self, DecodeError>;
    /// Shows every personal field to `visit`, always in the same order.
    fn visit_personal(&mut self, visit: &mut dyn FnMut(&mut PersonalText));
    /// The schemas of all its events, as they are written today.
    fn schemas() -> Vec<EventSchema>;
    /// The schemas of shapes that are only read any more.
    fn retired_schemas() -> Vec<EventSchema>;
    /// Whether it is a shape that is only read any more: what is personal today may lie there in the clear.
    fn is_retired(event_type: &str, schema_version: u16) -> bool;
}

/// Declares a category's event enum from payload structs of the same names: each with its version, its personal fields,
/// and the shapes of earlier versions, which must be `Into` today's.
///
/// ```text
/// event_set! { pub enum TicketEvent of Category::Ticket; { OrderLinked = 2 [from, to] was { 1: OrderLinkedV1 }, … } }
/// ```
macro_rules! event_set {
    ($(#[$doc:meta])* pub enum $set:ident of $category:expr; {
        $($event:ident = $version:literal $([$($personal:ident),* $(,)?])? $(was { $($old:literal: $shape:ty),+ $(,)? })?),+
        $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs, reason = "each variant is documented at its payload")]
        pub enum $set { $($event($event)),+ }

        $(
            impl $crate::EventPayload for $event {
                const TYPE: &'static str = stringify!($event);
                const VERSION: u16 = $version;
                #[allow(unused_variables, reason = "some events carry nothing personal")]
                fn visit_personal(&mut self, visit: &mut dyn FnMut(&mut $crate::PersonalText)) {
                    $($( self.$personal.visit(visit); )*)?
                }
            }
            impl From<$event> for $set {
                fn from(event: $event) -> Self { Self::$event(event) }
            }
        )+

        impl $crate::EventSet for $set {
            fn event_type(&self) -> &'static str {
                match self { $(Self::$event(_) => <$event as $crate::EventPayload>::TYPE),+ }
            }
            fn schema_version(&self) -> u16 {
                match self { $(Self::$event(_) => <$event as $crate::EventPayload>::VERSION),+ }
            }
            fn encode(&self) -> Result<String, serde_json::Error> {
                match self { $(Self::$event(event) => serde_json::to_string(event)),+ }
            }
            fn decode(event_type: &str, schema_version: u16, payload: &str) -> Result<Self, $crate::DecodeError> {
                match (event_type, schema_version) {
                    $((stringify!($event), $version) => serde_json::from_str::<$event>(payload)
                        .map(Self::$event)
                        .map_err(|source| $crate::DecodeError::Payload { event_type: event_type.to_owned(), source }),
                    $($((stringify!($event), $old) => serde_json::from_str::<$shape>(payload)
                        .map(|old| Self::$event(old.into()))
                        .map_err(|source| $crate::DecodeError::Payload { event_type: event_type.to_owned(), source }),)+)?)+
                    _ => Err($crate::DecodeError::Unknown {
                        category: $category.as_str(),
                        event_type: event_type.to_owned(),
                        schema_version,
                    }),
                }
            }
            fn visit_personal(&mut self, visit: &mut dyn FnMut(&mut $crate::PersonalText)) {
                match self { $(Self::$event(event) => $crate::EventPayload::visit_personal(event, visit)),+ }
            }
            fn schemas() -> Vec<$crate::EventSchema> {
                vec![$($crate::EventSchema {
                    category: $category.as_str(),
                    event_type: stringify!($event),
                    schema_version: $version,
                    schema: schemars::schema_for!($event),
                }),+]
            }
            fn retired_schemas() -> Vec<$crate::EventSchema> {
                vec![$($($($crate::EventSchema {
                    category: $category.as_str(),
                    event_type: stringify!($event),
                    schema_version: $old,
                    schema: schemars::schema_for!($shape),
                },)+)?)+]
            }
            fn is_retired(event_type: &str, schema_version: u16) -> bool {
                const RETIRED: &[(&str, u16)] = &[$($($((stringify!($event), $old),)+)?)+];
                RETIRED.contains(&(event_type, schema_version))
            }
        }
    };
}
pub(crate) use event_set;

/// Personal text, perhaps some, or several: what [`event_set!`] walks over.
pub(crate) trait PersonalField {
    /// Shows each text to `visit`, always in the same order.
    fn visit(&mut self, visit: &mut dyn FnMut(&mut PersonalText));
}

impl PersonalField for PersonalText {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut PersonalText)) {
        visit(self);
    }
}

impl<T: PersonalField> PersonalField for Option<T> {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut PersonalText)) {
        if let Some(field) = self {
            field.visit(visit);
        }
    }
}

impl<T: PersonalField> PersonalField for BTreeMap<String, T> {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut PersonalText)) {
        self.values_mut().for_each(|field| field.visit(visit));
    }
}
