//! The servers the other tests kill come back with what they had acknowledged.

use docket_tests::{Database, NatsServer, NatsVersion, PostgresServer};
use sqlx::{Connection as _, Executor as _, PgConnection};

#[tokio::test]
async fn postgres_recovers_what_was_committed() {
    let Some(server) = PostgresServer::start() else { return };
    let database = Database::create_on(&server.url()).await;
    let mut connection = PgConnection::connect(&database.url()).await.expect("it runs");
    connection.execute("create table t as select 1 as x").await.expect("a new table");
    server.crash();
    assert!(PgConnection::connect(&database.url()).await.is_err());
    server.resume();
    let mut connection = PgConnection::connect(&database.url()).await.expect("it runs again");
    let x: i32 = sqlx::query_scalar("select x from t").fetch_one(&mut connection).await.expect("committed");
    assert_eq!(x, 1);
}

#[tokio::test]
async fn nats_comes_back_on_its_store() {
    docket_tests::set_up();
    for version in [NatsVersion::Debian, NatsVersion::Current] {
        let Some(mut server) = NatsServer::start(version).await else { return };
        let client = async_nats::connect(server.url()).await.expect("it runs");
        let context = async_nats::jetstream::new(client);
        let config = async_nats::jetstream::stream::Config {
            name: "S".into(),
            subjects: vec!["s.>".into()],
            ..Default::default()
        };
        context.create_stream(config).await.expect("a new stream");
        context.publish("s.1", "one".into()).await.expect("sent").await.expect("stored");
        server.kill();
        let old = server.back_up();
        server.resume().await;
        let client = async_nats::connect(server.url()).await.expect("it runs again");
        let context = async_nats::jetstream::new(client);
        context.publish("s.2", "two".into()).await.expect("sent").await.expect("stored");
        assert_eq!(messages(&context).await, 2);
        server.kill();
        server.restore(&old);
        server.resume().await;
        let context = async_nats::jetstream::new(async_nats::connect(server.url()).await.expect("it runs"));
        assert_eq!(messages(&context).await, 1);
    }
}

async fn messages(context: &async_nats::jetstream::Context) -> u64 {
    context.get_stream("S").await.expect("it is there").cached_info().state.messages
}
