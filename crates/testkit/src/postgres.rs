//! A PostgreSQL server of one's own: started in a fresh folder, on a free port, gone when its owner is gone.
//!
//! Needs Debian's `postgresql` package and nothing else. Uses the standard library only, because xtask takes this very
//! file in with `#[path]`: xtask starts servers too, and must stay quick to compile.
//!
//! The server runs under a small shell that waits on a pipe. When the owner ends in any way, `kill -9` included, the pipe
//! closes, the shell stops the server and removes the folder. Durability is the real one: `fsync` and
//! `synchronous_commit` stay on, and the folder lies on a disk (`/var/tmp`), not in memory. Connections from TCP
//! authenticate with SCRAM and a random password, as in production.

use std::io::{self, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const USER: &str = "postgres";
const READY_POLL: Duration = Duration::from_millis(50);
const READY_POLLS_MAX: u32 = 1_200;
const SERVER_LOG_SHOWN_LINES: usize = 20;

/// Stops the server when told so or when the pipe closes; in the second case nobody is left to remove the folder.
const KEEPER: &str = r#"
folder=$1; shift
"$@" >>"$folder/server.log" 2>&1 &
server=$!
read -r order
case "$order" in
  stop) kill -INT "$server"; wait "$server" ;;
  crash) kill -QUIT "$server"; wait "$server" ;;
  *) kill -QUIT "$server"; wait "$server"; rm -rf "$folder" ;;
esac
"#;

/// A running server. Dropping it ends the server and removes its data.
pub struct PrivatePostgres {
    folder: PathBuf,
    binaries: PathBuf,
    port: u16,
    password: String,
    settings: Vec<String>,
    keeper: Option<Child>,
    databases_made: AtomicU32,
}

impl PrivatePostgres {
    /// Makes and starts a server with PostgreSQL's own settings.
    pub fn start() -> io::Result<Self> {
        Self::start_with(&[])
    }

    /// The same with settings such as `shared_buffers=2GB`.
    pub fn start_with(settings: &[&str]) -> io::Result<Self> {
        let binaries = newest_binaries()?;
        let password = random_hex()?;
        let folder = make_folder(&password)?;
        let mut server = Self {
            folder,
            binaries,
            port: 0,
            password,
            settings: settings.iter().map(|setting| (*setting).to_owned()).collect(),
            keeper: None,
            databases_made: AtomicU32::new(0),
        };
        server.initialise()?;
        server.port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        server.resume()?;
        Ok(server)
    }

