//! An authenticator app.

use aws_lc_rs::hmac;
use jiff::Timestamp;

/// What it shows (RFC 6238).
pub(crate) fn code(secret: &str, now: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(secret));
    let tag = hmac::sign(&key, &(now.as_second() / 30).to_be_bytes());
    let digest = tag.as_ref();
    let start = usize::from(digest[19] & 0xf);
    let number = u32::from_be_bytes(digest[start..start + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn base32(text: &str) -> Vec<u8> {
    let values = text.chars().map(|letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap());
    let bits: Vec<usize> = values.flat_map(|value| (0..5).rev().map(move |bit| value >> bit & 1)).collect();
    let byte = |bits: &[usize]| bits.iter().fold(0, |byte, bit| byte << 1 | bit);
    bits.chunks_exact(8).map(|bits| u8::try_from(byte(bits)).unwrap()).collect()
}
