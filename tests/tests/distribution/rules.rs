//! What a statement has to look like so that one machine of a cluster can answer it alone.
//!
//! Every distributed table in every part of a statement has its `tenant` compared with a constant, or with the `tenant` of
//! a table of the same part, or of a part around it, that is. What is written names the tenant in every row.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use migrations::Spread;
use sqlparser::{
    ast::{
        Assignment, AssignmentTarget, BinaryOperator, ConflictTarget, CopySource, Delete, DoUpdate, Expr, FromTable,
        Insert, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, OnConflict, OnConflictAction, OnInsert,
        Query, Select, SelectItem, SetExpr, Statement, TableFactor, TableObject, TableWithJoins, Update,
        UpdateTableFromKind, Value, Visit, Visitor,
    },
    dialect::PostgreSqlDialect,
    parser::Parser,
};

const TENANT: &str = "tenant";

/// Functions that give another answer each time. A cluster evaluates what a statement that writes says on one machine or
/// on several, and refuses these.
const VOLATILE: &[&str] =
    &["clock_timestamp", "timeofday", "random", "gen_random_uuid", "nextval", "setval", "pg_sleep"];

/// What the tables of a statement are.
pub(crate) type Spreads = BTreeMap<&'static str, Spread>;

/// A tenant as a statement names it: an argument by its number, or a literal.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum TenantIs {
    Argument(usize),
    Literal(String),
}

/// Whether a query reads nothing but arrays that were bound to it: rows of no table.
fn is_of_arrays(select: &Select) -> bool {
    let is_array =
        |table: &TableWithJoins| table.joins.is_empty() && matches!(&table.relation, TableFactor::UNNEST { .. });
    !select.from.is_empty() && select.from.iter().all(is_array)
}

/// The tenants that a statement names; an error for each rule that it breaks.
pub(crate) fn check(sql: &str, spreads: &Spreads) -> Result<BTreeSet<TenantIs>, Vec<String>> {
    let parsed = Parser::parse_sql(&PostgreSqlDialect {}, sql).map_err(|error| vec![error.to_string()])?;
    let [statement] = parsed.as_slice() else { return Err(vec!["not one statement".to_owned()]) };
    let mut check = Check { spreads, named: BTreeSet::new(), met: BTreeSet::new(), queries: 0, broken: Vec::new() };
    check.statement(statement);
    if check.queries != count_queries(statement) {
        check.broken.push("a subquery stands where this check does not look".to_owned());
    }
    let met = |wanted: Spread| check.met.iter().any(|spread| *spread == wanted);
    if met(Spread::Here) && (met(Spread::ByTenant) || met(Spread::Everywhere)) {
        check.broken.push("a local table meets tables of the cluster".to_owned());
    }
    if check.broken.is_empty() { Ok(check.named) } else { Err(check.broken) }
}

struct Check<'a> {
    spreads: &'a Spreads,
    named: BTreeSet<TenantIs>,
    met: BTreeSet<Spread>,
    queries: usize,
    broken: Vec<String>,
}

/// The tables of one part of a statement: their names there, and whether they are distributed.
#[derive(Clone, Debug, Default)]
struct Scope {
    tables: Vec<(String, bool)>,
    /// Names of this part and of those around it whose tenant is a constant.
    settled: BTreeSet<String>,
}

