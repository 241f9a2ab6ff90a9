//! Who works at the demonstration desk, and who asks it for help. All of them are invented.

use super::stories::Language;

/// What the shop is called.
pub(super) const SHOP: &str = "Lumen & Oak";

/// Somebody of the desk.
pub(super) struct AgentCard {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    /// By their places in [`DEPARTMENTS`].
    pub(super) departments: &'static [usize],
    pub(super) skills: &'static [&'static str],
    pub(super) languages: &'static [Language],
    /// Whether they are there when the demonstration begins.
    pub(super) there: bool,
}

/// The desk. Whoever looks at the demonstration signs in as the first.
pub(super) const AGENTS: &[AgentCard] = &[
    AgentCard {
        name: "Amara Okafor",
        email: "amara@example.com",
        departments: &[0, 1, 2],
        skills: &["english", "returns"],
        languages: &[Language::English],
        there: true,
    },
    AgentCard {
        name: "Luca Ferri",
        email: "luca@example.com",
        departments: &[0, 1],
        skills: &["italian", "english", "billing"],
        languages: &[Language::Italian, Language::English],
        there: true,
    },
    AgentCard {
        name: "Sofía Reyes",
        email: "sofia@example.com",
        departments: &[0, 1, 2],
        skills: &["spanish", "english"],
        languages: &[Language::Spanish],
        there: true,
    },
    AgentCard {
        name: "Jonas Weber",
        email: "jonas@example.com",
        departments: &[0, 1, 2],
        skills: &["german", "english", "hardware"],
        languages: &[Language::German],
        there: false,
    },
    AgentCard {
        name: "Priya Nair",
        email: "priya@example.com",
        departments: &[2],
        skills: &["english", "hardware", "software"],
        languages: &[Language::English],
        there: true,
    },
    AgentCard {
        name: "Salma Haddad",
        email: "salma@example.com",
        departments: &[0, 1, 2],
        skills: &["arabic", "english"],
        languages: &[Language::Arabic],
        there: false,
    },
    AgentCard {
        name: "Dewi Lestari",
        email: "dewi@example.com",
        departments: &[0, 2],
        skills: &["indonesian", "english"],
        languages: &[Language::Indonesian, Language::English],
        there: false,
    },
];

/// Departments: name, purpose.
pub(super) const DEPARTMENTS: [(&str, &str); 3] = [
    ("Orders", "Where an order is, and how it comes back"),
    ("Billing", "Invoices, payments, refunds"),
    ("Technical", "When something does not work"),
];

/// What customers choose from.
pub(super) const CATEGORIES: [&str; 6] = ["delivery", "returns", "billing", "account", "technical", "feedback"];

/// Customers of a language: name, and the address before the `@`.
pub(super) fn customers(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::English => &[
            ("Hannah Price", "hannah.price"),
            ("Tom Walker", "tom.walker"),
            ("Aisha Bello", "aisha.bello"),
            ("Ben Sutton", "ben.sutton"),
            ("Grace O'Neill", "grace.oneill"),
            ("Malik Johnson", "malik.johnson"),
            ("Nora Larsen", "nora.larsen"),
            ("Oliver Chen", "oliver.chen"),
            ("Priscilla Moreau", "p.moreau"),
            ("Ravi Menon", "ravi.menon"),
            ("Siobhán Byrne", "siobhan.byrne"),
            ("Keiko Tanaka", "keiko.tanaka"),
            ("Eleanor Whitfield", "eleanor.whitfield"),
            ("Harbour Hotels Ltd", "purchasing.harbour"),
            ("Daniel Novak", "daniel.novak"),
            ("Ingrid Dahl", "ingrid.dahl"),
            ("Zoë Clarke", "zoe.clarke"),
            ("Marcus Reid", "marcus.reid"),
        ],
        Language::German => &[
            ("Mara Schmidt", "mara.schmidt"),
            ("Finn Petersen", "finn.petersen"),
            ("Jörg Krämer", "joerg.kraemer"),
            ("Brandt Architekten", "buero.brandt"),
            ("Lena Yılmaz", "lena.yilmaz"),
            ("Ute Groß", "ute.gross"),
            ("Matthias Vogel", "matthias.vogel"),
            ("Özgür Demir", "oezguer.demir"),
        ],
        Language::Spanish => &[
            ("Diego García", "diego.garcia"),
            ("Inés Castillo", "ines.castillo"),
            ("Carla Muñoz", "carla.munoz"),
            ("Andrés Peña", "andres.pena"),
            ("Lucía Ortega", "lucia.ortega"),
            ("Hugo Rosas", "hugo.rosas"),
        ],
        Language::Arabic => &[
            ("ليلى حداد", "layla.haddad"),
            ("عمر السيد", "omar.elsayed"),
            ("نور الدين", "nour.eldin"),
            ("ريم الخطيب", "reem.khatib"),
        ],
        Language::Italian => {
            &[("Giulia Rossi", "giulia.rossi"), ("Marco Bianchi", "marco.bianchi"), ("Elisa Conti", "elisa.conti")]
        }
        Language::Indonesian => &[
            ("Siti Rahmawati", "siti.rahmawati"),
            ("Budi Santoso", "budi.santoso"),
            ("Putri Anggraini", "putri.anggraini"),
        ],
    }
}
