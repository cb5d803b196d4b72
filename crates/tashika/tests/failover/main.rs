//! Proves that a center survives the loss of its database server: two centers on three PostgreSQL nodes, terminals that ask
//! without end, and a primary that is killed, or that lost touch and does not know that it was replaced. Every answer that
//! was given is on record at the new primary, its receipt verifies, and how long nobody got an answer is told in seconds.
//!
//! The last line that it prints is JSON with the figures. The nodes are those of `packaging/ha/`, with the times that its
//! `three-nodes` sets: a primary that is gone is replaced after five seconds.

#[expect(dead_code, reason = "the other tests of whole systems use more of it")]
#[path = "../it/stack.rs"]
mod stack;
mod terminals;

use std::time::Duration;

use anyhow::{Result, ensure};
use kit::client::ClientOptions;
use stack::{CenterProcess, START, output, tashika};
use tashika::check::private::World;
use terminals::{Asked, Terminals};
use testkit::{PrivateCluster, Process};
use trust::LogPublicKey;

/// How long a failover may take here: the nodes' five seconds, an election, a promotion, and a slow machine.
const FAILOVER_MAX: Duration = Duration::from_mins(1);
/// Longest time without an answer that is accepted: the failover itself and what terminals and center add to it.
const GAP_MAX: Duration = Duration::from_secs(30);
const BEFORE: Duration = Duration::from_secs(3);
const AFTER: Duration = Duration::from_secs(5);

/// A second center on the same database: a copy of the folder, as on another machine.
fn second_center(first: &CenterProcess) -> Result<(Process, String)> {
    let data = first.folder.path().join("second");
    output(std::process::Command::new("cp").arg("-a").arg(first.data()).arg(&data))?;
    let listen = |port: u16| format!("127.0.0.1:{port}");
    let api = testkit::free_port();
    let mut run = tashika(&["center", "run", "--data"]);
    run.arg(&data).args(["--listen", &listen(api), "--enrol-listen", &listen(testkit::free_port())]);
    run.args(["--ops-listen", &listen(testkit::free_port())]);
    Ok((Process::start(run, "ready api=", START)?, format!("https://127.0.0.1:{api}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_primary_killed_or_out_of_touch_under_load_loses_no_given_answer() -> Result<()> {
    let world = World::real();
    let cluster = PrivateCluster::start()?;
    let first = CenterProcess::start(Some(cluster.url()))?;
    let (_second, second_url) = second_center(&first)?;
    let (institution, cases) = first.cases_of_one()?;
    let mut member = first.member(&institution).await?;
    let key = LogPublicKey::from_pem(&member.enrolled.log_public_key)?;
    let at_first = member.client(&world.clock, ClientOptions::default())?;
    member.enrolled.api_urls = vec![second_url];
    let at_second = member.client(&world.clock, ClientOptions::default())?;
    cluster.wait_until_whole(3, FAILOVER_MAX)?;

    let terminals = Terminals::start(&[at_first, at_second], &cases, &world);
    tokio::time::sleep(BEFORE).await;
    let killed = cluster.primary()?;
    let since = world.clock.monotonic();
    cluster.kill(&killed)?;
    let after_kill = tokio::task::block_in_place(|| cluster.wait_for_another_primary(&killed, FAILOVER_MAX))?;
    let elected = world.clock.monotonic().saturating_sub(since);
    tokio::time::sleep(AFTER).await;
    let gap_killed = terminals.longest_gap(since, world.clock.monotonic());
    println!(
        "figure: {killed} killed: {after_kill} is primary after {elected:.1?}, longest time without an answer {gap_killed:.1?}"
    );

    cluster.start_node(&killed)?;
    tokio::task::block_in_place(|| cluster.wait_until_whole(3, FAILOVER_MAX))?;
    let since = world.clock.monotonic();
    cluster.freeze(&after_kill)?;
    let last = tokio::task::block_in_place(|| cluster.wait_for_another_primary(&after_kill, FAILOVER_MAX))?;
    tokio::time::sleep(AFTER).await;
    let gap_frozen = terminals.longest_gap(since, world.clock.monotonic());
    println!("figure: {after_kill} out of touch: {last} is primary, longest time without an answer {gap_frozen:.1?}");

    let asked = terminals.stop().await?;
    let record = cluster.sql(&last, "SELECT leaf_index || ' ' || encode(event, 'hex') FROM access_event")?;
    cluster.thaw(&after_kill)?;
    let figures = asked.judge(&record, &key)?;
    println!(
        "{{\"failover_gap_killed_s\":{:.1},\"failover_gap_out_of_touch_s\":{:.1},{figures}}}",
        gap_killed.as_secs_f64(),
        gap_frozen.as_secs_f64(),
    );
    ensure!(gap_killed < GAP_MAX && gap_frozen < GAP_MAX, "{gap_killed:?}, {gap_frozen:?}");
    must_have_asked(&asked)
}

fn must_have_asked(asked: &Asked) -> Result<()> {
    ensure!(asked.answers.len() > 1_000, "only {} answers came", asked.answers.len());
    ensure!(asked.refused > 0, "nobody noticed anything: nothing was tested");
    Ok(())
}