impl Check<'_> {
    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::StartTransaction { .. }
            | Statement::Commit { .. }
            | Statement::Rollback { .. }
            | Statement::Savepoint { .. }
            | Statement::Set(_)
            | Statement::ShowVariable { .. } => {}
            Statement::Query(query) => self.query(query, &Scope::default(), &BTreeSet::new()),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            // Rows of one tenant at a time: `bulk::Rows` has no other.
            Statement::Copy { source: CopySource::Table { table_name, columns }, .. } => {
                let spread = self.spread(table_name);
                if spread == Some(Spread::ByTenant) && !columns.iter().any(|column| column.value == TENANT) {
                    self.broken.push("COPY does not name the tenant".to_owned());
                }
            }
            Statement::CreateTable(create) if self.spread(&create.name) == Some(Spread::Here) => {}
            other => self.broken.push(format!("a kind of statement that is not expected: {other}")),
        }
        if matches!(statement, Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_)) {
            self.no_volatile(statement);
        }
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(table) = &insert.table else {
            self.broken.push("INSERT into something else than a table".to_owned());
            return;
        };
        let is_distributed = self.spread(table) == Some(Spread::ByTenant);
        if let Some(source) = &insert.source {
            let place = insert.columns.iter().position(|column| name(column).as_deref() == Some(TENANT));
            match (place, source.body.as_ref()) {
                (None, _) if is_distributed => self.broken.push("INSERT does not name the tenant".to_owned()),
                (Some(place), SetExpr::Values(values)) if is_distributed => {
                    for row in &values.rows {
                        self.constant(row.content.get(place));
                    }
                }
                (Some(place), SetExpr::Select(select)) if is_distributed && is_of_arrays(select) => {
                    let written = select.projection.get(place);
                    self.constant(written.and_then(|item| match item {
                        SelectItem::UnnamedExpr(expr) => Some(expr),
                        _ => None,
                    }));
                }
                (Some(_), _) if is_distributed => {
                    self.broken.push("INSERT of rows that are read elsewhere".to_owned());
                }
                _ => {}
            }
            self.query(source, &Scope::default(), &BTreeSet::new());
        }
        if let Some(OnInsert::OnConflict(conflict)) = &insert.on
            && is_distributed
        {
            self.conflict(conflict);
        }
    }

    fn conflict(&mut self, conflict: &OnConflict) {
        match &conflict.conflict_target {
            Some(ConflictTarget::Columns(columns)) if columns.iter().any(|column| column.value == TENANT) => {}
            None if matches!(conflict.action, OnConflictAction::DoNothing) => {}
            _ => self.broken.push("ON CONFLICT does not name the tenant".to_owned()),
        }
        if let OnConflictAction::DoUpdate(DoUpdate { assignments, .. }) = &conflict.action {
            self.keeps_tenant(assignments);
        }
    }

    /// A tenant that is written: a constant, or something is wrong.
    fn constant(&mut self, expr: Option<&Expr>) {
        match expr.and_then(constant) {
            Some(tenant) => drop(self.named.insert(tenant)),
            None => self.broken.push("a row is written whose tenant is no constant".to_owned()),
        }
    }

    fn update(&mut self, update: &Update) {
        let mut from = vec![update.table.clone()];
        match &update.from {
            Some(UpdateTableFromKind::BeforeSet(tables) | UpdateTableFromKind::AfterSet(tables)) => {
                from.extend(tables.iter().cloned());
            }
            None => {}
        }
        self.keeps_tenant(&update.assignments);
        let scope = self.part(&from, update.selection.as_ref(), &Scope::default(), &BTreeSet::new());
        self.nested(update, &scope, &BTreeSet::new());
    }

    fn delete(&mut self, delete: &Delete) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let from: Vec<TableWithJoins> = from.iter().chain(delete.using.iter().flatten()).cloned().collect();
        let scope = self.part(&from, delete.selection.as_ref(), &Scope::default(), &BTreeSet::new());
        self.nested(delete, &scope, &BTreeSet::new());
    }

    fn keeps_tenant(&mut self, assignments: &[Assignment]) {
        let is_tenant = |column: &ObjectName| name(column).as_deref() == Some(TENANT);
        let moves = assignments.iter().any(|assignment| match &assignment.target {
            AssignmentTarget::ColumnName(column) => is_tenant(column),
            AssignmentTarget::Tuple(columns) => columns.iter().any(is_tenant),
        });
        if moves {
            self.broken.push("a row is moved to another tenant".to_owned());
        }
    }

    fn query(&mut self, query: &Query, outer: &Scope, known: &BTreeSet<String>) {
        self.queries += 1;
        let mut known = known.clone();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            // A recursive one names itself.
            known.insert(cte.alias.name.value.clone());
            self.query(&cte.query, outer, &known);
        }
        self.body(&query.body, outer, &known);
        self.nested(&query.order_by, outer, &known);
        self.nested(&query.limit_clause, outer, &known);
    }

    fn body(&mut self, body: &SetExpr, outer: &Scope, known: &BTreeSet<String>) {
        match body {
            SetExpr::Select(select) => self.select(select, outer, known),
            SetExpr::Query(query) => self.query(query, outer, known),
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left, outer, known);
                self.body(right, outer, known);
            }
            SetExpr::Values(values) => self.nested(values, outer, known),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) | SetExpr::Table(_) => {
                self.broken.push(format!("a part that is not expected: {body}"));
            }
        }
    }

    fn select(&mut self, select: &Select, outer: &Scope, known: &BTreeSet<String>) {
        let scope = self.part(&select.from, select.selection.as_ref(), outer, known);
        self.nested(select, &scope, known);
    }

    /// Checks every query directly inside of a part.
    fn nested(&mut self, part: &impl Visit, scope: &Scope, known: &BTreeSet<String>) {
        let mut inside = Inside { depth: 0, queries: Vec::new() };
        let _: ControlFlow<()> = part.visit(&mut inside);
        for query in inside.queries {
            self.query(&query, scope, known);
        }
    }

    /// Checks that the tenant of every distributed table of one part is a constant.
    fn part(
        &mut self,
        from: &[TableWithJoins],
        selection: Option<&Expr>,
        outer: &Scope,
        known: &BTreeSet<String>,
    ) -> Scope {
        let mut scope = Scope { tables: Vec::new(), settled: outer.settled.clone() };
        let mut conditions: Vec<&Expr> = Vec::new();
        conjuncts(selection, &mut conditions);
        for table in from {
            self.table(&table.relation, &mut scope, known);
            for join in &table.joins {
                self.table(&join.relation, &mut scope, known);
                match &join.join_operator {
                    JoinOperator::Join(JoinConstraint::On(on)) | JoinOperator::Inner(JoinConstraint::On(on)) => {
                        conjuncts(Some(on), &mut conditions);
                    }
                    _ => self.broken.push(format!("a join that is not expected: {join}")),
                }
            }
        }
        // A table of this part hides one of the same name around it.
        for (name, _) in &scope.tables {
            scope.settled.remove(name);
        }
        self.settle(&conditions, &mut scope);
        for (name, is_distributed) in &scope.tables {
            if *is_distributed && !scope.settled.contains(name) {
                self.broken.push(format!("the tenant of `{name}` is no constant"));
            }
        }
        scope
    }

    /// Follows the equalities from the constants on.
    fn settle(&mut self, conditions: &[&Expr], scope: &mut Scope) {
        let mut pairs = Vec::new();
        for condition in conditions {
            let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition else { continue };
            match (scope.tenant_of(left), scope.tenant_of(right)) {
                (Some(one), Some(other)) => pairs.push((one, other)),
                (Some(table), None) => self.named_by(scope, table, right),
                (None, Some(table)) => self.named_by(scope, table, left),
                (None, None) => {}
            }
        }
        let mut before = usize::MAX;
        while before != scope.settled.len() {
            before = scope.settled.len();
            for (one, other) in &pairs {
                if scope.settled.contains(one) {
                    scope.settled.insert(other.clone());
                } else if scope.settled.contains(other) {
                    scope.settled.insert(one.clone());
                }
            }
        }
    }

    fn named_by(&mut self, scope: &mut Scope, table: String, value: &Expr) {
        if let Some(tenant) = constant(value) {
            self.named.insert(tenant);
            scope.settled.insert(table);
        }
    }

    fn table(&mut self, table: &TableFactor, scope: &mut Scope, known: &BTreeSet<String>) {
        match table {
            TableFactor::Table { name: table, alias, args: None, .. } => {
                let Some(own) = name(table) else { return };
                let is_distributed = !known.contains(&own) && self.spread(table) == Some(Spread::ByTenant);
                let shown = alias.as_ref().map_or(own, |alias| alias.name.value.clone());
                scope.tables.push((shown, is_distributed));
            }
            // What is inside of a query is checked as one of its own, and a function gives rows of no table.
            TableFactor::Derived { .. }
            | TableFactor::Table { args: Some(_), .. }
            | TableFactor::Function { .. }
            | TableFactor::UNNEST { .. } => {}
            other => self.broken.push(format!("a source of rows that is not expected: {other}")),
        }
    }

    /// What a table is; the catalogue of the database is as local as what is only here.
    fn spread(&mut self, table: &ObjectName) -> Option<Spread> {
        let own = name(table)?;
        let is_catalogue = own.starts_with("pg_") || table.to_string().contains("information_schema");
        let spread = if is_catalogue { Some(Spread::Here) } else { self.spreads.get(own.as_str()).copied() };
        match spread {
            Some(spread) => drop(self.met.insert(spread)),
            None => self.broken.push(format!("nobody says where the rows of `{own}` are")),
        }
        spread
    }

    fn no_volatile(&mut self, statement: &Statement) {
        let mut functions = Functions(Vec::new());
        let _: ControlFlow<()> = statement.visit(&mut functions);
        for function in functions.0.into_iter().filter(|function| VOLATILE.contains(&function.as_str())) {
            self.broken.push(format!("`{function}` in a statement that writes"));
        }
    }
}

