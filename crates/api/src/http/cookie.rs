//! The cookie of a browser's session.

use actix_web::http::header::{COOKIE, HeaderMap};

/// What the cookie is called and how a browser is to guard it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCookie {
    is_secure: bool,
}

impl SessionCookie {
    /// With `is_secure`, browsers send it over TLS alone, and the prefix of its name makes them refuse one that another
    /// host or a plain connection sets (RFC 6265bis §4.1.3).
    pub fn new(is_secure: bool) -> Self {
        Self { is_secure }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        if self.is_secure { "__Host-hr_session" } else { "hr_session" }
    }

    /// What the request's cookie holds.
    pub(super) fn read(self, headers: &HeaderMap) -> Option<String> {
        let pairs = headers.get_all(COOKIE).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
        let mut named = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == self.name());
        named.next().map(|(_, value)| value.to_owned())
    }

    /// The `Set-Cookie` that hands out a session; until the browser is closed where no age is given.
    pub fn set(self, value: &str, max_age_seconds: Option<i64>) -> String {
        let age = max_age_seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        format!("{}={value}; Path=/{age}; HttpOnly; SameSite=Lax{}", self.name(), self.secure())
    }

    /// The `Set-Cookie` that takes it back.
    pub fn clear(self) -> String {
        self.set("", Some(0))
    }

    fn secure(self) -> &'static str {
        if self.is_secure { "; Secure" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_attributes_are_exactly_these() {
        let (development, production) = (SessionCookie::new(false), SessionCookie::new(true));
        assert_eq!(development.set("v", None), "hr_session=v; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(production.set("v", None), "__Host-hr_session=v; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(
            production.set("v", Some(2_592_000)),
            "__Host-hr_session=v; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(development.clear(), "hr_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn the_cookie_is_found_among_others_by_its_whole_name() {
        let read = |is_secure, lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(COOKIE, HeaderValue::from_static(line));
            }
            SessionCookie::new(is_secure).read(&headers)
        };
        assert_eq!(read(false, &["a=1; hr_session=x.y; b=2"]).as_deref(), Some("x.y"));
        assert_eq!(read(false, &["a=1", "hr_session=x"]).as_deref(), Some("x"));
        assert_eq!(read(true, &["hr_session=planted; __Host-hr_session=x"]).as_deref(), Some("x"));
        assert_eq!(read(true, &["hr_session=planted"]), None);
        assert_eq!(read(false, &["xhr_session=x; hr_session"]), None);
        assert_eq!(read(false, &[]), None);
    }
}
