use std::str::FromStr;

use scheduling_domain::user::Role;

/// Who may do nothing before they have set up a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredOf {
    /// Nobody.
    Nobody,
    /// Administrators.
    Administrators,
    /// Everybody who signs in.
    Everyone,
}

impl RequiredOf {
    /// Whether an account of that role needs one.
    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::Nobody => false,
            Self::Administrators => role == Role::Admin,
            Self::Everyone => true,
        }
    }
}

impl FromStr for RequiredOf {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "nobody" => Ok(Self::Nobody),
            "administrators" => Ok(Self::Administrators),
            "everyone" => Ok(Self::Everyone),
            _ => Err(()),
        }
    }
}
