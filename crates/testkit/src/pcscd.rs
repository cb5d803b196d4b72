//! A pcscd of one's own with two virtual readers: started in a fresh folder, on free ports, gone when its owner is gone.
//!
//! Needs Debian's `pcscd` and `vsmartcard-vpcd` and nothing else. Uses the standard library only, because xtask takes this
//! very file in with `#[path]`.
//!
//! pcscd is handed its listening socket, as systemd would; programs find it by `PCSCLITE_CSOCK_NAME` in their
//! environment. It runs under a small shell that waits on a pipe: when the owner ends in any way, the pipe closes, the
//! shell ends pcscd and removes the folder.
//!
//! pcscd wants to make `/run/pcscd`: as another user than root, that folder must be there already.
//!
//! The driver of the virtual readers listens on all addresses and can only be told its port; whoever connects is a card.
//! It has two readers in one process and no more, and dies if it is told to connect instead of to listen.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// The virtual reader's driver, as Debian installs it.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

const READY_POLL: Duration = Duration::from_millis(10);
const READY_POLLS_MAX: u32 = 1_000;
const PORT_TRIES_MAX: u32 = 100;

/// Ends pcscd when told so or when the pipe closes; in the second case nobody is left to remove the folder. The socket
/// comes as standard output, and is pcscd's alone once it runs, so that nobody waits at a dead one.
const KEEPER: &str = r#"
folder=$1; shift
exec 3<&1 >>"$folder/pcscd.log" 2>&1
(exec sh -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec /usr/sbin/pcscd "$@"' pcscd "$@") &
server=$!
exec 3<&-
read -r order
case "$order" in
  stop) kill -TERM "$server"; wait "$server" ;;
  crash) kill -KILL "$server"; wait "$server" ;;
  *) kill -KILL "$server"; wait "$server"; rm -rf "$folder" ;;
esac
"#;

/// A running pcscd. Dropping it ends pcscd and removes its folder.
pub struct PrivatePcscd {
    folder: PathBuf,
    port: u16,
    keeper: Option<Child>,
}

impl PrivatePcscd {
    /// Whether the packages are there.
    pub fn is_installed() -> bool {
        Path::new(DRIVER).exists() && Path::new("/usr/sbin/pcscd").exists()
    }

    /// Starts one in `folder`, which is made, and removed at the end. Its name must be short: a socket's path has at most
    /// 107 bytes.
    pub fn start(folder: &Path) -> io::Result<Self> {
        let port = two_free_ports()?;
        std::fs::create_dir_all(folder.join("readers"))?;
        let settings = format!(
            "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {DRIVER}\nCHANNELID 0x{port:04X}\n"
        );
        std::fs::write(folder.join("readers/vpcd"), settings)?;
        let mut server = Self { folder: folder.to_owned(), port, keeper: None };
        server.resume()?;
        Ok(server)
    }

    /// Where programs find it; the value of `PCSCLITE_CSOCK_NAME`.
    pub fn socket(&self) -> PathBuf {
        Self::socket_in(&self.folder)
    }

    /// The same before it is started.
    pub fn socket_in(folder: &Path) -> PathBuf {
        folder.join("pcscd.sock")
    }

    /// Where cards connect: one address for each reader. A program sees them as `Virtual PCD 00 00` and `… 00 01`.
    pub fn readers(&self) -> [SocketAddr; 2] {
        [self.port, self.port + 1].map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    /// Ends pcscd in order.
    pub fn stop(&mut self) -> io::Result<()> {
        self.order("stop\n")
    }

    /// Ends pcscd as a fault would.
    pub fn crash(&mut self) -> io::Result<()> {
        self.order("crash\n")
    }

    /// Starts it again, with the same socket and ports.
    pub fn resume(&mut self) -> io::Result<()> {
        let socket = self.socket();
        if socket.exists() {
            std::fs::remove_file(&socket)?;
        }
        let listener = UnixListener::bind(&socket)?;
        std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o666))?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", KEEPER, "keeper"]).arg(&self.folder);
        command.args(["-f", "-e", "-c"]).arg(self.folder.join("readers"));
        command.stdin(Stdio::piped()).stdout(Stdio::from(OwnedFd::from(listener))).stderr(Stdio::null());
        // Its own group, so that Ctrl-C in a terminal reaches the owner first, which then ends it in order.
        self.keeper = Some(command.process_group(0).spawn()?);
        self.wait_until_ready()
    }

    /// The second reader listens last. Connecting puts a card into it for a moment, which nobody sees yet.
    fn wait_until_ready(&self) -> io::Result<()> {
        for _ in 0..READY_POLLS_MAX {
            if TcpStream::connect(self.readers()[1]).is_ok() {
                return Ok(());
            }
            thread::sleep(READY_POLL);
        }
        let log = std::fs::read_to_string(self.folder.join("pcscd.log")).unwrap_or_default();
        Err(io::Error::other(format!("pcscd is not ready; it says:\n{log}")))
    }

    fn order(&mut self, order: &str) -> io::Result<()> {
        let Some(mut keeper) = self.keeper.take() else { return Ok(()) };
        if let Some(pipe) = &mut keeper.stdin {
            pipe.write_all(order.as_bytes())?;
        }
        keeper.wait()?;
        Ok(())
    }
}

impl Drop for PrivatePcscd {
    fn drop(&mut self) {
        let _ = self.crash();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A free even port with a free one behind it.
fn two_free_ports() -> io::Result<u16> {
    for _ in 0..PORT_TRIES_MAX {
        let port = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?.local_addr()?.port() & !1;
        let is_free = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
        if is_free(port) && is_free(port + 1) {
            return Ok(port);
        }
    }
    Err(io::Error::other("no two free ports beside each other"))
}

/// A folder name that nobody else has, under the system's folder for temporary files.
pub fn fresh_folder() -> io::Result<PathBuf> {
    let mut random = [0; 8];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(std::env::temp_dir().join(format!("pcscd-{:016x}", u64::from_be_bytes(random))))
}
