//! The gateway as a process: configuration, database, registry, log, and an orderly end.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use app::{App, IssuerRegistration, KeyRegistration, TenantRegistration};
use domain::{PartyId, SystemClock, TenantId};
use jiff::Timestamp;
use tokio::{net::TcpListener, sync::oneshot};
use tracing_subscriber::EnvFilter;

use crate::{
    cli::ServeArgs,
    config::{self, Config, DEFAULT_FILE, DatabaseUrl, Issuer, IssuerKind, Log, LogFormat, Party, Tenant},
    failure::{Failure, OrFail, Outcome},
};

const NO_ISSUER: &str = "\
nobody could sign in: no tenant accepts the tokens of any issuer. Write into lotline.toml:

  [[tenant]]
  slug = \"packer\"
  name = \"Example Packing\"

  [[tenant.issuer]]
  issuer = \"https://login.packer.example\"
  kind = \"staff\"
  roles = [\"read\", \"capture\", \"admin\"]
  public_key_file = \"packer.pub.pem\"

`lotline token keygen` makes a key for trying it out";

const BEHIND: &str =
    "the schema of the database is behind this version; run `lotline db migrate`, or start with --migrate";

pub(crate) async fn serve(args: &ServeArgs) -> Result<Outcome, Failure> {
    let config = args.config()?;
    let company_prefixes = config::company_prefixes(&config.identifiers.company_prefixes)?;
    start_log(&config.log)?;
    let app = open(&config, args.migrate).await?;
    let interrupted = app.recover().await.or_fail(|| "the capture jobs cannot be read".to_owned())?;
    tell_of(interrupted);
    let listener = bind(config.server.listen).await?;
    let gateway_config = gateway::Config {
        graphiql: config.server.graphiql,
        request_timeout: config.server.request_timeout.0,
        company_prefixes: Arc::new(company_prefixes),
        ..gateway::Config::default()
    };
    let router = gateway::router(app.clone(), &gateway_config);
    let listen = listener.local_addr().or_fail(|| "the address of the gateway is not known".to_owned())?;
    tracing::info!(server.listen = %listen, server.base_url = config.server.base_url(), "serving");
    // Asked once, it finishes what it began; asked again, it ends at once.
    let (first, second) = oneshot::channel();
    let asked = async move {
        asked_to_stop().await;
        let _served_until_now = first.send(());
    };
    tokio::select! {
        () = gateway::serve(listener, router, gateway_config, asked) => {}
        () = recover(&app, config.capture.lease.0) => {}
        () = asked_again(second) => tracing::warn!("stopped at once: what had begun is dropped"),
    }
    tracing::info!("stopped");
    Ok(Outcome::Done)
}

/// Looks again and again for captures that nobody works on any more: those of a process that stopped, and those whose end
/// could not be written when it came.
async fn recover(app: &App, lease: Duration) {
    loop {
        tokio::time::sleep(lease / 2).await;
        match app.recover().await {
            Ok(interrupted) => tell_of(interrupted),
            Err(error) => tracing::warn!(%error, "interrupted captures cannot be looked for"),
        }
    }
}

fn tell_of(interrupted: u64) {
    if interrupted > 0 {
        tracing::warn!(capture.jobs = interrupted, "captures that were interrupted are marked as failed");
    }
}

/// Brings the schema of a database up to date.
pub(crate) async fn migrate(url: &DatabaseUrl) -> Result<Outcome, Failure> {
    let store = App::open_store(&url.0).await.or_fail(|| "the database cannot be opened".to_owned())?;
    store.migrate().await.or_fail(|| "the schema could not be brought up to date".to_owned())?;
    Ok(Outcome::Done)
}

impl ServeArgs {
    /// The file with variables and flags on top.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let mut config = match &self.config {
            Some(file) => Config::read(file)?,
            None if Path::new(DEFAULT_FILE).exists() => Config::read(Path::new(DEFAULT_FILE))?,
            None => Config::default(),
        };
        let server = &mut config.server;
        replace(&mut server.listen, self.listen.as_ref());
        replace(&mut server.request_timeout, self.request_timeout.as_ref());
        replace(&mut server.graphiql, self.graphiql.as_ref());
        server.base_url = self.base_url.clone().or(server.base_url.take());
        replace(&mut config.database.url, self.database.as_ref());
        replace(&mut config.capture.max_document, self.max_document.as_ref());
        replace(&mut config.capture.max_events, self.max_events.as_ref());
        replace(&mut config.capture.concurrent, self.concurrent.as_ref());
        replace(&mut config.capture.lease, self.lease.as_ref());
        replace(&mut config.identifiers.company_prefixes, self.company_prefixes.as_ref());
        replace(&mut config.log.format, self.log_format.as_ref());
        replace(&mut config.log.level, self.log_level.as_ref());
        Ok(config)
    }
}

