//! Which layer says what, and which of them wins.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::file::ConfigFile;
use super::settings::{SETTINGS, Setting, find, nearest};

/// The file that is read where no other is named, if it is there.
const DEFAULT_FILE: &str = "hr-scheduling.toml";
/// Variables that begin like ours and are no settings: ours to name the file, and those that Kubernetes makes for a
/// service called `hr-scheduling`.
const NO_SETTINGS: &[&str] = &["HR_CONFIG", "HR_SCHEDULING_"];

/// A setting given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The setting's key.
    pub key: &'static str,
    /// The flag, such as `--listen`.
    pub flag: &'static str,
    /// What it was given.
    pub text: String,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nothing was given.
    Default,
    /// A line of the configuration file.
    File(PathBuf, usize),
    /// An environment variable.
    Env(&'static str),
    /// A file that holds only this secret, named by something of that name.
    SecretFile(PathBuf, String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Env(name) => write!(f, "env {name}"),
            Self::SecretFile(path, name) => write!(f, "{}, named by {name}", path.display()),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// A setting's winning text.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// The text; may be a secret.
    pub text: String,
    /// Where it came from.
    pub origin: Origin,
}

/// The winning text of every setting that has one.
pub type Gathered = BTreeMap<&'static str, Given>;

/// What the layers are read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// Settings given as flags.
    pub flags: Vec<Flag>,
    /// The environment.
    pub env: BTreeMap<String, String>,
}

impl Sources {
    /// The process's environment; variables that are not UTF-8 are none of ours.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn process_env() -> BTreeMap<String, String> {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Adds a setting given as a flag, where it was given.
    #[must_use]
    pub fn with(mut self, key: &'static str, flag: &'static str, text: Option<&String>) -> Self {
        self.flags.extend(text.map(|text| Flag { key, flag, text: text.clone() }));
        self
    }

    /// The winning text of every setting, and what is wrong with the layers themselves.
    pub fn gather(&self) -> (Gathered, Vec<String>) {
        let mut gathered = Gathered::new();
        let mut faults = Vec::new();
        for setting in SETTINGS {
            if let Some(text) = setting.default {
                gathered.insert(setting.key, Given { text: text.to_owned(), origin: Origin::Default });
            }
        }
        match self.config_file() {
            Ok(Some(file)) => take_file(&file, &mut gathered, &mut faults),
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
        self.take_env(&mut gathered, &mut faults);
        for Flag { key, flag, text } in &self.flags {
            gathered.insert(key, Given { text: text.clone(), origin: Origin::Flag(flag) });
        }
        (gathered, faults)
    }

    fn config_file(&self) -> Result<Option<ConfigFile>, String> {
        let named = self.file.clone().or_else(|| self.var("HR_CONFIG").map(PathBuf::from));
        match named {
            Some(path) => ConfigFile::read(&path).map(Some),
            None if Path::new(DEFAULT_FILE).exists() => ConfigFile::read(Path::new(DEFAULT_FILE)).map(Some),
            None => Ok(None),
        }
    }

    /// A variable; an empty one counts as none, as Compose files leave them.
    fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn take_env(&self, gathered: &mut Gathered, faults: &mut Vec<String>) {
        for setting in SETTINGS {
            let file_name = format!("{}_FILE", setting.env);
            let path = self.var(&file_name).filter(|_| setting.secret);
            match (self.var(setting.env), path) {
                (Some(_), Some(_)) => {
                    faults.push(format!("{} and {file_name} are both set: keep one of them", setting.env));
                }
                (Some(text), None) => {
                    gathered.insert(setting.key, Given { text: text.to_owned(), origin: Origin::Env(setting.env) });
                }
                (None, Some(path)) => take_secret_file(setting, Path::new(path), &file_name, gathered, faults),
                (None, None) => {}
            }
        }
        self.check_misspelt(faults);
    }

    /// An unknown `HR_…` variable may be anybody's, unless it is all but one of ours.
    fn check_misspelt(&self, faults: &mut Vec<String>) {
        let known = || SETTINGS.iter().map(|setting| setting.env).filter(|name| name.starts_with("HR_"));
        for name in self.env.keys().filter(|name| name.starts_with("HR_")) {
            if NO_SETTINGS.iter().any(|other| name.starts_with(other)) || known().any(|one| one == name) {
                continue;
            }
            if let Some(meant) = nearest(name, known()) {
                faults.push(format!("the environment variable {name} is unknown: did you mean {meant}?"));
            }
        }
    }
}

fn take_file(file: &ConfigFile, gathered: &mut Gathered, faults: &mut Vec<String>) {
    for entry in &file.entries {
        let place = format!("{}:{}", file.path.display(), entry.line);
        let secret = entry.key.strip_suffix("_file").and_then(find).filter(|setting| setting.secret);
        if let Some(setting) = find(&entry.key) {
            let origin = Origin::File(file.path.clone(), entry.line);
            gathered.insert(setting.key, Given { text: entry.text.clone(), origin });
        } else if let Some(setting) = secret {
            take_secret_file(setting, Path::new(&entry.text), &place, gathered, faults);
        } else {
            let hint = nearest(&entry.key, SETTINGS.iter().map(|setting| setting.key)).map_or_else(
                || "`hr-scheduling config show` lists all that there are".to_owned(),
                |meant| format!("did you mean {meant}?"),
            );
            faults.push(format!("{place}: {} is unknown: {hint}", entry.key));
        }
    }
}

fn take_secret_file(
    setting: &'static Setting,
    path: &Path,
    named_by: &str,
    gathered: &mut Gathered,
    faults: &mut Vec<String>,
) {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let text = text.trim_end_matches(['\r', '\n']).to_owned();
            let origin = Origin::SecretFile(path.to_owned(), named_by.to_owned());
            // An empty file counts as none, as an empty variable does.
            if !text.is_empty() {
                gathered.insert(setting.key, Given { text, origin });
            }
        }
        Err(error) => {
            let path = path.display();
            faults.push(format!("{}: the file {path}, named by {named_by}, cannot be read: {error}", setting.key));
        }
    }
}
