//! The GraphQL schemas as text.

use std::io::Write;

use crate::{
    cli::SchemaArgs,
    failure::{Failure, OrFail, Outcome},
};

pub(crate) fn schema(args: &SchemaArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let Some(folder) = &args.write else {
        let sdl = if args.partner { gateway::partner_sdl() } else { gateway::staff_sdl() };
        out.write_all(sdl.as_bytes())?;
        return Ok(Outcome::Done);
    };
    for (name, sdl) in [("schema.graphql", gateway::staff_sdl()), ("partner.graphql", gateway::partner_sdl())] {
        let file = folder.join(name);
        std::fs::write(&file, sdl).or_fail(|| format!("`{}` cannot be written", file.display()))?;
    }
    Ok(Outcome::Done)
}
