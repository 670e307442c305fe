//! What a browser's cookie holds, and the token that tells its own pages from others'.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use scheduling_domain::session::SessionKey;

use super::keys::{TokenKeys, mac};
use super::opaque_token::OpaqueToken;
use crate::app::App;

impl TokenKeys {
    /// The token as a cookie holds it: signed, so that no look-up is made for what is not ours.
    pub(super) fn cookie(&self, token: &OpaqueToken) -> String {
        format!("{}.{}", token.text, URL_SAFE_NO_PAD.encode(mac(&self.current.cookies, &token.text)))
    }

    /// The token that a cookie of ours holds.
    pub(super) fn open_cookie(&self, cookie: &str) -> Option<OpaqueToken> {
        let (token, signature) = cookie.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let is_ours = |key: &super::keys::Key| key.cookies.clone().chain_update(token).verify_slice(&signature).is_ok();
        self.all().any(is_ours).then_some(())?;
        OpaqueToken::parse(token)
    }

    pub(super) fn csrf_token(&self, token: &OpaqueToken) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.current.csrf, &token.text))
    }

    fn is_csrf_token(&self, token: &OpaqueToken, claimed: &str) -> bool {
        let Ok(claimed) = URL_SAFE_NO_PAD.decode(claimed) else {
            return false;
        };
        self.all().any(|key| key.csrf.clone().chain_update(&token.text).verify_slice(&claimed).is_ok())
    }
}

impl OpaqueToken {
    /// Where the session store keeps what the token opens.
    pub(super) fn key(&self) -> SessionKey {
        SessionKey(self.hash())
    }
}

/// The token that writes with this cookie must bring along. It follows from the session, so a page can ask for it at any
/// time, and a page of another site can neither ask for it nor guess it.
pub fn csrf_token(app: &App, cookie: &str) -> Option<String> {
    Some(app.tokens.csrf_token(&app.tokens.open_cookie(cookie)?))
}

/// Whether `claimed` is the token that writes with this cookie must bring along.
pub fn is_csrf_token(app: &App, cookie: &str, claimed: &str) -> bool {
    app.tokens.open_cookie(cookie).is_some_and(|token| app.tokens.is_csrf_token(&token, claimed))
}

#[cfg(test)]
mod tests {
    use scheduling_domain::id::{OrganizationId, TypedId};

    use super::*;

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];

    fn token() -> OpaqueToken {
        OpaqueToken::try_new(OrganizationId::try_new(3).unwrap()).unwrap()
    }

    fn opened(keys: &TokenKeys, cookie: &str) -> Option<String> {
        keys.open_cookie(cookie).map(|token| token.text)
    }

    #[test]
    fn a_cookie_reads_back_as_long_as_its_secret_is_named() {
        let token = token();
        let cookie = TokenKeys::try_new(&OLD).unwrap().cookie(&token);
        let rotated = TokenKeys::try_new(&NEW).unwrap().with_previous(&OLD).unwrap();
        assert_eq!(opened(&rotated, &cookie), Some(token.text));
        assert_eq!(opened(&TokenKeys::try_new(&NEW).unwrap(), &cookie), None);
    }

    #[test]
    fn what_is_not_ours_opens_nothing() {
        let keys = TokenKeys::try_new(&NEW).unwrap();
        let (token, other) = (token(), token());
        let cookie = keys.cookie(&token);
        let (_, signature) = cookie.rsplit_once('.').unwrap();
        for forged in
            ["", ".", "a.b.c", &token.text, &format!("{}.", token.text), &format!("{}.{signature}", other.text)]
        {
            assert_eq!(opened(&keys, forged), None, "{forged}");
        }
    }

    #[test]
    fn a_csrf_token_belongs_to_one_session_and_is_no_signature_of_its_cookie() {
        let keys = TokenKeys::try_new(&NEW).unwrap();
        let (token, other) = (token(), token());
        let csrf = keys.csrf_token(&token);
        assert!(keys.is_csrf_token(&token, &csrf));
        assert!(!keys.is_csrf_token(&other, &csrf));
        assert!(!keys.is_csrf_token(&token, keys.cookie(&token).rsplit_once('.').unwrap().1));
        assert!(!keys.is_csrf_token(&token, ""));
        let rotated = TokenKeys::try_new(&OLD).unwrap().with_previous(&NEW).unwrap();
        assert!(rotated.is_csrf_token(&token, &csrf), "pages that are open go on");
    }
}