fn replace<T: Clone>(setting: &mut T, given: Option<&T>) {
    if let Some(given) = given {
        setting.clone_from(given);
    }
}

/// The use cases on the configured database, with everybody in the configuration registered. A start that is refused
/// leaves no database behind, and none changed.
async fn open(config: &Config, migrate: bool) -> Result<App, Failure> {
    check(config)?;
    let nobody = config.tenant.iter().all(|tenant| tenant.issuer.is_empty());
    let url = &config.database.url;
    match (url.is_new(), nobody, migrate) {
        (true, true, _) => return Err(Failure::new(NO_ISSUER)),
        (true, false, false) => return Err(Failure::new(BEHIND)),
        _ => {}
    }
    let store = App::open_store(&url.0).await.or_fail(|| "the database cannot be opened".to_owned())?;
    let app = App::new(store.clone(), Arc::new(SystemClock), &config.server.base_url(), config.capture.limits());
    // A database that is behind may not even have the table.
    if nobody && !app.has_issuer().await.unwrap_or(false) && (migrate || app.is_ready().await) {
        return Err(Failure::new(NO_ISSUER));
    }
    if migrate {
        store.migrate().await.or_fail(|| "the schema could not be brought up to date".to_owned())?;
    }
    if !app.is_ready().await {
        return Err(Failure::new(BEHIND));
    }
    register(&app, config).await?;
    Ok(app)
}

/// Refuses a configuration that nobody could be registered from.
fn check(config: &Config) -> Result<(), Failure> {
    for tenant in &config.tenant {
        for party in &tenant.party {
            hosted(config, tenant, party)?;
        }
        for issuer in &tenant.issuer {
            check_kind(tenant, issuer)?;
            public_key(tenant, issuer)?;
        }
    }
    Ok(())
}

/// The slug of the tenant that a party is.
fn hosted<'a>(config: &Config, tenant: &Tenant, party: &'a Party) -> Result<Option<&'a str>, Failure> {
    let Some(slug) = party.hosted.as_deref() else { return Ok(None) };
    if config.tenant.iter().any(|known| known.slug == slug) {
        return Ok(Some(slug));
    }
    let (name, owner) = (&party.name, &tenant.slug);
    Err(Failure::new(format!("the party `{name}` of `{owner}` is hosted as `{slug}`, but there is no such [[tenant]]")))
}

fn wrong(tenant: &Tenant, issuer: &Issuer, what: &str) -> Failure {
    Failure::new(format!("issuer `{}` of `{}`: {what}", issuer.name, tenant.slug))
}

fn check_kind(tenant: &Tenant, issuer: &Issuer) -> Result<(), Failure> {
    let what = match (issuer.kind, &issuer.party) {
        (IssuerKind::Staff, None) if issuer.roles.is_empty() => {
            "its people may do nothing; write `roles`, for example [\"read\"]"
        }
        (IssuerKind::Partner, Some(name)) if !tenant.party.iter().any(|party| party.name == *name) => {
            "`party` names no [[tenant.party]]"
        }
        (IssuerKind::Partner, None) => "a partner's issuer needs `party`, the name of the partner",
        (IssuerKind::Staff | IssuerKind::Regulator, Some(_)) => "`party` is for `kind = \"partner\"` only",
        (IssuerKind::Partner | IssuerKind::Regulator, _) if !issuer.roles.is_empty() => {
            "`roles` are for `kind = \"staff\"` only"
        }
        _ => return Ok(()),
    };
    Err(wrong(tenant, issuer, what))
}

