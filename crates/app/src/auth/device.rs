//! Devices that have signed in before: a token that says so (OWASP, "Slow Down Online Guessing Attacks with Device
//! Cookies"). It opens nothing; whoever has it takes tries from a pool that strangers cannot empty.

use jiff::SignedDuration;
use scheduling_domain::user::User;

use crate::app::App;

/// A device stays known for so long after its last sign-in.
pub const KNOWN_DEVICE: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The key of the log of whatever is called `identifier` in an organization, whether or not there is such an account.
pub(super) fn identifier_key(app: &App, organization: &str, identifier: &str) -> String {
    app.keys.digest("identifier", &[organization, &identifier.to_ascii_lowercase()])
}

/// The token for a device that has just signed in: `expiry.user name.e-mail`, the latter two as digests.
pub(super) fn device_token(app: &App, organization: &str, user: &User) -> String {
    let expires_at = app.now().as_second().saturating_add(KNOWN_DEVICE.as_secs()).to_string();
    let [username, email] = [&user.username, &user.email]
        .map(|identifier| app.keys.digest("device", &[&expires_at, &identifier_key(app, organization, identifier)]));
    format!("{expires_at}.{username}.{email}")
}

/// Whether the token is from an earlier sign-in as what has this key.
pub(super) fn is_known_device(app: &App, token: &str, identifier_key: &str) -> bool {
    let Some((expires_at, digests)) = token.split_once('.') else {
        return false;
    };
    expires_at.parse::<i64>().is_ok_and(|expires_at| app.now().as_second() < expires_at)
        && digests.split('.').take(2).any(|digest| app.keys.is_digest(digest, "device", &[expires_at, identifier_key]))
}
