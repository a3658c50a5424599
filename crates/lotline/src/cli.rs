//! The words of the command line. The help texts are the manual.

use std::{collections::BTreeSet, ffi::OsString, iter, net::SocketAddr, num::NonZeroU32, path::PathBuf};

use clap::{Args, CommandFactory, Parser, Subcommand};
use epcis::write::{CbvFormat, EpcFormat, Options, Target};
use gs1::CompanyPrefixes;
use jiff::civil::Date;

use crate::{
    config::{BaseUrl, DatabaseUrl, LogFormat, Places, Size, Span},
    failure::{Failure, OrFail},
};

/// Gateway for food traceability: EPCIS documents in, lineage of lots out.
///
/// A gateway holds the records of one or more organisations. Each of them captures its own EPCIS documents, and decides
/// what its trading partners and regulators may see of them.
#[derive(Debug, Parser)]
#[command(
    name = "lotline",
    version,
    after_help = "\
Exit status: 0 done, 1 the answer is \"no\" or \"not valid\", 2 wrong usage or failure.

See it work: lotline demo"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(ServeArgs),
    Demo(DemoArgs),
    Capture(CaptureArgs),
    Validate(ValidateArgs),
    Trace(TraceArgs),
    Export(ExportArgs),
    Hash(HashArgs),
    Convert(ConvertArgs),
    Token(TokenArgs),
    #[command(subcommand)]
    Db(DbCommand),
    Schema(SchemaArgs),
}

/// Runs the gateway.
///
/// The configuration is a file, `lotline.toml`. Every key of it outside `[[tenant]]` can also be given as an environment
/// variable or a flag: a flag goes before the variable, the variable before the file. Tenants, parties and issuers that
/// are new in the file are registered at the start; what is registered already is kept.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline serve --migrate
  lotline serve --config production.toml --listen 0.0.0.0:8080 --log-format json

Stop it with Ctrl-C or SIGTERM: requests that have begun are still answered.")]
pub(crate) struct ServeArgs {
    /// Configuration file; without it `lotline.toml` in the current folder, where there is one
    #[arg(long, env = "LOTLINE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Bring the schema of the database up to date before starting
    #[arg(long)]
    pub(crate) migrate: bool,
    /// `server.listen`: address and port to listen on
    #[arg(long, env = "LOTLINE_SERVER_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// `server.base_url`: where the gateway is reached from outside; tokens name it in their audience
    #[arg(long, env = "LOTLINE_SERVER_BASE_URL", value_name = "URL")]
    pub(crate) base_url: Option<BaseUrl>,
    /// `server.request_timeout`: how long a request may take, for example `30s`
    #[arg(long, env = "LOTLINE_SERVER_REQUEST_TIMEOUT", value_name = "TIME")]
    pub(crate) request_timeout: Option<Span>,
    /// `server.graphiql`: serve a query editor at `/graphql`; its page loads scripts from a CDN
    #[arg(long, env = "LOTLINE_SERVER_GRAPHIQL", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) graphiql: Option<bool>,
    /// `database.url`: `sqlite://lotline.db?mode=rwc` or `postgres://user@host/database`
    #[arg(long, env = "LOTLINE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database: Option<DatabaseUrl>,
    /// `capture.max_document`: largest document, for example `512 MiB`
    #[arg(long, env = "LOTLINE_CAPTURE_MAX_DOCUMENT", value_name = "SIZE")]
    pub(crate) max_document: Option<Size>,
    /// `capture.max_events`: most events of a document
    #[arg(long, env = "LOTLINE_CAPTURE_MAX_EVENTS", value_name = "NUMBER")]
    pub(crate) max_events: Option<NonZeroU32>,
    /// `capture.concurrent`: documents that are stored at once; on `SQLite` it is always one
    #[arg(long, env = "LOTLINE_CAPTURE_CONCURRENT", value_name = "NUMBER")]
    pub(crate) concurrent: Option<Places>,
    /// `capture.lease`: how long a capture counts as being worked on without another word from its process
    #[arg(long, env = "LOTLINE_CAPTURE_LEASE", value_name = "TIME")]
    pub(crate) lease: Option<Span>,
    /// `identifiers.company_prefixes`: GS1 company prefixes whose Digital Links can be written as EPC URNs
    #[arg(long, env = "LOTLINE_IDENTIFIERS_COMPANY_PREFIXES", value_name = "DIGITS,…", value_delimiter = ',')]
    pub(crate) company_prefixes: Option<Vec<String>>,
    /// `log.format`: how a line of the log looks
    #[arg(long, env = "LOTLINE_LOG_FORMAT", value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// `log.level`: a level, or directives such as `info,app=debug`
    #[arg(long, env = "LOTLINE_LOG_LEVEL", value_name = "LEVEL")]
    pub(crate) log_level: Option<String>,
}

