//! Codes of the time (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, a new one every 30 seconds. These are what every
//! authenticator app can make.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use jiff::Timestamp;
use zeroize::Zeroizing;

const STEP_SECONDS: i64 = 30;
const SECRET_BYTES: usize = 20;
const ISSUER: &str = "HR%20Scheduling";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// As many random bytes as the hash has (RFC 4226 §4).
pub(super) fn new_secret() -> Result<Zeroizing<Vec<u8>>, getrandom::Error> {
    let mut secret = Zeroizing::new(vec![0; SECRET_BYTES]);
    getrandom::fill(&mut secret)?;
    Ok(secret)
}

/// The step, among now, the last and the next, whose code this is, if it is after `last_step`. Clocks go wrong by as much.
pub(super) fn find_step(secret: &[u8], code: &str, last_step: i64, now: Timestamp) -> Option<i64> {
    let current = now.as_second().div_euclid(STEP_SECONDS);
    let is_code = |step: &i64| verify_slices_are_equal(code.as_bytes(), code_at(secret, *step).as_bytes()).is_ok();
    (current - 1..=current + 1).filter(|step| *step > last_step).find(is_code)
}

fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let digest = digest.as_ref();
    let start = digest.last().map_or(0, |last| usize::from(last & 0xf));
    let number = digest.iter().skip(start).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The secret as people type it (RFC 4648 §6, without padding).
pub(super) fn base32(secret: &[u8]) -> String {
    let mut text = String::with_capacity(secret.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in secret {
        bits = (bits << 8 | u32::from(*byte)) & 0xfff;
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(letter(bits >> held));
        }
    }
    if held > 0 {
        text.push(letter(bits << (5 - held)));
    }
    text
}

fn letter(bits: u32) -> char {
    BASE32.get(usize::try_from(bits & 31).unwrap_or(0)).map_or('A', |letter| char::from(*letter))
}

/// What an authenticator app reads from a picture.
pub(super) fn uri(username: &str, secret: &str) -> String {
    let username: String = username
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("otpauth://totp/{ISSUER}:{username}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SECRET, second / 30), code, "at {second}");
            assert_eq!(find_step(SECRET, code, 0, at(second)), Some(second / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours_and_never_after_a_newer_one() {
        let code = code_at(SECRET, 100);
        for (second, expected) in
            [(2_969, None), (2_970, Some(100)), (3_000, Some(100)), (3_059, Some(100)), (3_060, None)]
        {
            assert_eq!(find_step(SECRET, &code, 0, at(second)), expected, "at {second}");
        }
        assert_eq!(find_step(SECRET, &code, 100, at(3_000)), None);
        for wrong in ["", "12345", "1234567", "abcdef", "２８７０８２"] {
            assert_eq!(find_step(SECRET, wrong, 0, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_written_as_apps_read_them() {
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(
            uri("王 fang", "MZXW6"),
            "otpauth://totp/HR%20Scheduling:%E7%8E%8B%20fang?secret=MZXW6&issuer=HR%20Scheduling&algorithm=SHA1&digits=6&period=30"
        );
    }
}
