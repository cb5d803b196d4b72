//! A network of one's own with one line in it: a namespace in which programs run as on a clinic's PC, and a line from there to this
//! machine that is slow, loses packets, or is cut in silence, as the test says.
//!
//! The line carries IP packets: each end is a TUN device held by `socat`, and what comes out of one is handed to the other by two
//! threads here, late or not at all. TCP on it is the kernel's own. `tc netem` would do the same where the kernel has it; many that
//! tests run on have not.
//!
//! Needs Debian's `iproute2` and `socat`, and to be root. Everything is gone when the value is dropped.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use kit::clock::{Clock as _, SystemClock};
use kit::random::Random as _;

use crate::SeededRandom;

/// Larger than any packet of these devices.
const PACKET_BYTES_MAX: usize = 4096;
const TICK: Duration = Duration::from_millis(1);
const READY_POLLS_MAX: u32 = 500;
const READY_POLL: Duration = Duration::from_millis(10);
/// Where `ip netns exec` finds files that it puts over those of `/etc`.
const ETC: &str = "/etc/netns";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// When a packet is to go out, and the packet.
type Packet = (Duration, Vec<u8>);

/// How the line is.
#[derive(Debug, Default)]
struct Conditions {
    delay_ms: AtomicU64,
    loss_percent: AtomicU64,
    is_cut: AtomicBool,
    is_over: AtomicBool,
}

/// A namespace with a line to this machine.
pub struct PrivateNetwork {
    name: String,
    prefix: String,
    folder: tempfile::TempDir,
    ends: Vec<Child>,
    carriers: Vec<JoinHandle<()>>,
    line: Arc<Conditions>,
}

impl PrivateNetwork {
    /// Why namespaces cannot be made here, if they cannot: then there is nothing to test with.
    pub fn unavailable() -> Option<String> {
        for program in ["ip", "socat"] {
            if Command::new(program).arg("-V").output().is_err() {
                return Some(format!("{program} is not installed"));
            }
        }
        let name = format!("tashika-probe-{}", std::process::id());
        if let Err(error) = ip(&["netns", "add", &name]) {
            return Some(format!("{error:#}"));
        }
        let tun = ip(&["-n", &name, "tuntap", "add", "dev", "probe", "mode", "tun"]);
        let gone = ip(&["netns", "del", &name]);
        tun.and(gone).err().map(|error| format!("{error:#}"))
    }

    /// A fresh one; its line is as good as a cable.
    pub fn start() -> Result<Self> {
        let number = std::process::id().wrapping_mul(16).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        // Of the private addresses, a corner where containers seldom are.
        let prefix = format!("10.{}.{}", 180 + (number >> 8) % 60, number % 256);
        let name = format!("tashika-{number}");
        let mut network = Self {
            folder: tempfile::tempdir()?,
            name,
            prefix,
            ends: Vec::new(),
            carriers: Vec::new(),
            line: Arc::default(),
        };
        ip(&["netns", "add", &network.name])?;
        network.raise(number)?;
        Ok(network)
    }

    fn raise(&mut self, number: u32) -> Result<()> {
        fs::create_dir_all(self.etc())?;
        self.set_names(&[])?;
        // Nobody answers there, so that a name that is not in the file is asked about in vain, as with a line that is cut.
        fs::write(self.etc().join("resolv.conf"), format!("nameserver {}\noptions timeout:5\n", self.nobody()))?;
        let device = format!("tk{number}");
        let (here, clinic) = (self.end("here"), self.end("clinic"));
        let to_here = UnixDatagram::bind(self.end("from-clinic"))?;
        let to_clinic = UnixDatagram::bind(self.end("from-here"))?;
        self.ends.push(socat(Command::new("socat"), &self.center(), &device, &here, &self.end("from-here"))?);
        let inside = self.command("socat");
        self.ends.push(socat(inside, &format!("{}.10", self.prefix), &device, &clinic, &self.end("from-clinic"))?);
        wait_for(|| here.exists() && clinic.exists(), "both ends of the line")?;
        wait_for(|| ip(&["addr", "show", "dev", &device]).is_ok(), "the device here")?;
        wait_for(|| self.ip_inside(&["addr", "show", "dev", &device]).is_ok(), "the device there")?;
        ip(&["addr", "add", &format!("{}/32", self.second_center()), "dev", &device])?;
        self.ip_inside(&["link", "set", "lo", "up"])?;
        wait_for(
            || self.ip_inside(&["route", "replace", "default", "via", &self.center(), "dev", &device]).is_ok(),
            "the way out",
        )?;
        // An end hears only whom it speaks to, so each direction goes out through the socket of the other one.
        let (out_here, out_clinic) = (to_clinic.try_clone()?, to_here.try_clone()?);
        self.carry(to_here, out_here, here, 1);
        self.carry(to_clinic, out_clinic, clinic, 2);
        Ok(())
    }

