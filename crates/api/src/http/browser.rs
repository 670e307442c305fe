//! A browser that signs in, or asks about its session.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::schema::Apiv2Schema;

use super::cookie::SessionCookie;
use super::csrf;
use super::problem::Problem;

/// The session cookie of a request, good or not, and how one is set.
#[derive(Debug, Clone)]
pub struct Browser {
    /// What the cookie holds, if the request has one.
    pub cookie: Option<String>,
    /// How it is set.
    pub jar: SessionCookie,
}

impl FromRequest for Browser {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(browser(request))
    }
}

fn browser(request: &HttpRequest) -> Result<Browser, Problem> {
    let jar = request.app_data::<SessionCookie>().copied();
    let jar = jar.ok_or_else(|| Problem::internal("nobody said how cookies are set"))?;
    Ok(Browser { cookie: jar.read(request.headers()), jar })
}

impl Apiv2Schema for Browser {}

impl OperationModifier for Browser {}

/// That no other site's page sent the request.
#[derive(Debug, Clone, Copy)]
pub struct OwnPage;

impl FromRequest for OwnPage {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(csrf::check_sign_in(request).map(|()| Self))
    }
}

impl Apiv2Schema for OwnPage {}

impl OperationModifier for OwnPage {}
