//! What the demonstration desk was asked, and how it answered: in several voices and languages, each story whole.

mod arabic;
mod chats;
mod english;
mod german;
mod others;
mod spanish;

use docket_domain::ticket::Priority;

pub(super) use chats::{CHATS, ChatStory, NOW};

/// What people speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Language {
    English,
    German,
    Spanish,
    Arabic,
    Italian,
    Indonesian,
}

impl Language {
    pub(super) const ALL: [Self; 6] =
        [Self::English, Self::German, Self::Spanish, Self::Arabic, Self::Italian, Self::Indonesian];
}

/// What a story is about: `{p}` in its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goods {
    Lights,
    Furniture,
    Any,
}

/// Something that is said. The first of a story is its opening.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn {
    Customer(&'static str),
    Agent(&'static str),
    Note(&'static str),
}

/// A request from its opening to its solution.
///
/// In the texts `{p}` is what was bought, `{o}` the order, `{n}` the customer's first name and `{a}` the agent's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Story {
    pub(super) language: Language,
    pub(super) goods: Goods,
    pub(super) subject: &'static str,
    pub(super) category: &'static str,
    /// By its place in `DEPARTMENTS`.
    pub(super) department: usize,
    pub(super) priority: Priority,
    pub(super) tags: &'static [&'static str],
    pub(super) turns: &'static [Turn],
    /// How it was rated by those who did, and in which words.
    pub(super) rating: u8,
    pub(super) comment: Option<&'static str>,
}

/// All of them, one language after the other.
pub(super) fn stories() -> impl Iterator<Item = &'static Story> {
    [english::STORIES, german::STORIES, spanish::STORIES, arabic::STORIES, others::STORIES].into_iter().flatten()
}

/// The names of goods in a language: five lights, then three pieces of furniture.
pub(super) fn goods(language: Language) -> &'static [&'static str; 8] {
    match language {
        Language::English => &[
            "Fjord desk lamp",
            "Alba floor lamp",
            "Solis pendant",
            "Tundra wall light",
            "Pico night light",
            "Juniper bookcase",
            "Kite side table",
            "Meridian sideboard",
        ],
        Language::German => &[
            "Schreibtischlampe Fjord",
            "Stehlampe Alba",
            "Pendelleuchte Solis",
            "Wandleuchte Tundra",
            "Nachtlicht Pico",
            "Bücherregal Juniper",
            "Beistelltisch Kite",
            "Sideboard Meridian",
        ],
        Language::Spanish => &[
            "lámpara Fjord",
            "lámpara de pie Alba",
            "lámpara colgante Solis",
            "aplique Tundra",
            "luz nocturna Pico",
            "estantería Juniper",
            "mesita Kite",
            "aparador Meridian",
        ],
        Language::Arabic => &[
            "مصباح المكتب Fjord",
            "المصباح الأرضي Alba",
            "الثريا Solis",
            "مصباح الحائط Tundra",
            "المصباح الليلي Pico",
            "خزانة الكتب Juniper",
            "الطاولة الجانبية Kite",
            "البوفيه Meridian",
        ],
        Language::Italian => &[
            "lampada Fjord",
            "piantana Alba",
            "lampada Solis",
            "applique Tundra",
            "luce notturna Pico",
            "libreria Juniper",
            "tavolino Kite",
            "credenza Meridian",
        ],
        Language::Indonesian => &[
            "lampu meja Fjord",
            "lampu lantai Alba",
            "lampu gantung Solis",
            "lampu dinding Tundra",
            "lampu tidur Pico",
            "rak buku Juniper",
            "meja samping Kite",
            "bufet Meridian",
        ],
    }
}
