//! Instants and dates.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use jiff::{Timestamp, civil};

/// An instant with an offset from UTC, such as `2028-08-15T22:30:00-07:00`; answers are in UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateTime(pub(crate) Timestamp);

/// A calendar date at the place where something happened, such as `2028-08-15`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Date(pub(crate) civil::Date);

/// An instant with an offset from UTC, such as `2028-08-15T22:30:00-07:00`; answers are in UTC.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let invalid =
            |_| InputValueError::custom(format!("`{text}` is no instant such as `2028-08-15T22:30:00-07:00`"));
        text.parse().map(Self).map_err(invalid)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A calendar date at the place where something happened, such as `2028-08-15`.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let invalid = |_| InputValueError::custom(format!("`{text}` is no date such as `2028-08-15`"));
        text.parse().map(Self).map_err(invalid)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
