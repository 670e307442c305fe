use jiff::Timestamp;

/// What time it is. Nothing else in the workspace asks the machine.
pub trait Clock: Send + Sync {
    /// Now, with microseconds at the finest: what every store can keep.
    fn now(&self) -> Timestamp;
}
