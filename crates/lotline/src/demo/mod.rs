//! `lotline demo`: five companies, one salad, and who may see what.

mod stage;
mod story;

use std::{
    io::{IsTerminal, Write, stdout},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use tokio::sync::oneshot;

use self::{stage::Stage, story::Story};
use crate::{
    cli::DemoArgs,
    failure::{Failure, OrFail, Outcome},
    serve::{asked_to_stop, bind},
    tree::Paint,
};

pub(crate) async fn demo(args: &DemoArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let listener = bind(args.address()).await?;
    let address = listener.local_addr().or_fail(|| "the address of the gateway is not known".to_owned())?;
    let folder = Folder::open(args.dir.as_deref(), args.exit)?;
    let stage = Stage::set(folder.path(), address).await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let config = gateway::Config::default();
    let router = gateway::router(stage.app.clone(), &config);
    // The channel closes when the story is over, however it ends.
    let server = tokio::spawn(gateway::serve(listener, router, config, async {
        let _over = stopped.await;
    }));
    let shown = show(args, &stage, out).await;
    drop(stop);
    server.await.or_fail(|| "the gateway broke down".to_owned())?;
    shown
}

/// Tells the story, then waits to be stopped. Being stopped half-way is no failure, but not what was asked for either.
async fn show(args: &DemoArgs, stage: &Stage, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let mut story = Story::new(stage, out, Paint::when(stdout().is_terminal()));
    tokio::select! {
        told = story.tell() => told?,
        () = asked_to_stop() => return Err(Failure::new("stopped before the demonstration was over")),
    }
    story.invite(args.exit)?;
    if !args.exit {
        asked_to_stop().await;
    }
    Ok(Outcome::Done)
}

impl DemoArgs {
    /// Where to listen. What ends by itself takes any free port, so that it never meets another one.
    fn address(&self) -> SocketAddr {
        let port = if self.exit { 0 } else { 8080 };
        self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)))
    }
}

/// Where the demonstration keeps its files.
enum Folder {
    /// Goes away with a demonstration that is stopped by hand; stays after one that ends by itself.
    Temporary(TempDir),
    /// Stays.
    Given(PathBuf),
}

impl Folder {
    fn open(given: Option<&Path>, keep: bool) -> Result<Self, Failure> {
        let Some(folder) = given else {
            let folder = tempfile::Builder::new().prefix("lotline-demo-").disable_cleanup(keep).tempdir();
            return Ok(Self::Temporary(folder.or_fail(|| "no temporary folder can be made".to_owned())?));
        };
        let unusable = || format!("the folder `{}` cannot be used", folder.display());
        std::fs::create_dir_all(folder).or_fail(unusable)?;
        if std::fs::read_dir(folder).or_fail(unusable)?.next().is_some() {
            return Err(Failure::new(format!("the folder `{}` is not empty; name a new one", folder.display())));
        }
        Ok(Self::Given(folder.canonicalize().or_fail(unusable)?))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Given(folder) => folder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(exit: bool, listen: Option<&str>) -> DemoArgs {
        DemoArgs { exit, listen: listen.map(|listen| listen.parse().unwrap()), dir: None }
    }

    #[test]
    fn a_demonstration_that_ends_by_itself_takes_any_free_port() {
        assert_eq!(args(true, None).address().port(), 0);
        assert_eq!(args(false, None).address().port(), 8080);
        assert_eq!(args(true, Some("127.0.0.1:9000")).address().port(), 9000);
    }

    #[tokio::test]
    async fn a_taken_port_is_a_failure_that_names_the_flag() {
        let taken = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let listen = taken.local_addr().unwrap().to_string();
        let failure = demo(&args(true, Some(&listen)), &mut Vec::new()).await.unwrap_err();
        assert!(failure.to_string().contains("--listen"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_demonstration_leads_to_both_fields() {
        let folder = tempfile::tempdir().unwrap();
        let args = DemoArgs { dir: Some(folder.path().to_owned()), ..args(true, None) };
        let mut out = Vec::new();
        assert_eq!(demo(&args, &mut out).await.unwrap(), Outcome::Done);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("curl ") && text.contains(&format!("D=\"{}\"", folder.path().display())), "{text}");
        assert!(folder.path().join("salad.xlsx").exists() && folder.path().join("meridian.token").exists());
        assert!(text.contains("HM-07") && text.contains("HM-12"), "{text}");
        let too_long = text.lines().find(|line| line.chars().count() > 100);
        assert_eq!(too_long, None);
    }
}
