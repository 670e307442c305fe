use jiff::SignedDuration;

/// Whole minutes, so that less than asked stays less.
pub(super) fn floor_minutes(duration: SignedDuration) -> i64 {
    duration.as_secs().div_euclid(60)
}

/// Whole minutes, so that anything at all is at least one.
pub(super) fn ceil_minutes(duration: SignedDuration) -> i64 {
    let begun = duration.as_secs().rem_euclid(60) != 0 || duration.subsec_nanos() != 0;
    floor_minutes(duration) + i64::from(begun)
}
