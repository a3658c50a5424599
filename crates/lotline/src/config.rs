//! The configuration of a gateway: one file, `lotline.toml`, with environment variables and flags on top.

use std::{
    fmt,
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use app::CaptureLimits;
use domain::Role;
use gs1::CompanyPrefixes;
use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::failure::{Failure, OrFail};

/// The file that is read when no other is named.
pub(crate) const DEFAULT_FILE: &str = "lotline.toml";

/// Everything that a gateway is told. Unknown keys are refused.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) capture: Capture,
    pub(crate) identifiers: Identifiers,
    pub(crate) retention: Retention,
    pub(crate) log: Log,
    pub(crate) tenant: Vec<Tenant>,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Server {
    /// Address and port to listen on.
    pub(crate) listen: SocketAddr,
    /// Where the gateway is reached from outside; the start of every audience. `None` for the listen address.
    pub(crate) base_url: Option<BaseUrl>,
    /// How long a request may take.
    pub(crate) request_timeout: Span,
    /// Whether the query editor is served.
    pub(crate) graphiql: bool,
}

impl Default for Server {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self { listen, base_url: None, request_timeout: Span(Duration::from_secs(30)), graphiql: false }
    }
}

impl Server {
    /// Where the gateway is reached, without a trailing slash.
    pub(crate) fn base_url(&self) -> String {
        self.base_url.as_ref().map_or_else(|| format!("http://{}", self.listen), |url| url.0.clone())
    }
}

/// `[database]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Database {
    /// `sqlite://…` or `postgres://…`.
    pub(crate) url: DatabaseUrl,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: DatabaseUrl("sqlite://lotline.db?mode=rwc".to_owned()) }
    }
}

/// `[capture]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Capture {
    /// Largest document.
    pub(crate) max_document: Size,
    /// Most events of a document.
    pub(crate) max_events: NonZeroU32,
    /// Documents that are stored at once.
    pub(crate) concurrent: Places,
    /// How long a capture counts as being worked on without another word from its process.
    pub(crate) lease: Span,
}

impl Capture {
    pub(crate) fn limits(&self) -> CaptureLimits {
        CaptureLimits {
            max_document_bytes: self.max_document.0,
            max_events: self.max_events.get().into(),
            concurrent: self.concurrent.0,
            lease: self.lease.0,
        }
    }
}

impl Default for Capture {
    fn default() -> Self {
        let CaptureLimits { max_document_bytes, max_events, concurrent, lease } = CaptureLimits::default();
        Self {
            max_document: Size(max_document_bytes),
            max_events: u32::try_from(max_events).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX),
            concurrent: Places(concurrent),
            lease: Span(lease),
        }
    }
}

/// `[identifiers]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Identifiers {
    /// GS1 company prefixes, without which a Digital Link cannot be written as an EPC URN.
    pub(crate) company_prefixes: Vec<String>,
}

/// `[retention]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retention {
    /// How long records are kept, whatever `lotline db purge` is told.
    pub(crate) months: u16,
    /// What has to be said to keep them for less than the rule requires.
    pub(crate) less_than_the_rule_requires: Option<String>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { months: store::Retention::default().months(), less_than_the_rule_requires: None }
    }
}

impl Retention {
    /// The retention, if it may be so short.
    pub(crate) fn checked(&self) -> Result<store::Retention, Failure> {
        let retention = store::Retention::new(self.months, self.less_than_the_rule_requires.as_deref());
        retention.or_fail(|| format!("records cannot be kept for {} months only", self.months))
    }
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// How a line looks.
    pub(crate) format: LogFormat,
    /// What is logged: a level, or directives such as `info,app=debug`.
    pub(crate) level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines: one object per line.
    Json,
}

/// `[[tenant]]`: an organisation whose records this gateway holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tenant {
    /// Its name in addresses and audiences.
    pub(crate) slug: String,
    /// Its name for people.
    pub(crate) name: String,
    /// Its own places and parties.
    #[serde(default)]
    pub(crate) identifiers: Vec<String>,
    #[serde(default)]
    pub(crate) party: Vec<Party>,
    #[serde(default)]
    pub(crate) issuer: Vec<Issuer>,
}