fn public_key(tenant: &Tenant, issuer: &Issuer) -> Result<String, Failure> {
    match (&issuer.public_key, &issuer.public_key_file) {
        (Some(pem), None) => Ok(pem.clone()),
        (None, Some(file)) => std::fs::read_to_string(file).or_fail(|| format!("`{}` cannot be read", file.display())),
        _ => Err(wrong(tenant, issuer, "write either `public_key` or `public_key_file`")),
    }
}

/// Registers what is new. Tenants come first, because a party may be one of them.
async fn register(app: &App, config: &Config) -> Result<(), Failure> {
    let mut tenants = BTreeMap::new();
    for tenant in &config.tenant {
        let Tenant { slug, name, identifiers, .. } = tenant;
        let id = app.ensure_tenant(&TenantRegistration { slug, name, identifiers }).await;
        tenants.insert(slug.as_str(), id.or_fail(|| format!("the tenant `{slug}` cannot be registered"))?);
    }
    for tenant in &config.tenant {
        let Some(&id) = tenants.get(tenant.slug.as_str()) else { continue };
        let parties = register_parties(app, id, config, tenant, &tenants).await?;
        for issuer in &tenant.issuer {
            register_issuer(app, id, tenant, issuer, &parties).await?;
        }
    }
    Ok(())
}

async fn register_parties<'a>(
    app: &App,
    id: TenantId,
    config: &Config,
    tenant: &'a Tenant,
    tenants: &BTreeMap<&str, TenantId>,
) -> Result<BTreeMap<&'a str, PartyId>, Failure> {
    let mut parties = BTreeMap::new();
    for party in &tenant.party {
        let name = &party.name;
        let hosted = hosted(config, tenant, party)?.and_then(|slug| tenants.get(slug).copied());
        let registered = app.ensure_party(id, name, &party.identifiers, hosted).await;
        let registered =
            registered.or_fail(|| format!("the party `{name}` of `{}` cannot be registered", tenant.slug))?;
        parties.insert(name.as_str(), registered);
    }
    Ok(parties)
}

async fn register_issuer(
    app: &App,
    id: TenantId,
    tenant: &Tenant,
    issuer: &Issuer,
    parties: &BTreeMap<&str, PartyId>,
) -> Result<(), Failure> {
    check_kind(tenant, issuer)?;
    let party = issuer.party.as_deref().and_then(|name| parties.get(name));
    let kind = match (issuer.kind, party) {
        (IssuerKind::Staff, _) => app::IssuerKind::Staff,
        (IssuerKind::Regulator, _) => app::IssuerKind::Regulator,
        (IssuerKind::Partner, Some(party)) => app::IssuerKind::Partner(*party),
        (IssuerKind::Partner, None) => return Err(wrong(tenant, issuer, "its party is not registered")),
    };
    let public_key = public_key(tenant, issuer)?;
    let key = KeyRegistration {
        kid: issuer.kid.clone(),
        alg: issuer.alg.clone(),
        public_key,
        valid_from: Timestamp::UNIX_EPOCH,
        valid_to: None,
    };
    let registration = IssuerRegistration {
        issuer: &issuer.name,
        kind,
        roles: &issuer.roles,
        max_lifetime_seconds: issuer.max_lifetime.seconds(),
        keys: vec![key],
    };
    let registered = app.register_issuer(id, &registration).await;
    registered.or_fail(|| format!("the issuer `{}` of `{}` cannot be registered", issuer.name, tenant.slug))
}

/// Takes the address, or says how to choose another one.
pub(crate) async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(listen).await;
    bound.or_fail(|| format!("cannot listen on {listen}; choose another address with --listen"))
}

