//! Access tokens for development: keys and what is signed with them.

use std::{fs::OpenOptions, io::Write, path::Path};

use auth::{Claims, SigningKey};
use domain::{Clock, Purpose, SystemClock};
use jiff::SignedDuration;
use serde::{
    Deserialize,
    de::{IntoDeserializer, value},
};

use crate::{
    cli::{SignArgs, TokenArgs, TokenCommand},
    failure::{Failure, OrFail, Outcome},
};

pub(crate) fn token(args: &TokenArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    match (&args.command, &args.sign) {
        (Some(TokenCommand::Keygen { out: file }), _) => keygen(file, out),
        (None, Some(args)) => sign(args, out),
        (None, None) => Err(Failure::new("nothing to do; see `lotline token --help`")),
    }
}

/// A purpose by its word in tokens.
pub(crate) fn purpose(word: &str) -> Result<Purpose, value::Error> {
    Purpose::deserialize(word.into_deserializer())
}

fn keygen(file: &Path, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let key = SigningKey::generate_ed25519().or_fail(|| "no key could be made".to_owned())?;
    let pem = key.to_pkcs8_pem().or_fail(|| "the key cannot be written down".to_owned())?;
    write_private(file, &pem)?;
    write!(out, "{}", key.public_pem())?;
    writeln!(out, "kid: {}", key.kid())?;
    Ok(Outcome::Done)
}

fn sign(args: &SignArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let file = args.key.display();
    let pem = std::fs::read_to_string(&args.key).or_fail(|| format!("`{file}` cannot be read"))?;
    let key = SigningKey::from_pkcs8_pem(&pem).or_fail(|| format!("`{file}` is no private Ed25519 key"))?;
    let terms = Terms {
        issuer: &args.issuer,
        audience: &args.audience,
        subject: &args.subject,
        scope: &args.scope,
        purpose: args.purpose,
        lifetime_seconds: args.lifetime.seconds(),
    };
    writeln!(out, "{}", terms.sign(&key)?)?;
    Ok(Outcome::Done)
}

/// What a token is to say.
pub(crate) struct Terms<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) scope: &'a [String],
    pub(crate) purpose: Option<Purpose>,
    pub(crate) lifetime_seconds: i64,
}

impl Terms<'_> {
    /// A token that counts from now.
    pub(crate) fn sign(&self, key: &SigningKey) -> Result<String, Failure> {
        let now = SystemClock.now();
        let lifetime = SignedDuration::from_secs(self.lifetime_seconds);
        let exp = now.checked_add(lifetime).or_fail(|| "the lifetime is too long".to_owned())?;
        Ok(key.sign(&Claims {
            iss: self.issuer.to_owned(),
            sub: self.subject.to_owned(),
            aud: self.audience.to_owned(),
            client_id: None,
            iat: now,
            nbf: None,
            exp,
            // Any new name will do.
            jti: app::incident_id(),
            scope: self.scope.to_vec(),
            purpose: self.purpose,
        }))
    }
}

/// Writes a file that only its owner may read, and never over another one.
pub(crate) fn write_private(file: &Path, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.or_fail(|| format!("`{}` cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_one_of_five_words() {
        assert_eq!(purpose("recall").unwrap(), Purpose::Recall);
        assert!(purpose("curiosity").unwrap_err().to_string().contains("`trace`"));
    }

    #[test]
    fn an_existing_key_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        let mut out = Vec::new();
        keygen(&file, &mut out).unwrap();
        let kept = std::fs::read_to_string(&file).unwrap();
        assert!(keygen(&file, &mut out).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
    }
}
