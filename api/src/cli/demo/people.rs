//! Who works at the demonstration desk, who asks it for help, and about what.

/// Agents: name, address, departments by index, skills.
pub(super) const AGENTS: [(&str, &str, &[usize], &[&str]); 6] = [
    ("Amara Okafor", "amara@example.com", &[0, 1], &["english", "returns"]),
    ("Luca Ferri", "luca@example.com", &[1], &["italian", "english", "billing"]),
    ("Sofía Reyes", "sofia@example.com", &[0, 2], &["spanish", "english"]),
    ("Jonas Weber", "jonas@example.com", &[2], &["german", "english", "hardware"]),
    ("Priya Nair", "priya@example.com", &[2], &["english", "hardware", "software"]),
    ("Dewi Lestari", "dewi@example.com", &[0, 1], &["indonesian", "english"]),
];

/// Departments: name, purpose.
pub(super) const DEPARTMENTS: [(&str, &str); 3] = [
    ("Orders", "Where an order is, and how it comes back"),
    ("Billing", "Invoices, payments, refunds"),
    ("Technical", "When something does not work"),
];

/// Customers' first and last names.
pub(super) const FIRST: [&str; 16] = [
    "Mara", "Tom", "Aisha", "Ben", "Carla", "Diego", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jakob", "Keiko", "Lena",
    "Malik", "Nora",
];
/// See [`FIRST`].
pub(super) const LAST: [&str; 12] = [
    "Schmidt", "Rossi", "García", "Haddad", "Novak", "Larsen", "Moreau", "Silva", "Tanaka", "Walker", "Yilmaz", "Putri",
];

/// What a ticket is about: subject, description, category, department by index, priority by index (low to urgent).
pub(super) const REQUESTS: [(&str, &str, &str, usize, usize); 12] = [
    (
        "Parcel has not arrived",
        "The tracking has said \"in transit\" for nine days. Can you find out where my parcel is?",
        "delivery",
        0,
        1,
    ),
    (
        "Wrong size delivered",
        "I ordered a medium and got a small. I would like to exchange it, please.",
        "returns",
        0,
        1,
    ),
    (
        "Charged twice",
        "My card statement shows the same amount twice on the same day. Please refund one of them.",
        "billing",
        1,
        2,
    ),
    (
        "Invoice without VAT number",
        "Our accountant needs the VAT number of our company on the invoice. Can you issue it again?",
        "billing",
        1,
        0,
    ),
    (
        "Cannot sign in",
        "The page says my password is wrong, and the reset mail does not come, not even into spam.",
        "account",
        2,
        2,
    ),
    (
        "Screen stays black",
        "Since yesterday's update the display stays black after the logo. I have tried another cable.",
        "technical",
        2,
        2,
    ),
    (
        "Shop is down for all our stores",
        "None of our eleven stores can take orders since eight this morning. We lose money every minute.",
        "technical",
        2,
        3,
    ),
    (
        "How do I change my address?",
        "I have moved. Where do I change the delivery address for orders that are not shipped yet?",
        "account",
        0,
        0,
    ),
    (
        "Refund not received",
        "You confirmed the refund two weeks ago, but nothing has arrived on my account.",
        "billing",
        1,
        2,
    ),
    (
        "Missing screws in the box",
        "The bag with the screws (part C) was not in the box, so I cannot put the shelf together.",
        "returns",
        0,
        1,
    ),
    (
        "Battery gets hot",
        "While charging, the device gets so hot that I cannot hold it. Is that normal?",
        "technical",
        2,
        3,
    ),
    ("Thank you, and a wish", "Everything works. It would be lovely if the app had a dark mode.", "feedback", 2, 0),
];

/// What agents answer.
pub(super) const ANSWERS: [&str; 6] = [
    "Thank you for writing to us, and sorry for the trouble. I am looking into it and will be back to you today.",
    "I have checked this with the warehouse. Could you tell me the number printed below the bar code?",
    "I have arranged this for you; you will get a confirmation by mail within the hour.",
    "This is a known problem. We are working on it, and I will write to you as soon as it is solved.",
    "The amount is on its way back to you. Depending on your bank it takes two to four days.",
    "Could you try once more, please, and tell me exactly what you see on the screen?",
];

/// What customers answer.
pub(super) const REPLIES: [&str; 5] = [
    "Thank you for the quick answer! The number is 4006381333931.",
    "I have tried that, but nothing changed.",
    "It works now, great. Thank you very much!",
    "Is there any news on this?",
    "I do not have that number any more. Is there another way?",
];

/// What agents note among themselves.
pub(super) const NOTES: [&str; 3] = [
    "Has had the same problem in March; see the earlier ticket before offering anything.",
    "Warehouse says the batch is faulty. Replacement approved by Amara.",
    "Very friendly on the phone. A voucher would be a nice touch.",
];

/// How chats begin.
pub(super) const QUESTIONS: [&str; 5] = [
    "Hello, is the blue one available in size 42?",
    "Hi! How long does delivery to Spain take?",
    "I cannot find my invoice, can you help me?",
    "My discount code is not accepted.",
    "Can I still change my order from this morning?",
];
