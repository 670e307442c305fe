//! Two languages, and what clients read in them.

use std::fmt;
use std::sync::OnceLock;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use scheduling_domain::fault::Fault;

/// A language that clients can read. The company's own is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Chinese, `zh-CN`.
    #[default]
    Chinese,
    /// English, `en`.
    English,
}

/// Named arguments of a text.
pub(super) type Args = [(&'static str, String)];

impl Language {
    /// The language that the client likes best among ours.
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accept_language::parse_with_quality(wanted)
            .into_iter()
            .filter(|(_, quality)| *quality > 0.0)
            .find_map(|(tag, _)| match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "zh" | "*" => Some(Self::Chinese),
                "en" => Some(Self::English),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The language with this tag; the company's own for any other.
    pub fn of_tag(tag: &str) -> Self {
        if tag == Self::English.tag() { Self::English } else { Self::default() }
    }

    /// The language tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The text with this key.
    pub fn text(self, key: &str, args: &Args) -> Option<String> {
        self.lookup(key, None, args)
    }

    /// What is wrong with one field. What a rule stands against is told in the text of its violation.
    pub fn fault(self, fault: &Fault) -> String {
        let keys = [&format!("fault-{}", fault.code), &format!("violation-{}", fault.code), "fault-invalid"];
        keys.into_iter().find_map(|key| self.text(key, &fault.args)).unwrap_or_default()
    }

    /// The `.title` of the text with this key.
    pub fn title(self, key: &str) -> Option<String> {
        self.lookup(key, Some("title"), &[])
    }

    fn lookup(self, key: &str, attribute: Option<&str>, args: &Args) -> Option<String> {
        let bundle = self.catalogue();
        let message = bundle.get_message(key)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, FluentValue::try_number(value))).collect();
        let mut faults = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut faults).into_owned();
        if !faults.is_empty() {
            tracing::warn!(key, ?faults, "a text lacks an argument");
        }
        Some(text)
    }

    fn catalogue(self) -> &'static FluentBundle<FluentResource> {
        static CHINESE: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        static ENGLISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        match self {
            Self::Chinese => CHINESE.get_or_init(|| load("zh-CN", include_str!("../../locales/zh.ftl"))),
            Self::English => ENGLISH.get_or_init(|| load("en", include_str!("../../locales/en.ftl"))),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// Builds a catalogue. A fault in the embedded file is found by the tests below, so here it is only logged.
fn load(tag: &str, source: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(tag.parse().into_iter().collect());
    // The marks that isolate right-to-left arguments have no use in our two scripts.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, faults)| {
        tracing::error!(tag, ?faults, "a message catalogue is malformed");
        resource
    });
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use actix_web::http::header::HeaderValue;
    use scheduling_app::optimizations::RunFailure;

    use super::*;
    use crate::http::code::Code;

    /// Each message and attribute of a catalogue with the names of its arguments.
    fn shape(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut shape: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let (mut key, mut place) = (String::new(), String::new());
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" = ") {
                if let Some(attribute) = name.trim().strip_prefix('.') {
                    place = format!("{key}.{attribute}");
                } else if !line.starts_with(' ') {
                    key = name.to_owned();
                    place.clone_from(&key);
                }
                shape.entry(place.clone()).or_default();
            }
            for argument in line.split('$').skip(1) {
                let name = argument.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                shape.entry(place.clone()).or_default().insert(name);
            }
        }
        shape
    }

    #[test]
    fn both_catalogues_have_the_same_keys_with_the_same_arguments() {
        let chinese = shape(include_str!("../../locales/zh.ftl"));
        let english = shape(include_str!("../../locales/en.ftl"));
        assert!(chinese.len() > 40);
        assert_eq!(chinese, english);
    }

    #[test]
    fn both_catalogues_are_well_formed() {
        for source in [include_str!("../../locales/zh.ftl"), include_str!("../../locales/en.ftl")] {
            if let Err((_, faults)) = FluentResource::try_new(source.to_owned()) {
                panic!("{faults:?}");
            }
        }
    }

    #[test]
    fn every_code_has_a_text_and_a_title_in_both() {
        for language in [Language::Chinese, Language::English] {
            for code in Code::ALL {
                assert!(language.title(code.name()).is_some(), "{language} lacks the title of {}", code.name());
                assert!(language.catalogue().has_message(code.name()), "{language} lacks {}", code.name());
            }
        }
    }

    /// The codes of all faults that a crate makes.
    fn faults_of(folder: &Path, codes: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                faults_of(&path, codes);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap();
            for call in source.split("Fault::new(").skip(1) {
                // The code is the last text before the call ends: `Fault::new(pointer, "code")`.
                let arguments = call.split_once("\")").map_or("", |(arguments, _)| arguments);
                if let Some((_, code)) = arguments.rsplit_once('"') {
                    codes.insert(code.to_owned());
                }
            }
        }
    }

    #[test]
    fn every_fault_of_the_inner_crates_has_a_text_in_both() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut codes = BTreeSet::new();
        for name in ["domain", "app", "api"] {
            faults_of(&crates.join(name).join("src"), &mut codes);
        }
        assert!(codes.len() > 20, "{codes:?}");
        for language in [Language::Chinese, Language::English] {
            for code in codes.iter().filter(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
                assert!(language.catalogue().has_message(&format!("fault-{code}")), "{language} lacks fault-{code}");
            }
        }
    }

    #[test]
    fn every_violation_has_a_text_in_both() {
        for language in [Language::Chinese, Language::English] {
            for code in scheduling_domain::rules::CODES {
                assert!(
                    language.catalogue().has_message(&format!("violation-{code}")),
                    "{language} lacks violation-{code}"
                );
            }
        }
    }

    #[test]
    fn every_failure_of_a_run_has_a_text_in_both() {
        for language in [Language::Chinese, Language::English] {
            for failure in RunFailure::ALL {
                let key = format!("failure-{}", failure.as_str());
                assert!(language.catalogue().has_message(&key), "{language} lacks {key}");
            }
        }
    }

    #[test]
    fn the_client_chooses_and_chinese_is_the_default() {
        let choose = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(value).unwrap());
            Language::negotiate(&headers)
        };
        assert_eq!(Language::negotiate(&HeaderMap::new()), Language::Chinese);
        assert_eq!(choose("en-GB,en;q=0.9"), Language::English);
        assert_eq!(choose("de, en;q=0.4, zh-TW;q=0.6"), Language::Chinese);
        assert_eq!(choose("zh;q=0, en;q=0.1"), Language::English);
        assert_eq!(choose("fr"), Language::Chinese);
        assert_eq!(choose("*"), Language::Chinese);
        assert_eq!(choose(";;,;q=x"), Language::Chinese);
    }

    #[test]
    fn arguments_take_their_places() {
        let args = [("max", "1".to_owned()), ("actual", "3".to_owned())];
        insta::assert_snapshot!(Language::English.text("fault-too_long", &args).unwrap(), @"must have at most 1 character, not 3");
        insta::assert_snapshot!(Language::Chinese.text("fault-too_long", &args).unwrap(), @"不能超过 1 个字符（现有 3 个）");
    }
}
