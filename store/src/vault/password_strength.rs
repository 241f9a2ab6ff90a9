//! Which passwords are taken. One that cannot be guessed soon is a type of its own, so that no way in sets another.

use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::{Score, zxcvbn};

/// The most bytes of a password: hashing takes as long as it is.
pub(super) const MOST_BYTES: usize = 1024;

/// A password that cannot be guessed soon, in the one form (NFKC) it has on every keyboard.
#[derive(Clone)]
pub struct StrongPassword(String);

/// A password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// It is too short.
    #[error("needs at least {least} characters")]
    TooShort {
        /// The fewest characters.
        least: usize,
    },
    /// It is too long.
    #[error("may have at most {MOST_BYTES} bytes")]
    TooLong,
    /// It is soon guessed.
    #[error("is too easy to guess{}", why.as_deref().map(|why| format!(": {why}")).unwrap_or_default())]
    Guessable {
        /// What makes it so, in English, if that can be said.
        why: Option<String>,
    },
}

impl WeakPassword {
    /// The stable code of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong => "too_long",
            Self::Guessable { .. } => "too_easy",
        }
    }
}

impl StrongPassword {
    /// Takes a password of at least `least` characters which is not soon guessed by somebody who knows what it is `about`:
    /// the person's name and address, the organisation. Blanks count as they are. Takes milliseconds.
    ///
    /// # Errors
    /// [`WeakPassword`] says why not.
    pub fn check(text: &str, least: usize, about: &[&str]) -> Result<Self, WeakPassword> {
        if text.len() > MOST_BYTES {
            return Err(WeakPassword::TooLong);
        }
        let text = normal(text);
        if text.chars().count() < least {
            return Err(WeakPassword::TooShort { least });
        }
        let parts = about.iter().flat_map(|known| known.split(|c: char| !c.is_alphanumeric()));
        let known: Vec<&str> = about.iter().copied().chain(parts).filter(|known| known.chars().count() > 2).collect();
        let estimate = zxcvbn(&text, &known);
        if estimate.score() < Score::Three {
            let why = estimate.feedback().and_then(|feedback| feedback.warning()).map(|why| why.to_string());
            return Err(WeakPassword::Guessable { why: why.map(|why| why.trim_end_matches('.').to_owned()) });
        }
        Ok(Self(text))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for StrongPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StrongPassword")
    }
}

/// The form in which passwords are compared: `é` is one whether typed as one character or two.
pub(super) fn normal(text: &str) -> String {
    text.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: [&str; 3] = ["Anneliese Wernersbach", "wernersbach@fahrradhaus.example.com", "Fahrradhaus Meisenbach"];

    fn code(text: &str) -> Option<&'static str> {
        StrongPassword::check(text, 12, &ABOUT).err().map(|weak| weak.code())
    }

    #[test]
    fn what_is_soon_guessed_is_not_taken() {
        for weak in [
            "            ",
            "password1234",
            "Password1234!",
            "123456789012",
            "qwertzuiop12",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "Wernersbach1",
            "Meisenbach2026",
            "anneliesewernersbach",
        ] {
            assert_eq!(code(weak), Some("too_easy"), "{weak:?}");
        }
        for strong in
            ["correct horse battery staple", "violet-otter-canal-93", "Zug um Zug, 14 Uhr", "тихая вода камень точит"]
        {
            assert_eq!(code(strong), None, "{strong:?}");
        }
    }

    #[test]
    fn length_counts_characters_however_they_are_typed() {
        let (composed, decomposed) = ("zé-wurm-ölfê", "ze\u{301}-wurm-o\u{308}lfe\u{302}");
        assert_eq!(composed.chars().count(), 12);
        assert_eq!(code(composed), None);
        let of = |text| StrongPassword::check(text, 12, &[]).map(|password| password.0);
        assert_eq!(of(composed), of(decomposed));
        // Eleven characters, though fourteen code points.
        assert_eq!(code(&decomposed[1..]), Some("too_short"));
        assert_eq!(code(&"ab1!".repeat(257)), Some("too_long"));
        let weak = StrongPassword::check("short", 12, &[]).expect_err("is refused").to_string();
        assert_eq!(weak, "needs at least 12 characters");
    }
}
