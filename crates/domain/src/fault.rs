//! What is wrong with a value, and where: the one shape in which every edge reports bad input.

use std::fmt;

/// One fault. Several are gathered with [`Faults`] and reported together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the value, such as `/starts_on`; empty for the value as a whole.
    pub pointer: String,
    /// Stable code such as `too_long`; the message catalogues have a text for each.
    pub code: &'static str,
    /// Named arguments of the text, such as `max = 100`.
    pub args: Vec<(&'static str, String)>,
}

impl Fault {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        Self { pointer: pointer.into(), code, args: Vec::new() }
    }

    /// Adds a named argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// All faults of a value; never empty where it stands as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Adds `fault` unless `holds`.
    pub fn require(&mut self, holds: bool, fault: impl FnOnce() -> Fault) {
        if !holds {
            self.0.push(fault());
        }
    }

    /// Adds the faults of a part of the value, which stands at `pointer`.
    pub fn nest(&mut self, pointer: &str, part: Self) {
        let faults = part.0.into_iter();
        self.0.extend(faults.map(|fault| Fault { pointer: format!("{pointer}{}", fault.pointer), ..fault }));
    }

    /// `Ok(value)` when there are no faults, else all of them.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The faults in the order found.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Unwraps a result, keeping its faults and answering `None` for them.
    pub fn take<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(faults) => {
                self.0.extend(faults.0);
                None
            }
        }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{}: {}", if fault.pointer.is_empty() { "/" } else { &fault.pointer }, fault.code)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Checks that entities share. Each adds a fault at `pointer` and leaves the value alone.
impl Faults {
    /// `text` has 1 to `max` characters, not only white space, and no control characters.
    pub fn check_name(&mut self, pointer: &str, text: &str, max: usize) {
        if text.trim().is_empty() {
            self.push(Fault::new(pointer, "blank"));
        } else {
            self.check_text(pointer, text, max);
        }
    }

    /// `text` has at most `max` characters and no control characters; it may be empty.
    pub fn check_text(&mut self, pointer: &str, text: &str, max: usize) {
        let length = text.chars().count();
        self.require(length <= max, || Fault::new(pointer, "too_long").with("max", max).with("actual", length));
        self.require(!text.chars().any(char::is_control), || Fault::new(pointer, "control_character"));
    }

    /// `value` lies in `min..=max`.
    pub fn check_range(&mut self, pointer: &str, value: i64, min: i64, max: i64) {
        self.require((min..=max).contains(&value), || {
            Fault::new(pointer, "out_of_range").with("min", min).with("max", max).with("actual", value)
        });
    }

    /// `start` lies before `end`; the fault stands at the end's pointer.
    pub fn check_order<T: PartialOrd>(&mut self, pointer: &str, start: &T, end: &T) {
        self.require(start < end, || Fault::new(pointer, "end_before_start"));
    }
}
