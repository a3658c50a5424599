//! Where the measurements happen: the folder of generated documents, and processes on one core.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    str::FromStr,
    thread,
};

use lotline_benches::{Layout, Recipe, Size, Syntax};

use crate::{Failure, SYNTAXES, clock, options::Options};

pub(crate) struct Workshop<'o> {
    pub(crate) options: &'o Options,
    /// Everything that is made lies here.
    pub(crate) folder: PathBuf,
    /// The core that measurements run on, if they can be kept there.
    core: Option<usize>,
}

impl<'o> Workshop<'o> {
    pub(crate) fn new(options: &'o Options) -> Result<Self, Failure> {
        // The folder that cargo gives to benchmarks, below `target/`.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents");
        std::fs::create_dir_all(&folder)?;
        let pins =
            Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
        let last = thread::available_parallelism()?.get() - 1;
        Ok(Self { options, folder, core: pins.then_some(last) })
    }

    /// What a reader of the table has to know.
    pub(crate) fn conditions(&self) -> String {
        let core = match self.core {
            Some(core) => format!("core {core}"),
            None => "no fixed core (`taskset` is missing)".to_owned(),
        };
        format!(
            "{} events a document, median of {}, {}, {core}",
            self.options.events,
            self.options.rounds,
            clock::name()
        )
    }

    pub(crate) fn recipe(&self, syntax: Syntax, layout: Layout) -> Recipe {
        Recipe { syntax, layout, size: Size::Events(self.options.events) }
    }

    /// A generated document as a file.
    pub(crate) fn write(&self, name: &str, recipe: Recipe) -> io::Result<PathBuf> {
        let path = self.folder.join(name);
        let mut file = BufWriter::new(File::create(&path)?);
        io::copy(&mut recipe.stream(), &mut file)?;
        file.flush()?;
        Ok(path)
    }

    /// This program again, for one measurement.
    pub(crate) fn measurement(&self) -> io::Result<Command> {
        Ok(self.pinned(std::env::current_exe()?))
    }

    /// A program on the core of the measurements.
    pub(crate) fn pinned(&self, program: impl AsRef<Path>) -> Command {
        match self.core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.arg("--cpu-list").arg(core.to_string()).arg(program.as_ref());
                command
            }
            None => Command::new(program.as_ref()),
        }
    }
}

/// A number of bytes, or of anything else, as a figure of the table.
#[expect(clippy::cast_precision_loss, reason = "far below the 2^52 up to which every integer is exact")]
pub(crate) fn exact(number: u64) -> f64 {
    number as f64
}

/// The name of a syntax on the command line.
pub(crate) fn name(syntax: Syntax) -> &'static str {
    SYNTAXES.iter().find(|(_, known)| *known == syntax).map(|(name, _)| *name).unwrap_or_default()
}

/// The standard output of a process that has to succeed.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{command:?} ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The number after a name in what a measurement printed, one `name number` on each line.
pub(crate) fn figure<T: FromStr<Err: Into<Failure>>>(output: &str, name: &str) -> Result<T, Failure> {
    let line = output.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let digits = line.ok_or_else(|| format!("no figure `{name}` in `{output}`"))?;
    digits.trim().parse().map_err(Into::into)
}
