//! A center and a terminal as processes of the real binary, with a small nation, on ports and in folders of their own.

use anyhow::{Context as _, Result, ensure};
use nation::{Case, files};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use tashika::check::join::Member;
use tashika::check::private::World;
use testkit::Process;

/// Longest start of a process.
pub const START: Duration = Duration::from_secs(30);
const PEOPLE: &str = "2000";

/// The binary with arguments.
pub fn tashika(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tashika"));
    command.args(arguments);
    command
}

/// The environment of a program on a machine whose clock is `off`, for instance `+1h`. Time passes as it does.
pub fn clock_off_by(off: &str) -> [(&'static str, String); 3] {
    // As the program `faketime` does, without it: it would stay between us and the process that is to be ended. The loader puts
    // the name of this machine's kind for `$LIB`.
    let library = "/usr/$LIB/faketime/libfaketime.so.1".to_owned();
    [("LD_PRELOAD", library), ("FAKETIME", off.to_owned()), ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned())]
}

/// Runs the binary to its end and gives what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = command.output()?;
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    ensure!(status.success(), "{command:?} ended with {status}:\n{stdout}\n{stderr}");
    Ok(stdout.into_owned())
}

/// A running center with its nation.
pub struct CenterProcess {
    /// The process.
    pub process: Process,
    /// Holds all folders; removed at the end.
    pub folder: tempfile::TempDir,
    /// Address of the enrolment port.
    pub enrol_url: String,
}

impl CenterProcess {
    /// Makes, loads and starts a center on SQLite, or on a database of its own.
    pub fn start(database: Option<&str>) -> Result<Self> {
        Self::start_at("127.0.0.1", &["127.0.0.1"], database)
    }

    /// The same on SQLite, with institutions and without insured people.
    pub fn start_without_feed() -> Result<Self> {
        Self::start_with("127.0.0.1", &["127.0.0.1"], None, false)
    }

    /// The same for terminals that are elsewhere: it listens at an address, and its certificate is for these names, the first of
    /// which terminals are told.
    pub fn start_at(host: &str, names: &[&str], database: Option<&str>) -> Result<Self> {
        Self::start_with(host, names, database, true)
    }

    fn start_with(host: &str, names: &[&str], database: Option<&str>, feed: bool) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("center");
        let nation = folder.path().join("nation");
        output(tashika(&["nation", "--people", PEOPLE, "--seed", "7", "--out"]).arg(&nation))?;
        let mut init = tashika(&["center", "init", "--data"]);
        init.arg(&data);
        for name in names {
            init.args(["--name", name]);
        }
        if let Some(url) = database {
            init.args(["--database", url]);
        }
        output(&mut init)?;
        let load = |words: &[&str], file: &str| output(tashika(words).arg(nation.join(file)).arg("--data").arg(&data));
        load(&["facility", "import"], files::FACILITIES)?;
        if feed {
            load(&["insurer", "import"], files::INSURER_FEED)?;
        }
        let (api, enrol, ops) = (testkit::free_port(), testkit::free_port(), testkit::free_port());
        let listen = |port: u16| format!("{host}:{port}");
        let ops = format!("127.0.0.1:{ops}");
        let mut run = tashika(&["center", "run", "--data"]);
        run.arg(&data).args(["--listen", &listen(api), "--enrol-listen", &listen(enrol), "--ops-listen", &ops]);
        let process = Process::start(run, "ready api=", START)?;
        Ok(Self { process, folder, enrol_url: format!("https://{}:{enrol}", names[0]) })
    }

    /// The center's data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("center")
    }

    /// Starts the center again at a time that is `off`.
    pub fn again_at(&mut self, off: &str) -> Result<()> {
        self.process.set_environment(clock_off_by(off));
        self.again()
    }

    /// Starts the center again after it was killed or stopped.
    pub fn again(&mut self) -> Result<()> {
        self.process.start_again("ready api=", START)
    }

    /// Cases of the nation's oracle.
    pub fn cases(&self) -> Result<Vec<Case>> {
        Ok(files::read_oracle(&self.folder.path().join("nation"))?)
    }

    /// Cases that one institution asks, readable ones only, asked about the nation's today.
    pub fn cases_of_one(&self) -> Result<(String, Vec<Case>)> {
        let cases: Vec<Case> = self.cases()?.into_iter().filter(|case| case.verdict != "unreadable").collect();
        let institution = cases.first().context("the oracle is empty")?.medical_institution_code.clone();
        Ok((
            institution.clone(),
            cases.into_iter().filter(|case| case.medical_institution_code == institution).collect(),
        ))
    }

    /// A one-time code for an institution.
    pub fn code_for(&self, institution: &str) -> Result<String> {
        let said = output(tashika(&["facility", "enrol", institution, "--data"]).arg(self.data()))?;
        Ok(said.lines().next().context("no code was printed")?.trim().to_owned())
    }

    /// A vendor's program that has joined for an institution.
    pub async fn member(&self, institution: &str) -> Result<Member> {
        Member::join(&self.enrol_url, &self.code_for(institution)?, &World::real().clock).await
    }

    /// A joined and running terminal of an institution.
    pub fn terminal(&self, institution: &str) -> Result<TerminalProcess> {
        self.terminal_by(&tashika, institution)
    }

    /// The same, with another way to run the binary.
    pub fn terminal_by(&self, tashika: &dyn Fn(&[&str]) -> Command, institution: &str) -> Result<TerminalProcess> {
        TerminalProcess::start(self, tashika, institution)
    }
}

/// A running terminal.
pub struct TerminalProcess {
    /// The process.
    pub process: Process,
    /// Address of the desk page.
    pub desk_url: String,
    /// First login.
    pub login: (String, String),
    data: PathBuf,
}

impl TerminalProcess {
    fn start(center: &CenterProcess, tashika: &dyn Fn(&[&str]) -> Command, institution: &str) -> Result<Self> {
        let data = center.folder.path().join(format!("terminal-{institution}"));
        let code = center.code_for(institution)?;
        let said = output(tashika(&["terminal", "join", &center.enrol_url, &code, "--data"]).arg(&data))?;
        let login = said.lines().find_map(|line| line.trim().strip_prefix("login ")).context("no login was printed")?;
        let (name, rest) = login.split_once(" / ").context("the login has a password")?;
        let password: String = rest.chars().take_while(|c| *c != '（').collect();
        let desk = format!("127.0.0.1:{}", testkit::free_port());
        let kiosk = format!("127.0.0.1:{}", testkit::free_port());
        let mut run = tashika(&["terminal", "run", "--desk", &desk, "--kiosk", &kiosk, "--data"]);
        run.arg(&data);
        let process = Process::start(run, "ready desk=", START)?;
        Ok(Self { process, desk_url: format!("http://{desk}"), login: (name.to_owned(), password), data })
    }

    /// Starts the terminal again at a time that is `off`.
    pub fn again_at(&mut self, off: &str) -> Result<()> {
        self.process.set_environment(clock_off_by(off));
        self.again()
    }

    /// Starts the terminal again after it was killed or stopped.
    pub fn again(&mut self) -> Result<()> {
        self.process.start_again("ready desk=", START)
    }

    /// The terminal's data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The folder for requests.
    pub fn req(&self) -> PathBuf {
        self.data.join("OQS/req")
    }

    /// The folder for answers.
    pub fn res(&self) -> PathBuf {
        self.data.join("OQS/res")
    }
}
