//! Amounts that keep their digits.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::short::Short;

/// A decimal amount: the digits as written, and the number they are.
///
/// Equality is numeric: `10.50` equals `10.5`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quantity {
    spelled: Short<22>,
    value: Decimal,
}

/// Why a string is not an amount.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not a decimal number of at most 28 digits")]
pub struct InvalidQuantity(String);

impl Quantity {
    /// The digits as written.
    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    /// The number.
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// The same amount in its shortest spelling.
    #[must_use]
    pub fn normalized(&self) -> Self {
        let value = self.value.normalize();
        Self { spelled: value.to_string().as_str().into(), value }
    }
}

impl FromStr for Quantity {
    type Err = InvalidQuantity;

    fn from_str(spelled: &str) -> Result<Self, Self::Err> {
        let text = spelled.trim();
        let value = if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) {
            Decimal::from_scientific(text)
        } else {
            Decimal::from_str(text)
        };
        match value {
            Ok(value) => Ok(Self { spelled: text.into(), value }),
            Err(_) => Err(InvalidQuantity(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Quantity {
    type Error = InvalidQuantity;

    fn try_from(spelled: String) -> Result<Self, Self::Error> {
        spelled.parse()
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        str::to_owned(&quantity.spelled)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Quantity {}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}
