//! Proves that a private PostgreSQL gives empty databases, survives a crash with what was committed, and disappears.
//! Works on a real server; needs Debian's `postgresql`.

use testkit::PrivatePostgres;

#[test]
fn committed_rows_survive_a_crash_and_the_port_stays() {
    let mut server = PrivatePostgres::start().expect("starts");
    let url = server.create_database().expect("makes a database");
    assert!(url.starts_with("postgres://postgres:") && url.ends_with("/t0"));
    server.sql("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)").expect("writes");
    server.crash().expect("crashes");
    assert!(server.sql("SELECT 1").is_err());
    server.resume().expect("resumes");
    assert_eq!(server.sql("SELECT id FROM kept").expect("reads"), "7");
    server.stop().expect("stops in order");
    server.resume().expect("resumes again");
    assert_eq!(server.url("t0"), url);
    assert_eq!(server.sql("SHOW fsync").expect("reads"), "on");
}