/// Shows five companies, one salad and who may see what, on this machine alone.
///
/// Starts a gateway on an empty database in a temporary folder, makes keys and tokens for five invented companies, sends
/// each company's own documents to it, and asks as the grocer where a bag of salad came from: first with what the
/// companies share by themselves, then with grants. The gateway goes on serving until Ctrl-C, so that you can ask it
/// yourself; then a temporary folder is removed. With --exit the folder stays, for a look at the workbook. Nothing
/// leaves this machine.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline demo
  lotline demo --exit            ends after printing and keeps the folder; fails if an answer is not what it has to be
  lotline demo --dir salad       keeps the database, the tokens and the workbook")]
pub(crate) struct DemoArgs {
    /// End after printing instead of serving on
    #[arg(long)]
    pub(crate) exit: bool,
    /// Address and port to listen on [default: 127.0.0.1:8080; with --exit any free port of 127.0.0.1]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Folder for the database, the tokens and the workbook; it must be empty or new [default: a temporary folder]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
}

/// Sends EPCIS documents to a gateway.
///
/// A document is stored whole or not at all, and sending it again changes nothing. Folders are searched for `.xml`,
/// `.json` and `.jsonld` files, and the files are sent in the order of their names.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline capture receipts.xml --url https://gateway.example.com --token-file anna.token
  lotline capture 2028-08/ --json

Exit status: 0 all stored, 1 something was rejected, 2 a file could not be read or the gateway not be asked.")]
pub(crate) struct CaptureArgs {
    /// Files and folders
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// One JSON object per document instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Says what is wrong with EPCIS documents, where, and what to write instead.
///
/// Reads XML 1.0 to 2.0 and JSON-LD, checks the schema and the rules that no schema knows, and prints one line per
/// finding: what rejects a document, what is accepted but will hurt, and what is worth knowing. Nothing is sent
/// anywhere. Folders are searched for `.xml`, `.json` and `.jsonld` files.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline validate receipts.xml
  lotline validate --profile harbor-mesa.toml --quiet 2028-08/
  curl https://partner.example/events | lotline validate --strict --json - | jq .

Codes of findings: docs/api/findings.md. Profiles: docs/guide/profiles.md.

Exit status: 0 all accepted, 1 a document was rejected, 2 a document or the profile could not be read.")]
pub(crate) struct ValidateArgs {
    /// Files and folders; `-` is standard input
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub(crate) files: Vec<PathBuf>,
    /// Reject what the JSON Schema forbids only where `format` is asserted: names and values that are no URIs
    #[arg(long)]
    pub(crate) strict: bool,
    /// Raise, lower and explain findings as this file says; it goes before --strict
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// One JSON object per finding and per document instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Only what rejects a document; twice: only the exit status
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) quiet: u8,
}

/// Shows where a lot came from, or where it went.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline trace '(01)19521004000318(10)BL28230-2A' --token-file anna.token
  lotline trace https://id.gs1.org/01/19521003000173/10/VV28228A --forward --json
  lotline trace VV28228A --balance
  lotline trace VV28228A BL28230-2A --common
  lotline trace --stock-at https://id.gs1.org/414/9521005007005 --day 2028-08-19

