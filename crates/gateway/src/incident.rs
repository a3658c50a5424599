//! Failures of the gateway itself: the log gets the causes, the caller a name for them.

use std::error::Error;

/// Logs a failure with all its causes and gives the name under which the log has it.
pub(crate) fn record(error: &(dyn Error + 'static)) -> String {
    let incident = app::incident_id();
    let mut causes = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        causes = format!("{causes}: {cause}");
        next = cause.source();
    }
    tracing::error!(incident, causes, "a request could not be answered");
    incident
}
