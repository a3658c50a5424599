//! Long lists of small objects, without a future for every field of every object.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};

/// An object some of whose fields need no looking up.
pub(crate) trait Plain: OutputType + Sync {
    /// Those fields. None of them has arguments or fields of its own.
    const FIELDS: &'static [&'static str];

    /// The value of one of them.
    fn value(&self, field: &str) -> Value;
}

/// A list of objects. Where the question asks for plain fields alone, their values are taken as they are; any other
/// question is answered as of every list.
pub(crate) struct PlainList<T>(pub(crate) Vec<T>);

impl<T: Plain> OutputType for PlainList<T> {
    fn type_name() -> Cow<'static, str> {
        <Vec<T> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let Some(asked) = plain_fields(&ctx.item.node, T::FIELDS) else { return self.0.resolve(ctx, field).await };
        let object = |object: &T| {
            let values: IndexMap<Name, Value> =
                asked.iter().map(|(key, field)| ((*key).clone(), object.value(field))).collect();
            Value::Object(values)
        };
        Ok(Value::List(self.0.iter().map(object).collect()))
    }
}

/// What is asked for, by the names in the answer; `None` where it is anything but these fields by themselves.
fn plain_fields<'a>(asked: &'a SelectionSet, fields: &[&str]) -> Option<Vec<(&'a Name, &'a str)>> {
    let plain = |selection: &'a Positioned<Selection>| {
        let Selection::Field(Positioned { node: field, .. }) = &selection.node else { return None };
        let name = field.name.node.as_str();
        (field.directives.is_empty() && fields.contains(&name)).then_some((&field.response_key().node, name))
    };
    asked.items.iter().map(plain).collect()
}