    /// What comes in at one end goes out at the other, as the line is.
    fn carry(&mut self, from: UnixDatagram, out: UnixDatagram, to: PathBuf, seed: u64) {
        let waiting: Arc<Mutex<VecDeque<Packet>>> = Arc::default();
        let clock = SystemClock::new();
        let (line, queue, arrivals) = (Arc::clone(&self.line), Arc::clone(&waiting), clock.clone());
        self.carriers.push(thread::spawn(move || {
            let random = SeededRandom::new(seed);
            let mut packet = vec![0; PACKET_BYTES_MAX];
            let _ = from.set_read_timeout(Some(READY_POLL));
            while !line.is_over.load(Ordering::Relaxed) {
                let Ok(bytes) = from.recv(&mut packet) else { continue };
                let mut chance = [0_u8; 2];
                random.fill(&mut chance);
                let is_lost =
                    u64::from(u16::from_le_bytes(chance)) * 100 / 65_536 < line.loss_percent.load(Ordering::Relaxed);
                if is_lost || line.is_cut.load(Ordering::Relaxed) {
                    continue;
                }
                let due = arrivals.monotonic() + Duration::from_millis(line.delay_ms.load(Ordering::Relaxed));
                lock(&queue).push_back((due, packet[..bytes].to_vec()));
            }
        }));
        let line = Arc::clone(&self.line);
        self.carriers.push(thread::spawn(move || {
            while !line.is_over.load(Ordering::Relaxed) {
                let mut queue = lock(&waiting);
                let is_due = queue.front().is_some_and(|(due, _)| *due <= clock.monotonic());
                let Some((_, packet)) = queue.pop_front_if(|_| is_due) else {
                    drop(queue);
                    thread::sleep(TICK);
                    continue;
                };
                drop(queue);
                // The end is gone only when all of this is.
                let _ = out.send_to(&packet, &to);
            }
        }));
    }

    /// This machine's address on the line.
    pub fn center(&self) -> String {
        format!("{}.1", self.prefix)
    }

    /// Another address of this machine on the line.
    pub fn second_center(&self) -> String {
        format!("{}.2", self.prefix)
    }

    /// An address that nobody has: what is sent there is never heard of again.
    pub fn nobody(&self) -> String {
        format!("{}.99", self.prefix)
    }

    /// A program that is to run there.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// Names that are known there, with their addresses; all others are asked of a name service that does not answer.
    /// Set before a program starts, it may be changed while it runs.
    pub fn set_names(&self, names: &[(&str, &str)]) -> Result<()> {
        let mut lines = "127.0.0.1 localhost\n".to_owned();
        for (name, address) in names {
            // Writing to a `String` cannot fail.
            let _ = writeln!(lines, "{address} {name}");
        }
        // Written into the file that is there: a running program sees that one and no other.
        let path = self.etc().join("hosts");
        let mut file = fs::File::options().create(true).write(true).truncate(true).open(path)?;
        Ok(file.write_all(lines.as_bytes())?)
    }

    /// Half of the time there and back, in each direction.
    pub fn set_round_trip(&self, time: Duration) {
        let ms = u64::try_from(time.as_millis() / 2).unwrap_or(u64::MAX);
        self.line.delay_ms.store(ms, Ordering::Relaxed);
    }

