//! Folding: what readers take for the same is made the same.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// A text without case, width, accents, vowel marks and what nobody sees.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let (ignorable, mut last) = (CodePointSetData::new::<DefaultIgnorableCodePoint>(), ' ');
    let mut plain = String::with_capacity(text.len());
    for c in DecomposingNormalizerBorrowed::new_nfkd().normalize(text).chars() {
        if ignorable.contains(c) || is_accent(c, last) {
            continue;
        }
        match letters_of(c) {
            Some(letters) => plain.push_str(letters),
            None => match digit(c) {
                Some(digit) => plain.push(digit),
                None => plain.extend(c.to_lowercase()),
            },
        }
        last = c;
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(&plain).into_owned()
}

/// Whether it is a mark that readers do without, after the letter before it. Marks that make another letter (й, ї, が, the
/// vowel signs of India) stay.
fn is_accent(c: char, letter: char) -> bool {
    match c {
        '\u{306}' => !matches!(letter, 'и' | 'И' | 'у' | 'У'),
        '\u{308}' => !matches!(letter, 'і' | 'І'),
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' => true,
        '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}' | '\u{483}'..='\u{487}' => true,
        // Hebrew vowel points and cantillation.
        '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' => true,
        // Arabic vowel marks, hamza above and below, tatweel.
        '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' => true,
        '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' => true,
        '\u{8d3}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}' => true,
        // Syriac vowels; the dot of letters India borrowed.
        '\u{711}' | '\u{730}'..='\u{74a}' | '\u{93c}' => true,
        _ => false,
    }
}

/// What is written for a letter where it is not at hand.
fn letters_of(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ħ' | 'Ħ' => "h",
        'ł' | 'Ł' => "l",
        'ŧ' | 'Ŧ' => "t",
        'ı' => "i",
        'ς' => "σ",
        'ٱ' => "ا",
        'ى' | 'ی' | 'ې' => "ي",
        'ة' | 'ہ' | 'ھ' | 'ە' | 'ۃ' => "ه",
        'ک' => "ك",
        _ => return None,
    })
}

/// Zeroes of the scripts with digits of their own; the other digits follow.
const ZEROES: [u32; 20] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
    0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810,
];

fn digit(c: char) -> Option<char> {
    let value = ZEROES.iter().filter_map(|zero| u32::from(c).checked_sub(*zero)).find(|value| *value < 10)?;
    char::from_digit(value, 10)
}

/// Whether it is a mark, which belongs to the letter before it.
pub(super) fn is_mark(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    matches!(category, GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark)
}
