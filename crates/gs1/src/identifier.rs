//! An identifier as somebody wrote it, beside the thing that it names.

use std::{
    borrow::Cow,
    hash::{Hash, Hasher},
};

use crate::{CompanyPrefixes, Key, digital_link, repair, urn};

/// An identifier: the spelling that came in, and the [`Key`] it names.
///
/// Two identifiers are equal when their keys are; the spelling is kept so that it can be given back.
///
/// ```
/// use gs1::{Identifier, Key};
///
/// let pallet = Identifier::new("urn:epc:id:sscc:9521003.0000000001");
/// assert!(matches!(pallet.key(), Key::Sscc { sscc } if sscc.as_str() == "095210030000000015"));
/// assert_eq!(pallet, Identifier::new("https://warehouse.example/sscc/095210030000000015"));
/// assert_eq!(pallet.spelled(), "urn:epc:id:sscc:9521003.0000000001");
/// ```
#[derive(Clone, Debug)]
pub struct Identifier {
    /// The spelling; `None` for an opaque URI, whose key is its spelling.
    spelled: Option<Box<str>>,
    /// How long the company prefix of a URN is; 0 for other spellings.
    prefix_len: u8,
    key: Key,
}

impl Identifier {
    /// Reads any identifier; what is not a GS1 key is an opaque URI.
    ///
    /// EPC URNs and Digital Links that break their grammar are opaque like every other URI.
    pub fn new(spelled: impl Into<String> + AsRef<str>) -> Self {
        let text = trimmed(spelled.as_ref());
        let read = urn::read(text).or_else(|| Some((digital_link::read(text)?, 0)));
        let is_trimmed = text.len() == spelled.as_ref().len();
        match read {
            Some((key, prefix_len)) => Self { spelled: Some(boxed(spelled)), prefix_len, key },
            None if is_trimmed => Self { spelled: None, prefix_len: 0, key: Key::Uri(spelled.into()) },
            None => {
                let key = Key::Uri(text.to_owned());
                Self { spelled: Some(boxed(spelled)), prefix_len: 0, key }
            }
        }
    }

    /// The spelling that came in.
    pub fn spelled(&self) -> &str {
        match (&self.spelled, &self.key) {
            (Some(spelled), _) => spelled,
            (None, Key::Uri(uri)) => uri,
            (None, _) => "",
        }
    }

    /// What it names.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The canonical form, see [`Key`].
    ///
    /// It is also the form that the event hash of CBV 2.0 asks for, escapes included: feed it to the hash as it is.
    pub fn canonical(&self) -> String {
        let mut canonical = String::with_capacity(match &self.key {
            Key::Uri(uri) => uri.len(),
            _ => 64,
        });
        // Writing to a `String` cannot fail.
        let _ = self.key.write_canonical(&mut canonical);
        canonical
    }

    /// The canonical form, borrowed where it is the spelling itself.
    pub fn canonical_cow(&self) -> Cow<'_, str> {
        match &self.key {
            Key::Uri(uri) => Cow::Borrowed(uri),
            _ => Cow::Owned(self.canonical()),
        }
    }

    /// The EPC URN; `None` when there is none, or when the length of the company prefix is not known.
    ///
    /// An identifier that was spelled as a URN knows its own prefix. Keys with a wrong check digit have no URN, which
    /// could not show it. A Digital Link may say more than its key, which the URN does not; [`says_more`](Self::says_more)
    /// tells.
    ///
    /// ```
    /// use gs1::{CompanyPrefixes, Identifier};
    ///
    /// let mut prefixes = CompanyPrefixes::new();
    /// prefixes.add("4012345", 7).unwrap();
    /// let place = Identifier::new("https://id.gs1.org/414/4012345000054/254/122");
    /// assert_eq!(place.to_urn(&prefixes).as_deref(), Some("urn:epc:id:sgln:4012345.00005.122"));
    /// ```
    pub fn to_urn(&self, prefixes: &CompanyPrefixes) -> Option<String> {
        if self.prefix_len > 0 {
            let written = urn::write(&self.key, usize::from(self.prefix_len));
            return written.or_else(|| Some(self.spelled().trim().to_owned()));
        }
        urn::write(&self.key, prefixes.length_of(&self.key)?)
    }

    /// Whether a Digital Link says something that its [`key`](Self::key) does not hold: a lot beside a serial number, a
    /// variant, a query, a fragment. Its host and the path before the key say nothing of what it names.
    ///
    /// ```
    /// # use gs1::Identifier;
    /// assert!(!Identifier::new("https://shop.example/p/01/09521003000008/21/5").says_more());
    /// assert!(Identifier::new("https://id.gs1.org/01/09521003000008/10/LOT/21/5").says_more());
    /// assert!(Identifier::new("https://id.gs1.org/01/09521003000008/21/5?17=201225").says_more());
    /// ```
    pub fn says_more(&self) -> bool {
        self.prefix_len == 0 && self.key.is_gs1() && digital_link::says_more(self.spelled().trim())
    }

    /// What its author probably meant, spelled the same way otherwise; `None` when nothing is wrong, or nobody can tell.
    ///
    /// That is the right check digit, and the escapes that are missing in a Digital Link whose lot or serial number
    /// holds a `/`, `?` or `#`. It is something to propose, not to apply.
    ///
    /// ```
    /// # use gs1::Identifier;
    /// let corrected = |spelled: &str| Some(Identifier::new(spelled).corrected()?.spelled().to_owned());
    /// let wrong = "https://shop.example/gtin/9521003000007/ser/7?exp=280101";
    /// assert_eq!(corrected(wrong).unwrap(), "https://shop.example/gtin/9521003000008/ser/7?exp=280101");
    /// let unescaped = "https://shop.example/01/09521003000008/10/7/A";
    /// assert_eq!(corrected(unescaped).unwrap(), "https://shop.example/01/09521003000008/10/7%2FA");
    /// assert_eq!(corrected("https://shop.example/01/09521003000008/10/7%2FA"), None);
    /// ```
    #[must_use]
    pub fn corrected(&self) -> Option<Self> {
        let text = self.spelled().trim();
        match &self.key {
            Key::Uri(_) => repair::escapes(text).map(Self::new),
            key => {
                let right = key.corrected()?;
                let same_spelling = repair::check_digit(text, key, &right).map(Self::new);
                same_spelling.filter(|found| found.key == right).or_else(|| Some(Self::from(right)))
            }
        }
    }

    /// The company prefix, when the spelling shows it: in an EPC URN.
    pub fn company_prefix(&self) -> Option<&str> {
        let prefix = self.spelled().trim().split(':').nth(4)?.get(..usize::from(self.prefix_len))?;
        (!prefix.is_empty()).then_some(prefix)
    }

    /// See [`Key::check_digit_ok`].
    pub fn check_digit_ok(&self) -> Option<bool> {
        self.key.check_digit_ok()
    }
}

impl From<Key> for Identifier {
    /// The identifier that is spelled canonically.
    fn from(key: Key) -> Self {
        let spelled = (!matches!(key, Key::Uri(_))).then(|| key.to_string().into_boxed_str());
        Self { spelled, prefix_len: 0, key }
    }
}

/// The text without white space around it, which is hardly ever there.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// A borrowed text is copied once, to its own length.
fn boxed(text: impl Into<String>) -> Box<str> {
    text.into().into_boxed_str()
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Identifier {}

impl Hash for Identifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl serde::Serialize for Identifier {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.spelled())
    }
}

impl<'de> serde::Deserialize<'de> for Identifier {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