Exit status: 0 shown, 1 there is no such lot, or it is not shown to you, 2 the gateway could not be asked.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct TraceArgs {
    /// A lot code or an identifier, in any spelling; several for `--common`
    #[arg(value_name = "LOT", required_unless_present = "stock_at", conflicts_with = "stock_at")]
    pub(crate) lots: Vec<String>,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Towards the origin (this is the default)
    #[arg(long, conflicts_with = "forward")]
    pub(crate) back: bool,
    /// Towards the consumer
    #[arg(long)]
    pub(crate) forward: bool,
    /// Both ways
    #[arg(long, conflicts_with_all = ["back", "forward"])]
    pub(crate) both: bool,
    /// Where all of it went, in amounts, by your own records
    #[arg(long, group = "question")]
    pub(crate) balance: bool,
    /// What a recall has to reach, for certain and possibly, and what would decide it
    #[arg(long, group = "question")]
    pub(crate) recall: bool,
    /// What else shares its exposure
    #[arg(long, group = "question")]
    pub(crate) siblings: bool,
    /// What the lots have in common upstream
    #[arg(long, group = "question")]
    pub(crate) common: bool,
    /// What was in stock at a place on a day
    #[arg(long, group = "question", value_name = "PLACE", requires = "day")]
    pub(crate) stock_at: Option<String>,
    /// The day, for example `2028-08-19`
    #[arg(long, value_name = "DATE", requires = "stock_at")]
    pub(crate) day: Option<Date>,
    /// What was the case at this instant, for example `2028-08-19T12:00:00Z`
    #[arg(long, value_name = "INSTANT")]
    pub(crate) as_of: Option<String>,
    /// What your records knew at this instant
    #[arg(long, value_name = "INSTANT")]
    pub(crate) known_at: Option<String>,
    /// Derivations from the lot at most, up to 50
    #[arg(long, default_value_t = 20, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(..=50))]
    pub(crate) hops: u32,
    /// The answer of the gateway as one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Saves the sortable spreadsheet for a regulator's request (21 CFR 1.1455).
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline export --lot '(01)19521004000318(10)BL28230-2A' --out salad.xlsx --token-file anna.token
  lotline export --product 19521003000173 --from 2028-08-01 --to 2028-08-31 --csv august/

Exit status: 0 saved, 1 nothing matches or nothing may be seen, 2 the gateway could not be asked.")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// A lot, and everything in the records that is connected with it
    #[arg(long, required_unless_present = "product", conflicts_with_all = ["product", "from", "to"])]
    pub(crate) lot: Option<String>,
    /// A GTIN, the identifier of a product, or a part of its name
    #[arg(long, requires_all = ["from", "to"])]
    pub(crate) product: Option<String>,
    /// First day, for example `2028-08-01`
    #[arg(long, value_name = "DATE", requires = "product")]
    pub(crate) from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DATE", requires = "product")]
    pub(crate) to: Option<Date>,
    /// Only the records of this place
    #[arg(long, value_name = "IDENTIFIER")]
    pub(crate) place: Option<String>,
    /// Workbook to write
    #[arg(long, value_name = "FILE.xlsx", required_unless_present = "csv")]
    pub(crate) out: Option<PathBuf>,
    /// Folder to write one CSV file per sheet into
    #[arg(long, value_name = "FOLDER", conflicts_with = "out")]
    pub(crate) csv: Option<PathBuf>,
}

/// Writes an EPCIS document in another binding, another version, or another spelling.
///
/// Nothing is lost: what the target has no words for is kept in annotations of their own namespace, each with a finding
/// on standard error, and comes back when the document is read again. Events that are not accepted are left out.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline convert receipts.xml > receipts.jsonld
  lotline convert --to xml-1.2 --epc-format Always_EPC_URN --company-prefix 0614141 -o receipts.xml receipts.jsonld
  curl https://partner.example/events | lotline convert --to xml --cbv-format Always_Web_URI -

