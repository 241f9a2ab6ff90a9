//! What a desk's people write, and what somebody looks for in it: words as unequally common as words are, in several
//! scripts, always the same for the same number.

/// Different words of a script.
const WORDS: u64 = 20_000;

/// What somebody types: words common and rare, several at once, names, addresses, numbers and several scripts.
pub(super) fn typed() -> Vec<String> {
    let mut typed: Vec<String> = [1, 2, 5, 30, 200, 1500, 9000, 19_000].into_iter().map(latin).collect();
    let person = name(4711);
    typed.extend(
        [
            // Nearly everybody ends with these.
            "kind regards",
            "freundlichen Grüßen",
            "examplary",
            "INV-2024-000117",
            "00117",
            "TKT-004711",
            "#4711",
            "123456",
            "+39 06 555 4711",
            "zzz",
        ]
        .map(str::to_owned),
    );
    typed.extend([
        format!("{} {}", latin(3), latin(700)),
        format!("{} {} {}", latin(2), latin(4), latin(40)),
        format!("{} {}", latin(11_000), latin(1)),
        address(&person, 4711),
        person,
        han(1, 3),
        han(500, 3),
        cyrillic(10),
        cyrillic(3000),
        thai(2),
        thai(900),
    ]);
    typed
}

/// A number that is small more often than large, as ranks of words are.
fn rank(n: u64, most: u64) -> u64 {
    let random = (mix(n) >> 11) as f64 / (1_u64 << 53) as f64;
    (most as f64).powf(random) as u64
}

/// A number that depends on `n` and looks random (SplitMix64).
const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

fn word(rank: u64, syllables: &[&str]) -> String {
    let (mut rest, mut word) = (mix(rank) % (syllables.len() as u64).pow(4), String::new());
    for _ in 0..2 + rank % 3 {
        word.push_str(syllables[(rest % syllables.len() as u64) as usize]);
        rest /= syllables.len() as u64;
    }
    word
}

fn latin(rank: u64) -> String {
    const SYLLABLES: [&str; 24] = [
        "an", "be", "con", "de", "er", "fa", "gra", "hi", "in", "ko", "la", "mo", "ne", "or", "pa", "qu", "re", "sta",
        "ti", "un", "ver", "wi", "ya", "zü",
    ];
    word(rank, &SYLLABLES)
}

fn cyrillic(rank: u64) -> String {
    const SYLLABLES: [&str; 12] = ["за", "каз", "не", "при", "ход", "ит", "про", "ве", "рь", "оп", "ла", "тё"];
    word(rank, &SYLLABLES)
}

fn thai(rank: u64) -> String {
    const SYLLABLES: [&str; 12] = ["กา", "ร", "สั่ง", "ซื้อ", "ไม่", "ได้", "รับ", "เงิน", "คืน", "ส่ง", "ของ", "แล้ว"];
    word(rank, &SYLLABLES)
}

fn han(rank: u64, signs: u64) -> String {
    (0..signs).filter_map(|n| char::from_u32(0x4e00 + (mix(rank * 7 + n) % 2500) as u32)).collect()
}

/// Somebody's name.
pub(super) fn name(n: u64) -> String {
    format!("{} {}", latin(100 + n % 3000), latin(5000 + n % 8000))
}

/// Somebody's address.
pub(super) fn address(name: &str, n: u64) -> String {
    format!("{}{n}@mail{}.example.com", name.replace(' ', "."), n % 50)
}

/// Somebody's number.
pub(super) fn phone(n: u64) -> String {
    format!("+39 06 555 {n:05}")
}

/// So many words, of a script that depends on `n`, and perhaps how people end a letter.
pub(super) fn text(n: u64, words: u64) -> String {
    let mut text = String::new();
    for at in 0..words {
        let rank = rank(n * 131 + at, WORDS);
        match n % 10 {
            7 => text.push_str(&thai(rank)),
            8 => text.push_str(&cyrillic(rank)),
            9 => {
                text.push_str(&han(rank, 3));
                continue;
            }
            _ => text.push_str(&latin(rank)),
        }
        text.push(' ');
    }
    if n.is_multiple_of(7) {
        text.push_str(&format!("INV-2024-{:06} ", n % 400_000));
    }
    match n % 10 {
        0..=4 if words > 20 => text.push_str("Kind regards"),
        5 | 6 if words > 20 => text.push_str("Mit freundlichen Grüßen"),
        _ => {}
    }
    text
}
