//! What a new password must be (NIST SP 800-63B-4 §3.1.1.2, OWASP ASVS 5.0 V6.2): long, and not what a guesser tries
//! first. There are no rules of composition.

use std::collections::HashSet;
use std::sync::LazyLock;

use scheduling_domain::fault::Fault;
use scheduling_domain::user::User;

use super::Password;

/// Our own names, which guessers try like those of the account.
const PRODUCT: [&str; 4] = ["hr-scheduling", "hrscheduling", "hr scheduling", "人力资源调度系统"];

/// Passwords that many people have, in lower case.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// What is wrong with `password` as a new one of `user`, at `pointer`.
pub fn password_fault(password: &Password, user: &User, has_second_factor: bool, pointer: &str) -> Option<Fault> {
    let least = if has_second_factor { Password::MIN_CHARS_WITH_SECOND_FACTOR } else { Password::MIN_CHARS };
    let length = password.chars();
    let text = password.text().to_lowercase();
    if length < least {
        Some(Fault::new(pointer, "too_short").with("min", least).with("actual", length))
    } else if length > Password::MAX_CHARS {
        Some(Fault::new(pointer, "too_long").with("max", Password::MAX_CHARS).with("actual", length))
    } else if text.chars().any(char::is_control) {
        Some(Fault::new(pointer, "control_character"))
    } else if is_common(&text) {
        Some(Fault::new(pointer, "common_password"))
    } else if is_about(&text, user) {
        Some(Fault::new(pointer, "predictable_password"))
    } else {
        None
    }
}

/// Whether many people have it, alone or again and again, with or without digits and marks behind it.
fn is_common(text: &str) -> bool {
    let stem = text.trim_end_matches(|c: char| !c.is_alphabetic());
    [text, stem].into_iter().any(|text| {
        let unit = repeated_unit(text);
        COMMON.contains(text)
            || COMMON.contains(unit)
            || (unit.len() < text.len() && unit.chars().count() < Password::MIN_CHARS_WITH_SECOND_FACTOR)
    })
}

/// The shortest text of which this is a repetition; the text itself when it repeats nothing.
fn repeated_unit(text: &str) -> &str {
    let chars: Vec<char> = text.chars().collect();
    let repeats = |period: &usize| chars.iter().zip(chars.iter().skip(*period)).all(|(one, next)| one == next);
    let period = (1..=chars.len() / 2).find(repeats).unwrap_or(chars.len());
    text.char_indices().nth(period).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Whether too little is left once the names of the account and of the product are taken out.
fn is_about(text: &str, user: &User) -> bool {
    let email = user.email.to_lowercase();
    let (username, full_name) = (user.username.to_lowercase(), user.full_name.to_lowercase());
    let mut words = vec![email.as_str(), username.as_str(), full_name.as_str()];
    words.extend(email.split(['@', '.']));
    words.extend(full_name.split_whitespace());
    words.extend(PRODUCT);
    words.retain(|word| word.chars().count() >= 2);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.into_iter().fold(text.to_owned(), |rest, word| rest.replace(word, ""));
    rest.len() < text.len() && rest.chars().count() < Password::MIN_CHARS_WITH_SECOND_FACTOR
}

#[cfg(test)]
mod tests {
    use scheduling_domain::user::Role;

    use super::*;

    fn ada() -> User {
        User {
            username: "ada.lovelace".to_owned(),
            email: "countess@example.com".to_owned(),
            full_name: "Ada Lovelace 王芳".to_owned(),
            role: Role::Employee,
            team_ids: Vec::new(),
            is_active: true,
        }
    }

    fn fault(text: &str, has_second_factor: bool) -> Option<&'static str> {
        password_fault(&Password::new(text), &ada(), has_second_factor, "/password").map(|fault| fault.code)
    }

    #[test]
    fn length_is_what_makes_a_password_strong() {
        for (text, without, with) in [
            ("seven c", Some("too_short"), Some("too_short")),
            ("eight ch", Some("too_short"), None),
            ("fourteen chars", Some("too_short"), None),
            ("fifteen chars !", None, None),
            ("月亮照在窗前的地上像一层白霜吗", None, None),
            (&"long words, ".repeat(11), Some("too_long"), Some("too_long")),
            ("a bell \u{7} in the text", Some("control_character"), Some("control_character")),
        ] {
            assert_eq!((fault(text, false), fault(text, true)), (without, with), "{text}");
        }
    }

    #[test]
    fn there_are_no_rules_of_composition() {
        for text in
            ["only lower case letters", "ONLY UPPER CASE LETTERS", "8391 0275 6640 1938", "correct horse battery"]
        {
            assert_eq!(fault(text, false), None, "{text}");
        }
    }

    #[test]
    fn what_many_people_have_is_refused() {
        for text in [
            "password",
            "PassWord",
            "trustno1",
            "Password2024!",
            "aaaaaaaaaaaaaaaa",
            "passwordpassword",
            "123123123123123123",
            "qwertyuiop1234567890!",
        ] {
            assert_eq!(fault(text, true), Some("common_password"), "{text}");
        }
        assert!(COMMON.len() > 10_000, "{}", COMMON.len());
        assert!(COMMON.iter().all(|text| text.chars().count() >= 8 && *text == text.to_lowercase()));
    }

    #[test]
    fn what_everybody_knows_of_the_account_is_refused() {
        for text in [
            "Ada.Lovelace.2026",
            "countess@example.com1",
            "HR-Scheduling 2026",
            "王芳王芳ada lovelace",
            "ada-countess-ada",
        ] {
            assert_eq!(fault(text, true), Some("predictable_password"), "{text}");
        }
        assert_eq!(fault("ada keeps bees in autumn", false), None, "there is enough beside the name");
    }
}
