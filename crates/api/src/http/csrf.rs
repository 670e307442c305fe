//! Requests that another site makes a browser send (CSRF). A cookie comes along with them unasked; a page of ours proves
//! itself by what only it can do.
//!
//! Browsers say where a request comes from (Fetch Metadata; older ones, in `Origin`), and a page that can read answers
//! knows the token of its session. A write with a cookie needs both.

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderName, ORIGIN};
use actix_web::http::uri::Authority;

use super::code::Code;
use super::problem::{Problem, Result};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Whose page sent a request, as the browser tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    Own,
    Foreign,
    /// No browser, or one that does not tell.
    Unknown,
}

impl Sender {
    fn of(request: &HttpRequest) -> Self {
        let text = |name: &HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
        match (text(&SEC_FETCH_SITE), text(&ORIGIN)) {
            // `none`: the user asked for it, as by a bookmark.
            (Some("same-origin" | "none"), _) => Self::Own,
            (Some(_), _) => Self::Foreign,
            (None, Some(origin)) => {
                let host = text(&HOST).or_else(|| request.uri().authority().map(Authority::as_str));
                if host.is_some_and(|host| is_origin_of(origin, host)) { Self::Own } else { Self::Foreign }
            }
            (None, None) => Self::Unknown,
        }
    }
}

/// Whether an origin such as `https://hr.example.com` is that of a host such as `hr.example.com`. The scheme is left out:
/// behind a proxy nobody knows it here.
fn is_origin_of(origin: &str, host: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

/// Refuses a write that came with a cookie unless a page of ours sent it, with its session's token.
pub(super) fn check_write(request: &HttpRequest, is_token: impl FnOnce(&str) -> bool) -> Result<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    let token = request.headers().get(&X_CSRF_TOKEN).and_then(|value| value.to_str().ok());
    if Sender::of(request) == Sender::Own && token.is_some_and(is_token) { Ok(()) } else { Err(Code::Csrf.into()) }
}

/// Refuses a sign-in that another site's page sends: it would sign its visitor in as somebody else.
pub(super) fn check_sign_in(request: &HttpRequest) -> Result<()> {
    if Sender::of(request) == Sender::Foreign { Err(Problem::new(Code::Csrf)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use actix_web::test::TestRequest;

    use super::*;

    fn request(headers: &[(&'static str, &'static str)]) -> TestRequest {
        headers.iter().fold(TestRequest::post(), |request, header| request.insert_header(*header))
    }

    #[test]
    fn the_sender_is_known_by_what_browsers_say() {
        for (headers, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], Sender::Own),
            (&[("sec-fetch-site", "none")], Sender::Own),
            (&[("sec-fetch-site", "same-site")], Sender::Foreign),
            (&[("sec-fetch-site", "cross-site")], Sender::Foreign),
            (&[("sec-fetch-site", "")], Sender::Foreign),
            (
                &[("sec-fetch-site", "cross-site"), ("origin", "https://hr.example"), ("host", "hr.example")],
                Sender::Foreign,
            ),
            (&[("origin", "https://hr.example"), ("host", "hr.example")], Sender::Own),
            (&[("origin", "http://localhost:8000"), ("host", "localhost:8000")], Sender::Own),
            (&[("origin", "http://localhost:3000"), ("host", "localhost:8000")], Sender::Foreign),
            (&[("origin", "https://evil.example"), ("host", "hr.example")], Sender::Foreign),
            (&[("origin", "https://hr.example.evil.example"), ("host", "hr.example")], Sender::Foreign),
            (&[("origin", "null"), ("host", "hr.example")], Sender::Foreign),
            (&[("host", "hr.example")], Sender::Unknown),
        ] {
            assert_eq!(Sender::of(&request(headers).to_http_request()), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_write_needs_both_proofs_and_a_read_none() {
        const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
        const TOKEN: (&str, &str) = ("x-csrf-token", "good");
        for (headers, is_fine) in [
            (&[OWN, TOKEN][..], true),
            (&[OWN], false),
            (&[TOKEN], false),
            (&[], false),
            (&[OWN, ("x-csrf-token", "bad")], false),
            (&[("sec-fetch-site", "same-site"), TOKEN], false),
        ] {
            for method in [Method::POST, Method::PATCH, Method::PUT, Method::DELETE] {
                let request = request(headers).method(method).to_http_request();
                assert_eq!(check_write(&request, |token| token == "good").is_ok(), is_fine, "{headers:?}");
            }
            let read = request(headers).method(Method::GET).to_http_request();
            assert!(check_write(&read, |_| false).is_ok());
        }
    }

    #[test]
    fn a_sign_in_is_refused_to_other_sites_alone() {
        let check =
            |headers: &[(&'static str, &'static str)]| check_sign_in(&request(headers).to_http_request()).is_ok();
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(check(&[]), "what is no browser has no other site's pages");
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("origin", "https://evil.example"), ("host", "hr.example")]));
    }
}
