//! The small numbers under which categories and kinds of actor lie in the databases. Frozen: new ones go to the end.

use docket_domain::{ActorKind, Category};

pub(crate) const fn of_category(category: Category) -> i16 {
    match category {
        Category::Ticket => 1,
        Category::Chat => 2,
        Category::Agent => 3,
        Category::Department => 4,
        Category::Customer => 5,
        Category::Organisation => 6,
        Category::Account => 7,
        Category::ServiceLevel => 8,
        Category::View => 10,
        Category::ViewList => 11,
        Category::Role => 12,
        Category::Import => 13,
    }
}

pub(crate) const fn category(code: i16) -> Option<Category> {
    Some(match code {
        1 => Category::Ticket,
        2 => Category::Chat,
        3 => Category::Agent,
        4 => Category::Department,
        5 => Category::Customer,
        6 => Category::Organisation,
        7 => Category::Account,
        8 => Category::ServiceLevel,
        10 => Category::View,
        11 => Category::ViewList,
        12 => Category::Role,
        13 => Category::Import,
        _ => return None,
    })
}

pub(crate) const fn of_actor(kind: ActorKind) -> i16 {
    match kind {
        ActorKind::Customer => 1,
        ActorKind::Agent => 2,
        ActorKind::System => 3,
    }
}

pub(crate) const fn actor(code: i16) -> Option<ActorKind> {
    Some(match code {
        1 => ActorKind::Customer,
        2 => ActorKind::Agent,
        3 => ActorKind::System,
        _ => return None,
    })
}