    /// How many of a hundred packets are lost, in each direction.
    pub fn set_loss(&self, percent: u64) {
        self.line.loss_percent.store(percent, Ordering::Relaxed);
    }

    /// Cuts it in silence, as where a cable between two switches is pulled, or mends it.
    pub fn set_cut(&self, is_cut: bool) {
        self.line.is_cut.store(is_cut, Ordering::Relaxed);
    }

    fn end(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn etc(&self) -> PathBuf {
        Path::new(ETC).join(&self.name)
    }

    fn ip_inside(&self, arguments: &[&str]) -> Result<()> {
        ip(&[&["-n", self.name.as_str()], arguments].concat())
    }
}

impl std::fmt::Debug for PrivateNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrivateNetwork").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Drop for PrivateNetwork {
    fn drop(&mut self) {
        self.line.is_over.store(true, Ordering::Relaxed);
        for carrier in self.carriers.drain(..) {
            let _ = carrier.join();
        }
        for mut end in self.ends.drain(..) {
            let _ = end.kill();
            let _ = end.wait();
        }
        let _ = ip(&["netns", "del", &self.name]);
        let _ = fs::remove_dir_all(self.etc());
    }
}

/// One end of the line: a device with this address, and the datagram socket that holds its packets.
fn socat(mut command: Command, address: &str, device: &str, bound: &Path, peer: &Path) -> Result<Child> {
    let tun = format!("TUN:{address}/24,tun-name={device},iff-no-pi,up");
    let socket = format!("UNIX-SENDTO:{},bind={}", peer.display(), bound.display());
    command.args(["-b", &PACKET_BYTES_MAX.to_string(), &tun, &socket]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("socat")
}

fn ip(arguments: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(arguments).stdin(Stdio::null()).output().context("ip")?;
    ensure!(output.status.success(), "ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

fn wait_for(is_so: impl Fn() -> bool, what: &str) -> Result<()> {
    for _ in 0..READY_POLLS_MAX {
        if is_so() {
            return Ok(());
        }
        thread::sleep(READY_POLL);
    }
    bail!("not there: {what}")
}

fn lock<T>(queue: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    //! Proves that the line is as slow, as lossy and as silent as it is told to be.
    use std::net::TcpListener;

    use super::*;

    /// How many of ten connections from there were made, and the time of the quickest.
    fn connect(network: &PrivateNetwork) -> (usize, Duration) {
        let listener = TcpListener::bind((network.center(), 0)).expect("an address on the line");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let mut times = Vec::new();
        for _ in 0..10 {
            let mut curl = network.command("curl");
            // Nobody answers; only connecting counts.
            curl.args(["--silent", "--max-time", "0.5", "--write-out", "%{time_connect}", &url]);
            let output = curl.output().expect("curl");
            let seconds: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a time");
            times.extend((seconds > 0.0).then_some(Duration::from_secs_f64(seconds)));
        }
        (times.len(), times.iter().min().copied().unwrap_or_default())
    }

    #[test]
    fn the_line_is_as_it_is_told_to_be() {
        if let Some(why) = PrivateNetwork::unavailable() {
            eprintln!("SKIPPED: no network of its own can be made here: {why}");
            return;
        }
        let network = PrivateNetwork::start().expect("a network");
        let (answers, time) = connect(&network);
        assert_eq!(answers, 10);
        assert!(time < Duration::from_millis(20), "{time:?}");
        network.set_round_trip(Duration::from_millis(200));
        let (answers, time) = connect(&network);
        assert!(answers == 10 && time >= Duration::from_millis(200) && time < Duration::from_millis(240), "{time:?}");
        network.set_round_trip(Duration::ZERO);
        network.set_cut(true);
        assert_eq!(connect(&network).0, 0);
        network.set_cut(false);
        network.set_loss(50);
        let (answers, _) = connect(&network);
        assert!(answers < 10, "{answers}");
    }
}
