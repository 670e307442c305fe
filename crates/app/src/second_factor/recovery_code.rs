//! Recovery codes: each signs in once in the place of a code of the time.

use sha2::{Digest, Sha256};

use crate::auth::hex;

/// How many there are.
const COUNT: usize = 10;
/// Letters and digits that nobody mistakes for one another: 5 bits each. 24 of them cannot be guessed, so that a plain
/// digest hides them (NIST SP 800-63B-4 §3.1.2.2).
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
const GROUPS: usize = 4;
const GROUP_LENGTH: usize = 6;

/// New ones, as they are shown once.
pub(super) fn new_codes() -> Result<Vec<String>, getrandom::Error> {
    (0..COUNT).map(|_| new_code()).collect()
}

fn new_code() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; GROUPS * GROUP_LENGTH];
    getrandom::fill(&mut bytes)?;
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    let groups: Vec<String> = letters.chunks(GROUP_LENGTH).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

/// What people add to or leave out of a code when they type it.
pub(super) fn plain(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

/// What the store keeps of a code.
pub(super) fn hash(plain: &str) -> String {
    hex(&Sha256::digest(plain.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_read_back_however_they_are_typed() {
        let codes = new_codes().unwrap();
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(distinct.len(), COUNT);
        assert!(codes.iter().all(|code| plain(code).len() == GROUPS * GROUP_LENGTH));
        assert_eq!(plain(&codes[0].to_uppercase().replace('-', " ")), plain(&codes[0]));
    }
}