/// Ends when the process is asked to stop, by Ctrl-C or SIGTERM.
pub(crate) async fn asked_to_stop() {
    let terminated = async {
        #[cfg(unix)]
        if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            signal.recv().await;
            return;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// Ends when the process is asked to stop after it was asked before.
async fn asked_again(asked: oneshot::Receiver<()>) {
    match asked.await {
        Ok(()) => asked_to_stop().await,
        // Served to the end.
        Err(_) => std::future::pending().await,
    }
}

/// Writes the log to standard error, so that standard output stays for answers.
fn start_log(log: &Log) -> Result<(), Failure> {
    let filter: EnvFilter =
        log.level.parse().or_fail(|| format!("`{}` is no level of the log; write for example `info`", log.level))?;
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().init(),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    const TENANT: &str = "[[tenant]]\nslug = \"packer\"\nname = \"Packer\"\nidentifiers = [\"urn:example:packer\"]\n";

    fn config(text: &str, folder: &Path) -> Config {
        let mut config = Config::parse(text).unwrap();
        config.database.url = DatabaseUrl(format!("sqlite://{}/test.db?mode=rwc", folder.display()));
        config
    }

    async fn refused(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let failure = open(&config(text, folder.path()), true).await.err().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a refused start leaves nothing behind");
        failure.full_text()
    }

    fn with_issuer(lines: &str) -> String {
        format!("{TENANT}[[tenant.issuer]]\nissuer = \"https://login.packer.example\"\n{lines}")
    }

    #[tokio::test]
    async fn a_gateway_that_nobody_could_sign_in_to_does_not_start() {
        let text = refused(TENANT).await;
        assert!(text.contains("nobody could sign in"), "{text}");
        assert!(text.contains("[[tenant.issuer]]"), "{text}");
    }

    #[tokio::test]
    async fn an_issuer_without_key_role_or_party_is_refused() {
        assert!(refused(&with_issuer("kind = \"staff\"\nroles = [\"read\"]")).await.contains("`public_key_file`"));
        assert!(refused(&with_issuer("kind = \"staff\"")).await.contains("write `roles`"));
        assert!(refused(&with_issuer("kind = \"partner\"")).await.contains("needs `party`"));
        assert!(refused(&with_issuer("kind = \"partner\"\nparty = \"x\"")).await.contains("names no [[tenant.party]]"));
    }

    #[tokio::test]
    async fn registering_the_same_configuration_again_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let key = auth::SigningKey::generate_ed25519().unwrap().public_pem();
        let text = format!(
            "{TENANT}[[tenant.party]]\nname = \"Grocer\"\nidentifiers = [\"urn:example:grocer\"]\n\
             [[tenant.issuer]]\nissuer = \"i\"\nkind = \"partner\"\nparty = \"Grocer\"\npublic_key = '''{key}'''"
        );
        let config = config(&text, folder.path());
        open(&config, true).await.unwrap();
        open(&config, false).await.unwrap();
    }

    #[tokio::test]
    async fn a_schema_that_is_behind_is_not_migrated_silently() {
        let folder = tempfile::tempdir().unwrap();
        let text = with_issuer("kind = \"staff\"\nroles = [\"read\"]\npublic_key = \"\"");
        let config = config(&text, folder.path());
        for _new_then_empty in 0..2 {
            let failure = open(&config, false).await.err().unwrap();
            assert!(failure.full_text().contains("lotline db migrate"));
            std::fs::write(folder.path().join("test.db"), "").unwrap();
        }
    }

    #[test]
    fn a_flag_goes_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lotline.toml");
        std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:9000\"\n[log]\nlevel = \"warn\"").unwrap();
        let line = ["lotline", "serve", "--listen", "127.0.0.1:9001", "--config"];
        let cli = Cli::try_parse_from(line.iter().copied().map(Into::into).chain([file.into_os_string()])).unwrap();
        let Command::Serve(args) = cli.command else { panic!("another command") };
        let config = args.config().unwrap();
        assert_eq!((config.server.listen.port(), config.log.level.as_str()), (9001, "warn"));
    }
}
