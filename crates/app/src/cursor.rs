//! Page cursors: sealed, and bound to tenant, view, epoch and question.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use store::Scope;

use crate::{AppError, random};

const NONCE_BYTES: usize = 24;

/// Seals positions in the answer to one question.
pub(crate) struct Cursors {
    cipher: XChaCha20Poly1305,
    bound_to: Vec<u8>,
}

impl Cursors {
    /// For the answer to `question` in this scope. The same question reads the same in `Debug`.
    pub(crate) fn new(scope: &Scope, question: &impl std::fmt::Debug) -> Self {
        let tenant = scope.tenant();
        let (view, epoch) = scope.view();
        let mut key = Sha256::new();
        key.update(b"lotline cursor 1");
        key.update(&tenant.secret);
        let bound_to = format!("{}\n{view}\n{epoch}\n{question:?}", tenant.id.0);
        Self { cipher: XChaCha20Poly1305::new(&key.finalize()), bound_to: Sha256::digest(bound_to.as_bytes()).to_vec() }
    }

    /// Seals a position. A cursor is as long as its position, so numbers are written in full width: the length must not
    /// tell their size.
    pub(crate) fn seal(&self, position: &[u8]) -> Result<String, AppError> {
        let nonce: [u8; NONCE_BYTES] = random::bytes()?;
        let payload = Payload { msg: position, aad: &self.bound_to };
        let sealed = self.cipher.encrypt(&nonce.into(), payload).map_err(|_| AppError::Randomness)?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens a cursor. Tampered, foreign and stale ones are all the same [`AppError::BadCursor`].
    pub(crate) fn open(&self, cursor: &str) -> Result<Vec<u8>, AppError> {
        let bad = || AppError::BadCursor;
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(bad)?;
        let payload = Payload { msg: sealed, aad: &self.bound_to };
        self.cipher.decrypt(&(*nonce).into(), payload).map_err(|_| bad())
    }
}