Exit status: 0 written, 1 something was not accepted (then no file is written with --output), 2 the document could not
be read, or the answer not be written.")]
pub(crate) struct ConvertArgs {
    /// Document; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// What to write: `json` (JSON-LD 2.0), `xml` (XML 2.0) or `xml-1.2`
    #[arg(long, value_name = "TARGET", default_value_t)]
    pub(crate) to: Target,
    /// Spelling of GS1 keys: `No_Preference`, `Always_GS1_Digital_Link`, `Always_EPC_URN` or `Never_Translates`
    #[arg(long, value_name = "FORMAT", default_value_t)]
    pub(crate) epc_format: EpcFormat,
    /// Spelling of standard terms in XML: `No_Preference`, `Always_URN` or `Always_Web_URI`
    #[arg(long, value_name = "FORMAT", default_value_t)]
    pub(crate) cbv_format: CbvFormat,
    /// Version of the JSON-LD context that JSON refers to, `2.0.0` or `2.0.1`; without it that of the document, else 2.0.0
    #[arg(long, value_name = "VERSION")]
    pub(crate) context: Option<epcis::ContextVersion>,
    /// A GS1 company prefix, so that its Digital Links can be written as URNs; those of URNs in the document are known
    #[arg(long, value_name = "DIGITS")]
    pub(crate) company_prefix: Vec<String>,
    /// File to write; it is replaced when all went well
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Only what is not accepted
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl ConvertArgs {
    /// The company prefixes that were given.
    pub(crate) fn company_prefixes(&self) -> Result<CompanyPrefixes, Failure> {
        crate::config::company_prefixes(&self.company_prefix)
    }

    /// How to write.
    pub(crate) fn options(&self, company_prefixes: CompanyPrefixes) -> Options {
        Options {
            target: self.to,
            epc_format: self.epc_format,
            cbv_format: self.cbv_format,
            context: self.context,
            company_prefixes,
            created: None,
        }
    }
}

/// Computes the event hashes of documents (CBV 2.0, section 8.9).
///
/// Prints one `ni:///sha-256;…?ver=CBV2.0` per event, in the order of the documents. XML and JSON of one event have one
/// hash. What is wrong with a document is written to standard error; events that would not be captured are hashed all the
/// same where every field of them could be read; the others have no hash, and with `--json` a `reason`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline hash receipts.xml
  curl https://partner.example/events | lotline hash --json --prehash - | jq .

Exit status: 0 all accepted, 1 a document was rejected, 2 a document could not be read.")]
pub(crate) struct HashArgs {
    /// Files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Version of the JSON-LD context, 2.0.0 or 2.0.1, whatever the document names; they differ in what the prefix `gs1`
    /// stands for, and published hashes are those of 2.0.0
    #[arg(long, value_name = "VERSION", default_value_t)]
    pub(crate) context: epcis::ContextVersion,
    /// One JSON object per event instead of the bare hash
    #[arg(long)]
    pub(crate) json: bool,
    /// Show what is hashed as well
    #[arg(long, requires = "json")]
    pub(crate) prehash: bool,
}

/// Makes access tokens for development.
///
/// In production your identity provider makes them. A gateway accepts a token when the tenant that the audience names
/// has registered the issuer and its public key.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  lotline token keygen --out packer.pem
  lotline token --key packer.pem --issuer https://login.packer.example \\
      --audience http://127.0.0.1:8080/o/packer --subject anna --scope read > anna.token"
)]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    pub(crate) command: Option<TokenCommand>,
    #[command(flatten)]
    pub(crate) sign: Option<SignArgs>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Makes a private Ed25519 key, and prints the public key and its name for the configuration
    Keygen {
        /// Where the private key is written; an existing file is not touched
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Args, Debug)]
pub(crate) struct SignArgs {
    /// Private key from `lotline token keygen`
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// `iss`, exactly as the tenant registered it
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: String,
    /// `aud`: address of the gateway, `/o/`, name of the tenant
    #[arg(long, value_name = "URL")]
    pub(crate) audience: String,
    /// `sub`: who acts
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: String,
    /// Roles to ask for: `read`, `capture`, `admin`; without it all that the issuer may give
    #[arg(long, value_name = "WORDS", value_delimiter = ' ', value_parser = ["read", "capture", "admin"])]
    pub(crate) scope: Vec<String>,
    /// Why the bearer asks: `trace`, `recall`, `audit`, `quality` or `regulatory`
    #[arg(long, value_name = "WORD", value_parser = crate::token::purpose)]
    pub(crate) purpose: Option<domain::Purpose>,
    /// How long it counts
    #[arg(long, value_name = "TIME", default_value = "15m")]
    pub(crate) lifetime: Span,
}