impl Scope {
    /// The table whose tenant an expression is.
    fn tenant_of(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Identifier(column) if column.value == TENANT => {
                let mut distributed = self.tables.iter().filter(|(_, is_distributed)| *is_distributed);
                // With several of them the database would not know which one is meant either.
                distributed.next().map(|(name, _)| name.clone()).filter(|_| distributed.next().is_none())
            }
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [table, column] if column.value == TENANT => Some(table.value.clone()),
                _ => None,
            },
            Expr::Nested(inner) => self.tenant_of(inner),
            _ => None,
        }
    }
}

/// The conditions that all have to hold.
fn conjuncts<'e>(expr: Option<&'e Expr>, into: &mut Vec<&'e Expr>) {
    match expr {
        Some(Expr::BinaryOp { left, op: BinaryOperator::And, right }) => {
            conjuncts(Some(left), into);
            conjuncts(Some(right), into);
        }
        Some(Expr::Nested(inner)) => conjuncts(Some(inner), into),
        Some(other) => into.push(other),
        None => {}
    }
}

fn constant(expr: &Expr) -> Option<TenantIs> {
    let Expr::Value(value) = expr else { return None };
    match &value.value {
        Value::Placeholder(text) => text.strip_prefix('$')?.parse().ok().map(TenantIs::Argument),
        Value::Number(number, _) => Some(TenantIs::Literal(number.clone())),
        _ => None,
    }
}

