//! Passwords as people type them.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A password as someone typed it. It is wiped when dropped, and `Debug` hides it.
///
/// Keyboards write one text in several ways; all of them become the same password, as RFC 8265 §4.2.2 has it: composed
/// (NFC), with every kind of space as a plain one.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The fewest characters of a new password.
    pub const MIN_CHARS: usize = 15;
    /// The fewest characters of a new password beside a second factor.
    pub const MIN_CHARS_WITH_SECOND_FACTOR: usize = 8;
    /// The most characters of any password.
    pub const MAX_CHARS: usize = 128;

    /// Takes what was typed.
    pub fn new(text: impl Into<String>) -> Self {
        let typed = Zeroizing::new(text.into());
        Self(Zeroizing::new(typed.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect()))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// How many characters it has.
    pub(super) fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

/// The separators of Unicode's category Zs.
fn is_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_password_is_the_same_however_it_was_typed() {
        for (typed, same) in [("Zu\u{308}rich im Mai", "Z\u{fc}rich im Mai"), ("正确\u{3000}的马", "正确 的马")]
        {
            assert_eq!(Password::new(typed), Password::new(same));
        }
        assert_ne!(Password::new("Password"), Password::new("password"));
        assert_ne!(Password::new("ﬁsh"), Password::new("fish"), "compatibility forms differ");
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(format!("{:?}", Password::new("secret")), "Password(***)");
    }
}