/// Looks after the database.
#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Brings the schema up to date
    ///
    /// Run it before the new version of the gateway starts. It does nothing where nothing is to be done.
    Migrate {
        /// `sqlite://lotline.db?mode=rwc` or `postgres://user@host/database`
        #[arg(long, alias = "database-url", env = "LOTLINE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
        database: DatabaseUrl,
    },
    Distribute(DistributeArgs),
    Purge(PurgeArgs),
}

/// Spreads the tables of a PostgreSQL database over the machines of its Citus cluster
///
/// Run it on the coordinator, after `lotline db migrate`, with the gateways stopped. Each tenant's rows come to lie
/// together on one machine. It does nothing where nothing is to be done, and goes on where it broke off. While a table
/// is moved, whoever writes to it waits. See docs/operations/scaling.md.
#[derive(Args, Debug)]
pub(crate) struct DistributeArgs {
    /// Print the statements and change nothing; it works without Citus, too
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// `postgres://user@coordinator/database`
    #[arg(long, alias = "database-url", env = "LOTLINE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database: DatabaseUrl,
}

/// Removes records that need not be kept any longer
///
/// Shows what is old enough: recorded, and happened, before a day that the retention allows (24 months ago, unless
/// configured otherwise). It is removed only with --yes, in small steps between which captures go on. An event and the
/// declaration that it was wrong are removed together. Run it again when it broke off.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lotline db purge                              shows what could be removed
  lotline db purge --tenant packer --before 2026-01-01 --yes")]
pub(crate) struct PurgeArgs {
    /// Configuration file; without it `lotline.toml` in the current folder, where there is one
    #[arg(long, env = "LOTLINE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// `database.url`: `sqlite://lotline.db?mode=rwc` or `postgres://user@host/database`
    #[arg(long, alias = "database-url", env = "LOTLINE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database: Option<DatabaseUrl>,
    /// Only the records of this organisation
    #[arg(long, value_name = "SLUG")]
    pub(crate) tenant: Option<String>,
    /// Only records from before this day, for example `2026-01-01`
    #[arg(long, value_name = "DATE")]
    pub(crate) before: Option<Date>,
    /// Remove them
    #[arg(long)]
    pub(crate) yes: bool,
    /// `retention.months`: how long records are kept
    #[arg(long = "retention-months", env = "LOTLINE_RETENTION_MONTHS", value_name = "NUMBER")]
    pub(crate) months: Option<u16>,
    /// `retention.less_than_the_rule_requires`: what has to be said to keep records for less than 24 months
    #[arg(long, env = "LOTLINE_RETENTION_LESS_THAN_THE_RULE_REQUIRES", value_name = "WORDS")]
    pub(crate) less_than_the_rule_requires: Option<String>,
}

/// Prints the GraphQL schema for staff, or the one for partners.
#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// The schema that partners see
    #[arg(long)]
    pub(crate) partner: bool,
    /// Write `schema.graphql` and `schema.partner.graphql` into this folder instead, by default the current one
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = ".", conflicts_with = "partner")]
    pub(crate) write: Option<PathBuf>,
}

/// Which gateway is asked, and as whom.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// Address of the gateway
    #[arg(long, env = "LOTLINE_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) url: BaseUrl,
    /// Access token; other users of this machine may see what stands on a command line, so prefer --token-file
    #[arg(long, env = "LOTLINE_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// File with the access token
    #[arg(long, env = "LOTLINE_TOKEN_FILE", value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Connection {
    /// The token that was given, from the file if there is one.
    pub(crate) fn token(&self) -> Result<crate::client::Token, Failure> {
        let text = match (&self.token_file, &self.token) {
            (Some(file), _) => std::fs::read_to_string(file)
                .or_fail(|| format!("the token file `{}` cannot be read", file.display()))?,
            (None, Some(token)) => token.clone(),
            (None, None) => return Err(Failure::new("no access token: give --token-file or --token")),
        };
        let token = text.trim();
        // A token in a header is one line of visible ASCII.
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::new(
                "the access token is empty, or broken over lines: give one token and nothing else",
            ));
        }
        Ok(crate::client::Token::new(token))
    }
}

/// Variables with our prefix that are for the tests of the program.
const FOR_TESTS: [&str; 1] = ["LOTLINE_CORPUS"];

