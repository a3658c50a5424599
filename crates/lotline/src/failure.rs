//! Why a command could not do its work: a sentence for the person at the terminal, and the causes behind it.

use std::{error::Error, fmt, iter, process::ExitCode};

/// What a command ends with when nothing went wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// It is done.
    Done,
    /// It is done, and the answer is "no" or "not valid".
    No,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::No => Self::from(1),
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None }
    }

    /// The sentence and every cause behind it, one per line.
    pub(crate) fn full_text(&self) -> String {
        let causes = iter::successors(self.source(), |&error| error.source());
        let mut text = format!("error: {}", self.message);
        for cause in causes.map(|error| error.to_string().trim_end().replace('\n', "\n  ")) {
            // Some libraries repeat the causes of a failure in the text of the failure itself.
            if !text.ends_with(&cause) {
                text.push_str("\n  because: ");
                text.push_str(&cause);
            }
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

/// The one source of errors without a sentence of their own is the terminal that the answer is written to.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self { message: "the answer could not be written".to_owned(), cause: Some(Box::new(error)) }
    }
}

/// Says what was tried when it did not work.
pub(crate) trait OrFail<T> {
    /// The value, or a failure with this sentence and the cause behind it.
    fn or_fail(self, message: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Error + Send + Sync + 'static> OrFail<T> for Result<T, E> {
    fn or_fail(self, message: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure { message: message(), cause: Some(Box::new(error)) })
    }
}
