//! The cookie by which a device that has signed in before is known at its next sign-in. It opens nothing.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::schema::Apiv2Schema;
use scheduling_app::auth::KNOWN_DEVICE;

use super::problem::Problem;

/// Over an encrypted connection the name says that no other host may have set it.
const NAMES: [&str; 2] = ["__Host-hr_device", "hr_device"];

/// The device that asks.
#[derive(Debug, Clone)]
pub struct Device {
    /// What it was given at an earlier sign-in.
    pub token: Option<String>,
    is_encrypted: bool,
}

impl Device {
    /// The `Set-Cookie` header that gives it `token`.
    pub fn cookie(&self, token: &str) -> String {
        let [host, plain] = NAMES;
        let (name, secure) = if self.is_encrypted { (host, "; Secure") } else { (plain, "") };
        let seconds = KNOWN_DEVICE.as_secs();
        format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
    }
}

impl FromRequest for Device {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
        let mut cookies = headers.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let token = cookies.find(|(name, _)| NAMES.contains(name)).map(|(_, token)| token.to_owned());
        ready(Ok(Self { token, is_encrypted: request.connection_info().scheme() == "https" }))
    }
}

impl Apiv2Schema for Device {}

impl OperationModifier for Device {}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn device(request: TestRequest) -> Device {
        Device::extract(&request.to_http_request()).await.unwrap()
    }

    #[actix_web::test]
    async fn a_device_shows_what_it_was_given() {
        let cookies = |text: &'static str| TestRequest::get().insert_header((header::COOKIE, text));
        assert_eq!(device(cookies("a=1; hr_device=token; b=2")).await.token.as_deref(), Some("token"));
        assert_eq!(device(cookies("__Host-hr_device=token")).await.token.as_deref(), Some("token"));
        assert_eq!(device(cookies("xhr_device=token; hr_device")).await.token, None);
        assert_eq!(device(TestRequest::get()).await.token, None);
    }

    #[actix_web::test]
    async fn the_cookie_is_for_this_host_alone() {
        let plain = device(TestRequest::get()).await.cookie("token");
        assert_eq!(plain, "hr_device=token; Path=/; Max-Age=15552000; HttpOnly; SameSite=Strict");
        let encrypted = TestRequest::get().insert_header((header::X_FORWARDED_PROTO, "https"));
        let encrypted = device(encrypted).await.cookie("token");
        assert_eq!(encrypted, "__Host-hr_device=token; Path=/; Max-Age=15552000; HttpOnly; SameSite=Strict; Secure");
    }
}