/// Refuses a variable that looks like one of ours and is none: what it should set would silently stay as it was.
pub(crate) fn check_variables(given: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let command = Cli::command();
    let commands = command.get_subcommands().flat_map(|command| iter::once(command).chain(command.get_subcommands()));
    let known: BTreeSet<&str> =
        commands.flat_map(clap::Command::get_arguments).filter_map(|flag| flag.get_env()?.to_str()).collect();
    for name in given.filter_map(|name| name.into_string().ok()).filter(|name| name.starts_with("LOTLINE_")) {
        let excused = FOR_TESTS.contains(&name.as_str()) || names_a_service(&name);
        if !known.contains(name.as_str()) && !excused {
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Failure::new(format!("the variable {name} is not known; these are: {known}")));
        }
    }
    Ok(())
}

/// Kubernetes sets such variables in every container for a service that is called `lotline…`.
fn names_a_service(variable: &str) -> bool {
    variable.ends_with("_SERVICE_HOST") || variable.ends_with("_PORT") || variable.contains("_PORT_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_key_of_the_configuration_has_a_variable_and_a_flag() {
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        for key in [
            "server.listen",
            "server.base_url",
            "server.request_timeout",
            "server.graphiql",
            "database.url",
            "capture.max_document",
            "capture.max_events",
            "capture.concurrent",
            "capture.lease",
            "identifiers.company_prefixes",
            "log.format",
            "log.level",
        ] {
            let variable = format!("LOTLINE_{}", key.replace('.', "_").to_uppercase());
            let named = serve.get_arguments().find(|flag| flag.get_env().is_some_and(|env| env == variable.as_str()));
            let help = named.unwrap_or_else(|| panic!("{variable}")).get_help().unwrap().to_string();
            assert!(help.starts_with(&format!("`{key}`")), "{help}");
        }
    }

    #[test]
    fn a_token_is_made_with_a_key_or_a_key_is_made() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        assert!(parse("lotline token keygen --out k.pem").is_ok());
        assert!(parse("lotline token --key k --issuer i --audience a --subject s").is_ok());
        assert!(parse("lotline token --key k --issuer i").is_err());
        assert!(parse("lotline token --key k --issuer i --audience a --subject s --scope capture").is_ok());
        assert!(parse("lotline token --key k --issuer i --audience a --subject s --scope write").is_err());
    }

    #[test]
    fn a_variable_that_nobody_reads_is_refused_with_those_that_are_read() {
        let check = |name: &str| check_variables(iter::once(name.into()));
        assert!(check("LOTLINE_TOKEN").is_ok() && check("LOTLINE_CORPUS").is_ok() && check("PATH").is_ok());
        assert!(check("LOTLINE_SERVICE_HOST").is_ok() && check("LOTLINE_PORT_8080_TCP_ADDR").is_ok());
        let refused = check("LOTLINE_LISTEN").unwrap_err().to_string();
        assert!(
            refused.contains("LOTLINE_LISTEN is not known") && refused.contains("LOTLINE_SERVER_LISTEN"),
            "{refused}"
        );
    }

    #[test]
    fn a_token_that_is_broken_over_lines_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("anna.token");
        let url = BaseUrl("http://127.0.0.1".to_owned());
        let connection = Connection { url, token: None, token_file: Some(file.clone()) };
        std::fs::write(&file, "abc.def\n").unwrap();
        assert!(connection.token().is_ok());
        for wrong in ["", "abc\ndef\n", "abc def"] {
            std::fs::write(&file, wrong).unwrap();
            assert!(connection.token().unwrap_err().to_string().contains("one token"), "{wrong}");
        }
    }

    #[test]
    fn an_export_names_a_lot_or_a_product_with_its_days() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        assert!(parse("lotline export --out a.xlsx --lot L1").is_ok());
        assert!(parse("lotline export --out a.xlsx --product P --from 2028-08-01 --to 2028-08-31").is_ok());
        assert!(parse("lotline export --out a.xlsx").is_err());
        assert!(parse("lotline export --out a.xlsx --product P").is_err());
        assert!(parse("lotline export --lot L1").is_err());
    }
}