/// The last part of a name.
fn name(of: &ObjectName) -> Option<String> {
    match of.0.last() {
        Some(ObjectNamePart::Identifier(ident)) => Some(ident.value.clone()),
        _ => None,
    }
}

/// The queries directly inside of something.
struct Inside {
    depth: usize,
    queries: Vec<Query>,
}

impl Visitor for Inside {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.queries.push(query.clone());
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

/// The names of the functions that are called.
struct Functions(Vec<String>);

impl Visitor for Functions {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            self.0.extend(name(&function.name).map(|name| name.to_lowercase()));
        }
        ControlFlow::Continue(())
    }
}

fn count_queries(statement: &Statement) -> usize {
    struct Count(usize);
    impl Visitor for Count {
        type Break = ();

        fn pre_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
            self.0 += 1;
            ControlFlow::Continue(())
        }
    }
    let mut count = Count(0);
    let _: ControlFlow<()> = statement.visit(&mut count);
    count.0
}

fn verdict(sql: &str) -> Result<BTreeSet<TenantIs>, String> {
    let spreads = migrations::spreads().into_iter().collect();
    check(sql, &spreads).map_err(|broken| broken.join("; "))
}

#[test]
fn statements_of_one_tenant_pass() {
    for sql in [
        "SELECT id FROM event WHERE tenant = $1 AND id = ANY($2) FOR UPDATE",
        "SELECT e.id FROM event AS e JOIN event_thing t ON (t.tenant = e.tenant AND t.event = e.id) WHERE e.tenant = $1",
        "SELECT id FROM event WHERE tenant = $1 AND id IN (SELECT event FROM event_thing WHERE tenant = $1)",
        "SELECT id FROM thing WHERE tenant = $1 AND NOT EXISTS \
         (SELECT 1 FROM event_thing WHERE event_thing.tenant = thing.tenant AND event_thing.thing = thing.id)",
        "SELECT thing FROM thing_code WHERE tenant = $1 UNION SELECT id FROM thing WHERE tenant = $1",
        "WITH RECURSIVE up AS (SELECT thing FROM process_side WHERE tenant = $1 UNION SELECT p.thing FROM process_side p \
         JOIN up ON up.thing = p.process WHERE p.tenant = $1) SELECT thing FROM up",
        "SELECT max(id) FROM tenant",
        "INSERT INTO item (tenant, id, uri) VALUES ($1, $2, $3), ($4, $5, $6) ON CONFLICT DO NOTHING",
        "INSERT INTO vocabulary (tenant, item) VALUES ($1, $2) ON CONFLICT (tenant, item) DO UPDATE SET kind = excluded.kind",
        "INSERT INTO item (tenant, id, uri) SELECT $1, * FROM unnest($2, $3) ON CONFLICT DO NOTHING",
        "COPY item (tenant, id, uri) FROM STDIN (FORMAT binary)",
        "SELECT found.* FROM unnest($2::bytea[]) AS wanted (value) JOIN LATERAL \
         (SELECT id FROM event WHERE tenant = $1 AND identity = wanted.value OFFSET 0) AS found ON TRUE",
        "UPDATE job SET status = $3, finished_at = now() WHERE tenant = $1 AND id = $2",
        "DELETE FROM event WHERE tenant = 7",
        "BEGIN",
    ] {
        assert!(verdict(sql).is_ok(), "{sql}: {:?}", verdict(sql));
    }
}

