//! The layers of configuration as one tree: defaults, file, environment, secret files.

use super::{
    Config,
    reader::{Node, typed},
};
use serde::de::DeserializeOwned;
use std::{
    fmt::{self, Write},
    path::Path,
};

/// The environment variables that belong to us.
const PREFIX: &str = "HOAGIAI__";

/// Leaf keys whose values never print, and which may be given as `<key>_file` instead.
const SECRETS: &[&str] = &["url", "token", "secret", "password", "otlp_secret", "client_secret", "master_key"];

/// Sections that belong to a service, not to the process.
const SERVICES: &[&str] = &["registry", "case", "cases", "evaluation", "reporting", "gateway"];

/// The configuration is unusable. Each text names the key.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A file is no TOML.
    #[error("{path} is no TOML: {reason}")]
    Syntax {
        /// The file.
        path: String,
        /// Where and why.
        reason: String,
    },
    /// A key is unknown, or its value does not fit.
    #[error("configuration key `{key}`: {reason}")]
    Key {
        /// The dotted key.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

/// Where configuration comes from.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Later text wins over earlier.
    texts: Vec<String>,
    file: Option<std::path::PathBuf>,
    environment: Vec<(String, String)>,
}

impl Source {
    /// A file (if any) and the environment of the process.
    #[must_use]
    pub fn process(file: Option<std::path::PathBuf>) -> Self {
        Self { texts: Vec::new(), file, environment: std::env::vars().collect() }
    }

    /// A file alone.
    #[must_use]
    pub fn file(path: std::path::PathBuf) -> Self {
        Self { file: Some(path), ..Self::default() }
    }

    /// TOML text alone: for tests and for defaults of the all-in-one.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { texts: vec![text.into()], ..Self::default() }
    }

    /// Puts TOML text above what is there, below file and environment.
    #[must_use]
    pub fn with_layer(mut self, text: impl Into<String>) -> Self {
        self.texts.push(text.into());
        self
    }

    /// Puts TOML text below everything else.
    #[must_use]
    pub fn with_defaults(mut self, text: impl Into<String>) -> Self {
        self.texts.insert(0, text.into());
        self
    }

    /// Adds variables as if they stood in the environment.
    #[must_use]
    pub fn with_environment<'a>(mut self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.environment.extend(variables.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())));
        self
    }

    /// Reads and merges all layers.
    ///
    /// # Errors
    /// A file cannot be read or parsed, or the layers contradict each other.
    pub fn load(&self) -> Result<Tree, ConfigError> {
        let mut root = Node::default();
        for text in &self.texts {
            root.merge(parse("configuration", text)?);
        }
        if let Some(path) = &self.file {
            root.merge(parse(&path.display().to_string(), &read(path)?)?);
        }
        for (name, value) in &self.environment {
            let Some(key) = name.strip_prefix(PREFIX) else { continue };
            let path: Vec<String> = key.split("__").map(str::to_ascii_lowercase).collect();
            root.set(&path, Node::Text(value.clone()), &path.join("."))?;
        }
        root.read_secret_files("")?;
        Ok(Tree { root })
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path)
        .map_err(|error| ConfigError::File { path: path.display().to_string(), reason: error.to_string() })
}

fn parse(path: &str, text: &str) -> Result<Node, ConfigError> {
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| ConfigError::Syntax { path: path.to_owned(), reason: error.to_string() })?;
    Ok(Node::from(toml::Value::Table(table)))
}

/// All layers merged, not yet typed.
#[derive(Clone, Default)]
pub struct Tree {
    root: Node,
}

impl Tree {
    /// The settings of the process; sections of services are left alone.
    ///
    /// # Errors
    /// A key is unknown or its value does not fit.
    pub fn config(&self) -> Result<Config, ConfigError> {
        let mut own = self.root.clone();
        if let Node::Table(entries) = &mut own {
            entries.retain(|key, _| !SERVICES.contains(&key.as_str()));
        }
        typed(own, "")
    }

    /// A section, as the type that a service gives it; absent is empty.
    ///
    /// # Errors
    /// A key is unknown or its value does not fit.
    pub fn section<T: DeserializeOwned>(&self, path: &str) -> Result<T, ConfigError> {
        typed(self.root.at(path).cloned().unwrap_or_default(), path)
    }

    /// Takes a section out, so that what stays can be read strictly.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        let mut node = &mut self.root;
        let mut parts = path.split('.').peekable();
        while let (Some(part), Node::Table(entries)) = (parts.next(), node) {
            if parts.peek().is_none() {
                entries.remove(part);
                break;
            }
            let Some(next) = entries.get_mut(part) else { break };
            node = next;
        }
        self
    }

    /// Whether anything is set there.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.root.at(path).is_some()
    }

    /// The configuration as an operator may see it: dotted keys, secrets as `***`.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text = String::new();
        self.root.print("", &mut text);
        text
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.print())
    }
}

impl Node {
    fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, part| match node {
            Self::Table(entries) => entries.get(part),
            _ => None,
        })
    }

    fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Table(mine), Self::Table(theirs)) => {
                for (key, value) in theirs {
                    match mine.get_mut(&key) {
                        Some(node) => node.merge(value),
                        None => {
                            mine.insert(key, value);
                        }
                    }
                }
            }
            (mine, other) => *mine = other,
        }
    }

    fn set(&mut self, path: &[String], value: Self, key: &str) -> Result<(), ConfigError> {
        let Some((first, rest)) = path.split_first() else {
            *self = value;
            return Ok(());
        };
        let Self::Table(entries) = self else {
            let reason = "is set below a key that is itself a value".to_owned();
            return Err(ConfigError::Key { key: key.to_owned(), reason });
        };
        entries.entry(first.clone()).or_default().set(rest, value, key)
    }

    /// Replaces `url_file = "path"` by `url = "<what the file holds>"`, for secrets.
    fn read_secret_files(&mut self, path: &str) -> Result<(), ConfigError> {
        let Self::Table(entries) = self else { return Ok(()) };
        for secret in SECRETS {
            let Some(file) = entries.remove(&format!("{secret}_file")) else { continue };
            let key = dotted(path, secret);
            if entries.contains_key(*secret) {
                let reason = format!("is given twice: as itself and as {secret}_file");
                return Err(ConfigError::Key { key, reason });
            }
            let file = match file {
                Self::Text(file) | Self::Value(toml::Value::String(file)) => file,
                _ => return Err(ConfigError::Key { key: format!("{key}_file"), reason: "expected a path".to_owned() }),
            };
            let text = read(Path::new(&file))?;
            entries.insert((*secret).to_owned(), Self::Text(text.trim_end_matches(['\r', '\n']).to_owned()));
        }
        entries.iter_mut().try_for_each(|(key, node)| node.read_secret_files(&dotted(path, key)))
    }

    fn print(&self, path: &str, to: &mut String) {
        let leaf = path.rsplit('.').next().unwrap_or_default();
        let secret = SECRETS.contains(&leaf);
        let _ = match self {
            Self::Table(entries) => {
                entries.iter().for_each(|(key, node)| node.print(&dotted(path, key), to));
                Ok(())
            }
            _ if secret => writeln!(to, "{path} = ***"),
            Self::Text(text) => writeln!(to, "{path} = {text:?}"),
            Self::Value(value) => writeln!(to, "{path} = {value}"),
            Self::List(items) => {
                items.iter().enumerate().for_each(|(at, node)| node.print(&dotted(path, &at.to_string()), to));
                Ok(())
            }
        };
    }
}

pub(super) fn dotted(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