/// `[[tenant.party]]`: an organisation that the tenant trades with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Party {
    /// Its name for people.
    pub(crate) name: String,
    /// Its places and parties, exactly as documents name them.
    pub(crate) identifiers: Vec<String>,
    /// The slug of the tenant that it is, where this gateway holds its records too.
    pub(crate) hosted: Option<String>,
}

/// `[[tenant.issuer]]`: whose tokens the tenant accepts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issuer {
    /// Exact `iss`.
    #[serde(rename = "issuer")]
    pub(crate) name: String,
    /// For whom it speaks.
    pub(crate) kind: IssuerKind,
    /// For `kind = "partner"`: the name of the party.
    pub(crate) party: Option<String>,
    /// For `kind = "staff"`: what its people may do at most.
    #[serde(default)]
    pub(crate) roles: Vec<Role>,
    /// Longest lifetime of a token that is accepted.
    #[serde(default = "default_lifetime")]
    pub(crate) max_lifetime: Span,
    /// The public key, PEM.
    pub(crate) public_key: Option<String>,
    /// A file with the public key, relative to the folder of the configuration.
    pub(crate) public_key_file: Option<PathBuf>,
    /// The one algorithm that the key is used with.
    #[serde(default = "default_algorithm")]
    pub(crate) alg: String,
    /// Exact `kid`; without it the thumbprint of the key (RFC 7638).
    pub(crate) kid: Option<String>,
}

/// For whom an issuer speaks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IssuerKind {
    /// The tenant's own people and systems.
    Staff,
    /// A trading partner.
    Partner,
    /// An authority, whose officers need a grant each.
    Regulator,
}

fn default_lifetime() -> Span {
    Span(Duration::from_hours(1))
}

fn default_algorithm() -> String {
    "EdDSA".to_owned()
}

impl Config {
    /// Reads a configuration file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).or_fail(|| format!("`{}` cannot be read", path.display()))?;
        let mut config = Self::parse(&text).or_fail(|| format!("`{}` is no configuration", path.display()))?;
        config.retention.checked()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for issuer in config.tenant.iter_mut().flat_map(|tenant| &mut tenant.issuer) {
            issuer.public_key_file = issuer.public_key_file.take().map(|file| folder.join(file));
        }
        Ok(config)
    }

    /// Reads the text of a configuration file. The error names the key, its line and the keys that are known there.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// A table of GS1 company prefixes.
pub(crate) fn company_prefixes(prefixes: &[String]) -> Result<CompanyPrefixes, Failure> {
    let mut table = CompanyPrefixes::new();
    for prefix in prefixes {
        table.add(prefix, prefix.len()).or_fail(|| format!("`{prefix}` is no GS1 company prefix"))?;
    }
    Ok(table)
}

/// A database URL. It may hold a password, so it is never printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct DatabaseUrl(pub(crate) String);

impl DatabaseUrl {
    /// Whether it names a file that is not there yet.
    pub(crate) fn is_new(&self) -> bool {
        let Some(file) = self.0.strip_prefix("sqlite:") else { return false };
        let file = file.strip_prefix("//").unwrap_or(file).split('?').next().unwrap_or_default();
        !Path::new(file).exists()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl FromStr for DatabaseUrl {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// Where a gateway is reached: scheme and host, without a trailing slash.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct BaseUrl(pub(crate) String);

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_web = text.starts_with("https://") || text.starts_with("http://");
        // The parser would drop or escape white space, and ask another address than was written.
        let is_clean = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
        match reqwest::Url::parse(text) {
            Ok(_) if is_web && is_clean => Ok(Self(text.trim_end_matches('/').to_owned())),
            _ => Err(format!("`{text}` is no address of a gateway; write for example \"https://gateway.example.com\"")),
        }
    }
}

/// A length of time with its unit, for example `30s` or `12h`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Span(pub(crate) Duration);

impl Span {
    /// Whole seconds.
    pub(crate) fn seconds(self) -> i64 {
        i64::try_from(self.0.as_secs()).unwrap_or(i64::MAX)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span = text.parse::<SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
        let span = span.filter(|span| !span.is_zero());
        span.map(Self)
            .ok_or_else(|| format!("`{text}` is no length of time; write for example \"30s\", \"15m\" or \"12h\""))
    }
}

/// A number of bytes with its unit, for example `512 MiB`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Size(pub(crate) u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim().bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.trim().split_at(digits);
        let factor = match unit.trim() {
            "B" => Some(1),
            "KiB" => Some(1 << 10),
            "MiB" => Some(1 << 20),
            "GiB" => Some(1 << 30),
            _ => None,
        };
        let bytes = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
        bytes.map(Self).ok_or_else(|| {
            format!("`{text}` is no size; write a whole number and B, KiB, MiB or GiB, for example \"512 MiB\"")
        })
    }
}

