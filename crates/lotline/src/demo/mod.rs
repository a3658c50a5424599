//! `lotline demo`
use crate::{
    cli::DemoArgs,
    failure::{Failure, Outcome},
};
use std::io::Write;
pub(crate) async fn demo(_args: &DemoArgs, _out: &mut dyn Write) -> Result<Outcome, Failure> {
    Ok(Outcome::Done)
}
