//! Failures of the gateway itself: the log gets the causes, the caller a name for them.

use std::error::Error;

/// Logs a failure with all its causes and gives the name under which the log has it.
pub(crate) fn record(error: &(dyn Error + 'static)) -> String {
    let incident = app::incident_id();
    let causes: Vec<String> =
        std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect();
    tracing::error!(incident, causes = causes.join(": "), "a request could not be answered");
    incident
}