#[test]
fn the_tenants_that_a_statement_names_are_known() {
    let named = verdict("INSERT INTO item (id, tenant) VALUES ($1, $2), ($3, $4)").unwrap();
    assert_eq!(named, BTreeSet::from([TenantIs::Argument(2), TenantIs::Argument(4)]));
    let named = verdict("SELECT 1 FROM item WHERE tenant = $1 AND id IN (SELECT item FROM thing WHERE tenant = 2)");
    assert_eq!(named.unwrap(), BTreeSet::from([TenantIs::Argument(1), TenantIs::Literal("2".to_owned())]));
}

#[test]
fn statements_that_no_single_machine_can_answer_are_found() {
    for (sql, why) in [
        ("SELECT id FROM issuer LIMIT 1", "the tenant of `issuer` is no constant"),
        ("UPDATE job SET status = 'failed' WHERE status = 'running'", "the tenant of `job` is no constant"),
        ("SELECT id FROM job WHERE status = 'running' FOR UPDATE SKIP LOCKED", "the tenant of `job` is no constant"),
        ("DELETE FROM event WHERE tenant = $1 OR id = 5", "the tenant of `event` is no constant"),
        ("SELECT 1 FROM event WHERE tenant IN ($1, $2)", "the tenant of `event` is no constant"),
        ("SELECT 1 FROM event WHERE tenant > $1", "the tenant of `event` is no constant"),
        (
            "SELECT 1 FROM event JOIN thing ON thing.id = event.id WHERE event.tenant = $1",
            "the tenant of `thing` is no constant",
        ),
        ("SELECT 1 FROM event a, event b WHERE a.tenant = b.tenant", "the tenant of `a` is no constant"),
        (
            "SELECT id FROM event WHERE tenant = $1 AND id IN (SELECT event FROM event_thing)",
            "the tenant of `event_thing` is no constant",
        ),
        ("SELECT (SELECT max(id) FROM event) FROM thing WHERE tenant = $1", "the tenant of `event` is no constant"),
        (
            "WITH old AS (SELECT id, tenant FROM event) SELECT id FROM old WHERE tenant = $1",
            "the tenant of `event` is no constant",
        ),
        (
            "WITH RECURSIVE up AS (SELECT thing, tenant FROM process_side WHERE tenant = $1 UNION SELECT p.thing, p.tenant \
             FROM process_side p JOIN up ON up.tenant = p.tenant) SELECT thing FROM up",
            "the tenant of `p` is no constant",
        ),
        ("SELECT thing FROM thing_code WHERE tenant = $1 UNION SELECT id FROM thing", "the tenant of `thing`"),
        ("SELECT 1 FROM (SELECT id FROM event) x", "the tenant of `event` is no constant"),
        (
            "SELECT found.* FROM unnest($2::bigint[]) AS wanted (value) JOIN LATERAL \
             (SELECT id FROM event WHERE tenant = wanted.value) AS found ON TRUE",
            "the tenant of `event` is no constant",
        ),
        (
            "SELECT 1 FROM event LEFT JOIN thing ON thing.tenant = event.tenant WHERE event.tenant = $1",
            "a join that is not expected",
        ),
        ("SELECT 1 FROM event WHERE tenant = $1 ORDER BY (SELECT max(id) FROM thing)", "the tenant of `thing`"),
        ("INSERT INTO item (id, uri) VALUES ($1, $2)", "INSERT does not name the tenant"),
        ("INSERT INTO item (tenant, id) VALUES ($1, $2), (DEFAULT, $3)", "whose tenant is no constant"),
        (
            "INSERT INTO item (tenant, id) SELECT tenant, id FROM thing WHERE tenant = $1",
            "rows that are read elsewhere",
        ),
        ("INSERT INTO item (tenant, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", "ON CONFLICT does not name"),
        ("UPDATE item SET tenant = $2 WHERE tenant = $1", "moved to another tenant"),
        ("UPDATE job SET lease = clock_timestamp() WHERE tenant = $1", "`clock_timestamp` in a statement that writes"),
        (
            "INSERT INTO item (tenant, id) SELECT * FROM unnest($1::bigint[], $2::bigint[])",
            "whose tenant is no constant",
        ),
        ("COPY item (id, uri) FROM STDIN", "COPY does not name the tenant"),
        ("SELECT 1 FROM ledger WHERE tenant = $1", "nobody says where the rows of `ledger` are"),
        ("SELECT 1 FROM seaql_migrations, tenant", "a local table meets tables of the cluster"),
        ("LOCK TABLE event", "a kind of statement that is not expected"),
        ("TRUNCATE event", "a kind of statement that is not expected"),
        ("WITH gone AS (DELETE FROM event WHERE tenant = $1 RETURNING id) SELECT id FROM gone", "not expected"),
    ] {
        let found = verdict(sql).expect_err(sql);
        assert!(found.contains(why), "{sql}: {found}");
    }
}