/// How many documents may be stored at once.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "usize")]
pub(crate) struct Places(pub(crate) usize);

impl TryFrom<usize> for Places {
    type Error = String;

    fn try_from(number: usize) -> Result<Self, String> {
        let most = CaptureLimits::MAX_CONCURRENT;
        if (1..=most).contains(&number) {
            return Ok(Self(number));
        }
        Err(format!("{number} documents cannot be stored at once; write a number from 1 to {most}"))
    }
}

impl FromStr for Places {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number: usize = text.parse().map_err(|_| format!("`{text}` is no number"))?;
        number.try_into()
    }
}

macro_rules! deserialize_from_text {
    ($($name:ident),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

deserialize_from_text!(BaseUrl, Span, Size);

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_known_keys() {
        insta::assert_snapshot!(refused("[server]\nlisten = \"127.0.0.1:8080\"\nlissen = 1\n"), @r"
        TOML parse error at line 3, column 1
          |
        3 | lissen = 1
          | ^^^^^^
        unknown field `lissen`, expected one of `listen`, `base_url`, `request_timeout`, `graphiql`
        ");
    }

    #[test]
    fn sizes_and_times_carry_their_unit() {
        let config =
            Config::parse("[capture]\nmax_document = \"2 GiB\"\n[server]\nrequest_timeout = \"1m 30s\"").unwrap();
        assert_eq!(config.capture.max_document, Size(2 << 30));
        assert_eq!(config.server.request_timeout, Span(Duration::from_secs(90)));
        assert!(refused("[capture]\nmax_document = \"512\"").contains("write a whole number and B, KiB, MiB or GiB"));
        assert!(refused("[server]\nrequest_timeout = \"30\"").contains("no length of time"));
    }

    #[test]
    fn captures_leave_connections_to_others() {
        let config = Config::parse("[capture]\nconcurrent = 8\nmax_events = 500\nlease = \"1m\"").unwrap();
        let limits = config.capture.limits();
        assert_eq!((limits.concurrent, limits.max_events, limits.lease.as_secs()), (8, 500, 60));
        assert!(refused("[capture]\nconcurrent = 9").contains("write a number from 1 to 8"));
        assert!(refused("[capture]\nconcurrent = 0").contains("write a number from 1 to 8"));
        assert!(refused("[capture]\nmax_events = 0").contains("nonzero"));
    }

    #[test]
    fn an_address_that_cannot_be_asked_is_refused() {
        assert_eq!("https://gateway.example/".parse(), Ok(BaseUrl("https://gateway.example".to_owned())));
        for wrong in ["gateway.example", "http://", "http://gate way.example", "http://gateway.example/a b", "ftp://x"]
        {
            assert!(wrong.parse::<BaseUrl>().unwrap_err().contains("no address of a gateway"), "{wrong}");
        }
    }

    #[test]
    fn the_database_url_is_not_printed() {
        let config = Config::parse("[database]\nurl = \"postgres://lotline:secret@db/lotline\"").unwrap();
        assert!(!format!("{config:?}").contains("secret"));
    }

    #[test]
    fn an_empty_file_is_a_configuration_of_defaults() {
        let config = Config::parse("").unwrap();
        assert_eq!(config.server.base_url(), "http://127.0.0.1:8080");
        assert_eq!(config.capture.max_document, Size(512 << 20));
    }

    #[test]
    fn the_sample_file_is_a_configuration() {
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations/lotline.toml");
        let config = Config::read(Path::new(sample)).unwrap();
        assert_eq!(config.tenant.len(), 1);
    }
}
