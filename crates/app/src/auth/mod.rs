//! Signing in, and knowing who asks.
//!
//! Whoever signs in has a session, a row in the store; what they hold only names it. So each use of it is checked against
//! the session and the account as they are now, and what is removed there has ended everywhere at once.
//!
//! An access token is signed and lives minutes. A refresh token is opaque, stored as a hash and exchanged once; the whole
//! session ends when it comes again, unless that is so soon that the first reply must have been lost. A browser has a cookie
//! instead, whose secret the session store knows by its hash. Guesses are throttled for each account and address before
//! anything is looked at.

mod access_token;
mod api_key_token;
mod authenticate;
mod authenticate_key;
mod choose_password;
mod confirm_password;
mod cookie;
mod derived_keys;
mod device;
mod failed_sign_in;
mod keys;
mod opaque_token;
mod password;
mod password_hasher;
mod password_policy;
mod recognise;
mod refresh;
mod request_password_reset;
mod sign_in;
mod sign_in_browser;
mod sign_out;
mod throttle;
mod tokens;

pub use authenticate::{AuthenticateError, Credential, authenticate};
pub use choose_password::{ChoosePasswordError, choose_password};
pub use cookie::{csrf_token, is_csrf_token};
pub use derived_keys::{DerivedKeys, SealError};
pub use device::KNOWN_DEVICE;
pub use keys::{TokenKeys, WeakSecret};
pub use password::Password;
pub use password_hasher::{HashCost, HashingError, Line, PasswordHasher};
pub use password_policy::password_fault;
pub use refresh::{RefreshError, refresh};
pub use request_password_reset::{PasswordResetRequest, request_password_reset};
pub use sign_in::{SignIn, SignInError, SignedIn, sign_in};
pub use sign_in_browser::{BrowserSession, sign_in_browser};
pub use sign_out::{SignOut, sign_out};
pub use throttle::{Throttle, TooManyAttempts};
pub use tokens::Tokens;

pub(crate) use api_key_token::ApiKeyToken;
pub(crate) use confirm_password::{ConfirmError, is_own_password};
pub(crate) use opaque_token::{OpaqueToken, hex};
pub(crate) use throttle::{Attempt, Ended, confirmation_key};
