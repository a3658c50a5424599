//! What the machine offers, and what happens when it does not.

use std::io::Write;

/// An environment variable that is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "where the corpus and PostgreSQL are is a fact of the machine, not configuration"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Says that a test is skipped; on a build server nothing may be skipped unseen.
///
/// # Panics
///
/// When the environment variable `CI` is `true`.
pub fn skip(missing: &str) {
    assert!(variable("CI").as_deref() != Some("true"), "{missing}, and CI=true forbids to skip");
    tell(&format!("SKIPPED: {missing}"));
}

/// Says something that is to be seen even when the tests pass, such as a count.
///
/// # Panics
///
/// When standard error is closed.
pub fn tell(line: &str) {
    // Not `eprintln!`: the test harness would swallow it in a test that passes.
    let told = writeln!(std::io::stderr(), "{line}");
    assert!(told.is_ok(), "nobody can be told: {line}");
}
