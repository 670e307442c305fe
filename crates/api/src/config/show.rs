//! Every setting with its value and origin, fit for other people's eyes.

use url::Url;

use super::layers::{Gathered, Origin};
use super::settings::{SETTINGS, Setting};

/// A setting as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its key.
    pub key: &'static str,
    /// Its value, with what is secret hidden; `-` where there is none.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

impl Shown {
    /// All settings, in order.
    pub fn all(gathered: &Gathered) -> Vec<Self> {
        SETTINGS
            .iter()
            .map(|setting| match gathered.get(setting.key) {
                Some(given) => Self {
                    key: setting.key,
                    value: shown_value(setting, &given.text),
                    origin: given.origin.to_string(),
                },
                None => Self { key: setting.key, value: "-".to_owned(), origin: Origin::Default.to_string() },
            })
            .collect()
    }
}

fn shown_value(setting: &Setting, text: &str) -> String {
    if !setting.secret {
        return text.to_owned();
    }
    match setting.key {
        "database.url" | "redis.url" | "sentry.dsn" => masked_url(text),
        _ => format!("*** ({} bytes)", text.len()),
    }
}

/// An address without its password, for messages and logs.
pub fn masked_url(text: &str) -> String {
    const MASK: &str = "***";
    if let Some(path) = text.strip_prefix("sqlite:") {
        return format!("sqlite:{path}");
    }
    let Ok(mut url) = Url::parse(text) else { return MASK.to_owned() };
    if url.password().is_some() {
        let _ = url.set_password(Some(MASK));
    } else if url.scheme().starts_with("http") && !url.username().is_empty() {
        // The key of a Sentry address stands where a user would.
        let _ = url.set_username(MASK);
    }
    if url.query_pairs().any(|(name, _)| name.contains("password")) {
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let hidden = name.contains("password");
                (name.into_owned(), if hidden { MASK.to_owned() } else { value.into_owned() })
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    url.to_string()
}
