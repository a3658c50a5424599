//! The throw-away cluster answers and keeps databases apart.

#![cfg(unix)]

use testkit::postgres::database;

#[test]
fn a_database_answers() {
    let Some(database) = database() else { return };
    assert_eq!(database.psql("select 1").unwrap(), "1");
}

#[test]
fn each_call_gives_an_empty_database_of_its_own() {
    let (Some(one), Some(other)) = (database(), database()) else { return };
    one.psql("create table lot (tlc text)").unwrap();
    assert_ne!(one.url(), other.url());
    assert_eq!(other.psql("select count(*) from pg_tables where tablename = 'lot'").unwrap(), "0");
}

#[test]
fn wrong_sql_is_an_error() {
    let Some(database) = database() else { return };
    assert!(database.psql("select from nowhere_at_all").is_err());
}

#[test]
fn a_server_keeps_through_a_crash_what_it_acknowledged() {
    let Some(server) = testkit::postgres::server(None) else { return };
    let database = server.database().unwrap();
    database.psql("create table lot (tlc text); insert into lot values ('L1')").unwrap();
    server.crash().unwrap();
    assert!(database.psql("select 1").is_err());
    server.start().unwrap();
    assert_eq!(database.psql("select tlc from lot").unwrap(), "L1");
}
