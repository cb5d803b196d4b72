//! Three PostgreSQL nodes under Patroni, started by the commands of `packaging/ha/`: primary, synchronous standby, standby.
//!
//! Needs Debian's `postgresql`, `patroni` and `etcd-server`. Everything lies in a folder of its own under `/var/tmp` and
//! listens on loopback ports. The nodes end when the owner ends in any way, because the script that holds them reads a
//! pipe.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/ha/three-nodes");
const START_MAX: Duration = Duration::from_mins(3);
const POLL: Duration = Duration::from_millis(100);
/// Etcd, etcd's peers, Patroni and PostgreSQL of three nodes; counted from 4.
const PORTS: u16 = 16;

/// Running nodes. Dropping it ends them and removes their data.
#[derive(Debug)]
pub struct PrivateCluster {
    folder: PathBuf,
    url: String,
    runner: Child,
}

impl PrivateCluster {
    /// Makes and starts three nodes that replace a lost primary after five seconds.
    pub fn start() -> Result<Self> {
        let ports = free_ports().context("no row of free ports")?;
        let folder = Path::new("/var/tmp").join(format!("tashika-ha-{}-{ports}", std::process::id()));
        let mut command = Command::new(SCRIPT);
        command.arg("run").arg(&folder).env("PORTS", ports.to_string());
        for name in ["TTL", "LOOP_WAIT", "RETRY_TIMEOUT"] {
            command.env_remove(name);
        }
        let mut runner = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context(SCRIPT)?;
        let (sender, lines) = channel();
        let output = runner.stdout.take();
        thread::spawn(move || {
            for line in output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(Result::ok) {
                // Nobody listens any more once it is ready.
                let _ = sender.send(line);
            }
        });
        let mut cluster = Self { folder, url: String::new(), runner };
        loop {
            match lines.recv_timeout(START_MAX) {
                Ok(line) => {
                    if let Some(url) = line.strip_prefix("ready ") {
                        url.clone_into(&mut cluster.url);
                        return Ok(cluster);
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => bail!("the nodes did not start"),
            }
        }
    }

    /// The address for a center: all three nodes, over TLS.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the primary, as the nodes say.
    pub fn primary(&self) -> Result<String> {
        self.say("primary", &[])
    }

    /// Waits until another node than this one is primary, and gives its name.
    pub fn wait_for_another_primary(&self, than: &str, limit: Duration) -> Result<String> {
        self.wait("another primary", limit, || self.primary().ok().filter(|primary| primary != than))
    }

    /// Waits until so many nodes run and follow the primary, one of them synchronously.
    pub fn wait_until_whole(&self, nodes: usize, limit: Duration) -> Result<()> {
        self.wait("all nodes", limit, || {
            let said = self.say("psql", &[&self.primary().ok()?, "-At", "-c", FOLLOWERS]).ok()?;
            (said == format!("{} t", nodes - 1)).then_some(())
        })
    }

    /// `kill -9` of a node's PostgreSQL and Patroni, as when its machine dies.
    pub fn kill(&self, node: &str) -> Result<()> {
        self.say("kill", &[node]).map(drop)
    }

    /// Starts a killed node again.
    pub fn start_node(&self, node: &str) -> Result<()> {
        self.say("start", &[node]).map(drop)
    }

    /// Stops a node's Patroni without ending it: its PostgreSQL goes on and hears nothing of another primary.
    pub fn freeze(&self, node: &str) -> Result<()> {
        self.say("freeze", &[node]).map(drop)
    }

    /// Lets a frozen Patroni go on.
    pub fn thaw(&self, node: &str) -> Result<()> {
        self.say("thaw", &[node]).map(drop)
    }

    /// What a statement says on a node, in the center's database.
    pub fn sql(&self, node: &str, statement: &str) -> Result<String> {
        self.say("psql", &[node, "-At", "-d", "tashika", "-c", statement])
    }

    fn wait<T>(&self, what: &str, limit: Duration, look: impl Fn() -> Option<T>) -> Result<T> {
        let mut waited = Duration::ZERO;
        while waited < limit {
            if let Some(found) = look() {
                return Ok(found);
            }
            thread::sleep(POLL);
            waited += POLL;
        }
        bail!("waited {limit:?} for {what}:\n{}", self.say("status", &[]).unwrap_or_default())
    }

    fn say(&self, word: &str, rest: &[&str]) -> Result<String> {
        let mut command = Command::new(SCRIPT);
        let output = command.arg(word).arg(&self.folder).args(rest).stdin(Stdio::null()).output().context(SCRIPT)?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "three-nodes {word} {rest:?}: {}", error.trim());
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

const FOLLOWERS: &str = "SELECT count(*) || ' ' || CASE WHEN bool_or(sync_state = 'sync') THEN 't' ELSE 'f' END
    FROM pg_stat_replication WHERE state = 'streaming'";

impl Drop for PrivateCluster {
    fn drop(&mut self) {
        drop(self.runner.stdin.take());
        let _ = self.runner.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The first of a row of ports on which nobody listens.
fn free_ports() -> Option<u16> {
    (0..50).find_map(|_| {
        // Where the system would put a listener, or a little below.
        let first = crate::free_port().checked_sub(PORTS)?;
        let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        (first..first + PORTS).all(free).then_some(first)
    })
}