    /// Makes an empty database and gives its URL.
    pub fn create_database(&self) -> io::Result<String> {
        let name = format!("t{}", self.databases_made.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))?;
        Ok(self.url(&name))
    }

    /// URL of a database of this server, over TCP on the loopback.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// Runs one statement as the owner of the server and gives what it prints, unaligned and without headings.
    pub fn sql(&self, statement: &str) -> io::Result<String> {
        let mut psql = self.command("psql");
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", USER, "-c", statement]);
        Ok(String::from_utf8_lossy(
            &finished(psql.arg("-h").arg(&self.folder).arg("-p").arg(self.port.to_string()))?.stdout,
        )
        .trim()
        .to_owned())
    }

    /// Ends the server in order (open transactions are rolled back, everything is written) and keeps its data.
    pub fn stop(&mut self) -> io::Result<()> {
        self.order("stop\n")
    }

    /// Ends the server as a power cut would, and keeps its data.
    pub fn crash(&mut self) -> io::Result<()> {
        self.order("crash\n")
    }

    /// Starts a stopped or crashed server again, on the same port with the same data.
    pub fn resume(&mut self) -> io::Result<()> {
        let mut command = as_owner(Command::new("/bin/sh"))?;
        command.args(["-c", KEEPER, "keeper"]).arg(&self.folder).arg(self.binaries.join("postgres"));
        command.arg("-D").arg(self.data()).arg("-p").arg(self.port.to_string()).arg("-k").arg(&self.folder);
        for setting in ["listen_addresses=127.0.0.1", "fsync=on", "synchronous_commit=on", "max_connections=200"] {
            command.args(["-c", setting]);
        }
        for setting in &self.settings {
            command.arg("-c").arg(setting);
        }
        // Its own group, so that Ctrl-C in a terminal reaches the owner first, which then ends the server in order.
        let keeper = command.current_dir(&self.folder).stdin(Stdio::piped()).process_group(0).spawn()?;
        self.keeper = Some(keeper);
        self.wait_until_ready()
    }

    fn initialise(&self) -> io::Result<()> {
        let mut initdb = self.command("initdb");
        initdb.arg("-D").arg(self.data()).arg(format!("--pwfile={}", self.password_file().display()));
        initdb.args(["-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        initdb.args(["--auth-local=trust", "--auth-host=scram-sha-256"]);
        finished(&mut initdb).map(drop)
    }

    fn wait_until_ready(&mut self) -> io::Result<()> {
        for _ in 0..READY_POLLS_MAX {
            let mut ask = self.command("pg_isready");
            ask.args(["-q", "-h", "127.0.0.1", "-p"]).arg(self.port.to_string());
            if ask.status()?.success() {
                return Ok(());
            }
            // The keeper outlives a server that could not start; a last line of the log says what happened.
            if self.log_tail().contains("database system is shut down") {
                break;
            }
            std::thread::sleep(READY_POLL);
        }
        Err(io::Error::other(format!("PostgreSQL did not start:\n{}", self.log_tail())))
    }

    fn order(&mut self, order: &str) -> io::Result<()> {
        let Some(mut keeper) = self.keeper.take() else {
            return Ok(());
        };
        if let Some(mut pipe) = keeper.stdin.take() {
            pipe.write_all(order.as_bytes())?;
        }
        keeper.wait()?;
        // What the log says from here on is about the next start.
        std::fs::rename(self.folder.join("server.log"), self.folder.join("server.log.before"))
    }

    fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(SERVER_LOG_SHOWN_LINES)..].join("\n")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn password_file(&self) -> PathBuf {
        self.folder.join("password")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir(&self.folder);
        // Without the account the next call fails with a sentence that says so.
        as_owner(command).unwrap_or_else(|_| Command::new(self.binaries.join(program)))
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Newest of the installed servers.
fn newest_binaries() -> io::Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, binaries)| binaries.join("initdb").exists())
        .collect();
    found.sort();
    let missing = || io::Error::new(io::ErrorKind::NotFound, "no PostgreSQL server: apt-get install postgresql");
    found.pop().map(|(_, binaries)| binaries).ok_or_else(missing)
}

fn make_folder(password: &str) -> io::Result<PathBuf> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let on_disk = Path::new("/var/tmp");
    let parent = if on_disk.is_dir() { on_disk.to_owned() } else { std::env::temp_dir() };
    let name = format!("tashika-pg-{}-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed), &password[..8]);
    let folder = parent.join(name);
    std::fs::create_dir(&folder)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
    let password_file = folder.join("password");
    std::fs::write(&password_file, password)?;
    if let Some((user, group)) = owner_account()? {
        chown(&password_file, Some(user), Some(group))?;
        chown(&folder, Some(user), Some(group))?;
    }
    Ok(folder)
}

/// initdb and postgres refuse to run as root: root runs them as Debian's account for them.
fn as_owner(mut command: Command) -> io::Result<Command> {
    if let Some((user, group)) = owner_account()? {
        command.uid(user).gid(group);
    }
    Ok(command)
}

fn owner_account() -> io::Result<Option<(u32, u32)>> {
    let id = |arguments: &[&str]| -> io::Result<u32> {
        let output = finished(Command::new("id").args(arguments))?;
        String::from_utf8_lossy(&output.stdout).trim().parse().map_err(io::Error::other)
    };
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some((id(&["-u", USER])?, id(&["-g", USER])?)))
}

/// Runs a command to its end; a failure carries what it printed.
fn finished(command: &mut Command) -> io::Result<Output> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(output);
    }
    let program = command.get_program().to_string_lossy().into_owned();
    Err(io::Error::other(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

/// 128 random bits. The folder and the password guard a throwaway server against other users of the machine.
fn random_hex() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
