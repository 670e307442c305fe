use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a wall-clock shift does on a day when clocks change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DstPolicy {
    /// It ends when the wall clock says so; it lasts an hour more or less.
    #[default]
    KeepWallEnd,
    /// It lasts as long as always; the wall clock says another time at its end.
    KeepDuration,
    /// Like `KeepWallEnd`, but a shift whose start or end does not exist on that day is refused.
    RejectGap,
}

impl DstPolicy {
    /// The stable name, as stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeepWallEnd => "keep_wall_end",
            Self::KeepDuration => "keep_duration",
            Self::RejectGap => "reject_gap",
        }
    }
}

impl FromStr for DstPolicy {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::KeepWallEnd, Self::KeepDuration, Self::RejectGap]
            .into_iter()
            .find(|policy| policy.as_str() == text)
            .ok_or(())
    }
}
