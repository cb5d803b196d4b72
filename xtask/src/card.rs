//! The virtual card before judges that share no line with it: OpenSC reads it, signs with it and locks it over a private
//! pcscd, and openssl verifies what it signed. Our own reader over the same pcscd and driver is among the tests.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::pcscd::{self, PrivatePcscd};
use crate::run;
use crate::stopwatch::Stopwatch;
use crate::workspace::Workspace;

const INSERTED_MAX: Duration = Duration::from_secs(20);
/// For one call of a judge.
const JUDGE_SECONDS_MAX: &str = "60";
const POLL: Duration = Duration::from_millis(100);

/// What the made-up person of `crates/card/tests/support/mod.rs` knows.
const PIN: &str = "1234";
const WRONG_PIN: &str = "4321";
const PASSWORD: &str = "ABC123";

const PKCS11_MODULE: &str = "opensc-pkcs11.so";

/// SELECT of the JPKI application, and after it of the PIN; then the question for its tries.
const ASK_TRIES: &[&str] = &["-s", "00A4040C0AD392F000260100000001", "-s", "00A4020C020018", "-s", "00200080"];

pub fn run(workspace: &Workspace) -> Result<()> {
    let folder = workspace.fresh_scratch("card")?;
    made_up_person(&folder, &workspace.example("virtual_card")?)?;
    person_of_a_nation(&folder, &workspace.binary()?)
}

/// Whose card has both certificates.
fn made_up_person(folder: &Path, program: &Path) -> Result<()> {
    let mut bench = Bench::new(folder, program)?;
    bench.insert_made_up()?;
    bench.is_recognised()?;
    bench.is_listed()?;
    let user = bench.certificate("1", "3", "user")?;
    bench.signs("0", PIN, "01", &user)?;
    bench.is_tested()?;
    let signing = bench.signing_certificate(PASSWORD)?;
    bench.signs("1", PASSWORD, "02", &signing)?;
    bench.locks()
}

/// Card and phone as `tashika card` plays them, with what the nation's authority issued.
fn person_of_a_nation(folder: &Path, program: &Path) -> Result<()> {
    let nation = folder.join("nation").display().to_string();
    run::output(&mut run::command(folder, program, &["nation", "--people", "1000", "--out", &nation]))?;
    let listed = run::output(&mut run::command(folder, program, &["jpki", "list", "--nation", &nation]))?;
    let person = grown_up(&listed).with_context(|| format!("no grown-up among: {listed}"))?;

    let mut bench = Bench::new(folder, program)?;
    let words = ["card", "--nation", &nation, "--person", person, "--reader", &bench.reader()];
    let [pin, password] = bench.insert_person(&words)?;
    let user = bench.certificate("1", "3", "person")?;
    bench.signs("0", &pin, "01", &user)?;
    let signing = bench.signing_certificate(&password)?;
    bench.signs("1", &password, "02", &signing)?;
    bench.take_out()?;
    bench.insert_person(&[&words[..], &["--phone"]].concat())?;
    let without = bench.ask("pkcs15-tool", &["--read-certificate", "1"])?;
    ensure!(!without.status.success(), "a phone gave its certificate without the PIN");
    println!("tashika card: person {person} of a nation, card and phone");
    bench.take_out()
}

/// A card in a reader, and judges around it.
struct Bench {
    folder: PathBuf,
    server: PrivatePcscd,
    program: PathBuf,
    card: Option<Child>,
}

impl Bench {
    fn new(folder: &Path, program: &Path) -> Result<Self> {
        let server = PrivatePcscd::start(&pcscd::fresh_folder()?)?;
        Ok(Self { folder: folder.to_owned(), server, program: program.to_owned(), card: None })
    }

    /// Where the card connects.
    fn reader(&self) -> String {
        self.server.readers()[0].to_string()
    }

    fn insert_made_up(&mut self) -> Result<()> {
        self.insert(&[&self.reader(), "counters.json"]).map(drop)
    }

    /// Gives the PIN and the password that the program prints.
    fn insert_person(&mut self, words: &[&str]) -> Result<[String; 2]> {
        let printed = std::fs::read_to_string(self.insert(words)?)?;
        let after = |name: &str| {
            let found = printed.split_whitespace().find_map(|word| word.strip_prefix(name));
            found.map(str::to_owned).with_context(|| format!("no {name} in: {printed}"))
        };
        Ok([after("pin=")?, after("password=")?])
    }

    /// Starts the program that plays the card, and gives the file into which it prints.
    fn insert(&mut self, words: &[&str]) -> Result<PathBuf> {
        let printed = self.folder.join("card.log");
        let mut command = run::command(&self.folder, &self.program, words);
        command.stdin(Stdio::piped()).stdout(std::fs::File::create(&printed)?);
        self.card = Some(command.spawn().with_context(|| self.program.display().to_string())?);
        self.wait_until(true)?;
        Ok(printed)
    }

    /// pcscd looks at its readers a few times a second.
    fn wait_until(&self, is_there: bool) -> Result<()> {
        let waited = Stopwatch::start();
        loop {
            let readers = self.says("opensc-tool", &["--list-readers"])?;
            if readers.lines().any(|line| line.contains("Yes")) == is_there {
                return Ok(());
            }
            ensure!(waited.elapsed() < INSERTED_MAX, "opensc-tool goes on seeing:\n{readers}");
            std::thread::sleep(POLL);
        }
    }

    fn take_out(&mut self) -> Result<()> {
        if let Some(mut card) = self.card.take() {
            // The made-up person's card ends with its input, a nation's person's at a signal.
            drop(card.stdin.take());
            run::terminate(&card);
            card.wait()?;
        }
        self.wait_until(false)
    }

    /// With all drivers of OpenSC: thirty questions for other cards come first, and none may be answered with yes.
    fn is_recognised(&self) -> Result<()> {
        let name = self.says("opensc-tool", &["--name"])?;
        ensure!(name.to_lowercase().contains("jpki"), "OpenSC takes the card for: {name}");
        println!("opensc-tool: {}", name.lines().next().unwrap_or_default());
        let tries = self.says("opensc-tool", ASK_TRIES)?;
        ensure!(tries.contains("SW1=0x63, SW2=0xC3"), "the question for tries: {tries}");
        Ok(())
    }

    fn is_listed(&self) -> Result<()> {
        let pins = self.says("pkcs15-tool", &["--list-pins"])?;
        ensure!(tries_left(&pins) == ["3", "5"], "tries of the two PINs: {pins}");
        let keys = self.says("pkcs15-tool", &["--list-keys"])?;
        ensure!(keys.matches("Private RSA Key").count() == 2, "two keys: {keys}");
        let certificates = self.says("pkcs15-tool", &["--list-certificates"])?;
        ensure!(certificates.matches("X.509 Certificate").count() == 4, "four certificates: {certificates}");
        let slots = self.pkcs11(&["--list-slots"])?;
        ensure!(slots.contains("User Authentication PIN"), "slots: {slots}");
        println!("pkcs15-tool, pkcs11-tool: two PINs with 3 and 5 tries, two keys, four certificates");
        Ok(())
    }

    /// Reads a certificate and its CA's, and has openssl judge the two.
    fn certificate(&self, leaf: &str, ca: &str, name: &str) -> Result<PathBuf> {
        let read = |id: &str, file: &Path| -> Result<()> {
            Ok(std::fs::write(file, self.says("pkcs15-tool", &["--read-certificate", id])?)?)
        };
        let (leaf_file, ca_file) =
            (self.folder.join(format!("{name}.pem")), self.folder.join(format!("{name}-ca.pem")));
        read(leaf, &leaf_file)?;
        read(ca, &ca_file)?;
        let mut openssl = run::command(&self.folder, "openssl", &["verify", "-CAfile"]);
        println!("openssl verify: {}", run::output(openssl.arg(ca_file).arg(&leaf_file))?.trim());
        Ok(leaf_file)
    }

    /// Every way to sign that OpenSC's own test knows, and challenges.
    fn is_tested(&self) -> Result<()> {
        let tested = self.pkcs11(&["--slot-index", "0", "--login", "--pin", PIN, "--test"])?;
        ensure!(tested.contains("No errors"), "OpenSC's own test: {tested}");
        println!("pkcs11-tool --test: no errors, {} checks", tested.matches(": OK").count());
        Ok(())
    }

    /// The one behind the password: not without it.
    fn signing_certificate(&self, password: &str) -> Result<PathBuf> {
        let without = self.ask("pkcs15-tool", &["--read-certificate", "2"])?;
        ensure!(!without.status.success(), "the certificate for signing was read without its password");
        let file = self.folder.join("signing.pem");
        let with = ["--verify-pin", "--auth-id", "2", "--pin", password, "--read-certificate", "2"];
        let printed = self.says("pkcs15-tool", &with)?;
        let start = printed.find("-----BEGIN").context("a certificate")?;
        std::fs::write(&file, &printed[start..])?;
        Ok(file)
    }

    fn signs(&self, slot: &str, pin: &str, key: &str, certificate: &Path) -> Result<()> {
        let (message, signature) = (self.folder.join("message"), self.folder.join("signature"));
        std::fs::write(&message, "what the center asked\n")?;
        let printed = self.sign(slot, pin, key, &message, &signature)?;
        ensure!(printed.status.success(), "pkcs11-tool does not sign: {}", text(&printed));
        let public = self.folder.join("public.pem");
        let mut openssl = run::command(&self.folder, "openssl", &["x509", "-noout", "-pubkey", "-in"]);
        std::fs::write(&public, run::output(openssl.arg(certificate))?)?;
        let mut openssl = run::command(&self.folder, "openssl", &["dgst", "-sha256", "-verify"]);
        let verdict = run::output(openssl.arg(public).arg("-signature").arg(signature).arg(message))?;
        println!("pkcs11-tool signs in slot {slot}; openssl: {}", verdict.trim());
        Ok(())
    }

    /// Three wrong PINs, also after the card was taken out; then the right one does not help any more.
    fn locks(&mut self) -> Result<()> {
        let (message, signature) = (self.folder.join("message"), self.folder.join("never"));
        for left in ["2", "1", "0"] {
            let wrong = self.sign("0", WRONG_PIN, "01", &message, &signature)?;
            ensure!(text(&wrong).contains("CKR_PIN_INCORRECT"), "a wrong PIN: {}", text(&wrong));
            self.take_out()?;
            self.insert_made_up()?;
            let pins = self.says("pkcs15-tool", &["--list-pins"])?;
            ensure!(tries_left(&pins) == [left, "5"], "tries after a wrong PIN: {pins}");
        }
        let right = self.sign("0", PIN, "01", &message, &signature)?;
        ensure!(!right.status.success(), "a locked card signs: {}", text(&right));
        ensure!(!signature.exists() || signature.metadata()?.len() == 0, "there is a signature");
        println!("pkcs11-tool: three wrong PINs lock the card, and the right one does not open it");
        Ok(())
    }

    fn sign(&self, slot: &str, pin: &str, key: &str, message: &Path, signature: &Path) -> Result<Output> {
        let mut command = self.command("pkcs11-tool");
        command.args(["--module", PKCS11_MODULE, "--slot-index", slot, "--login", "--pin", pin]);
        command.args(["--sign", "--id", key, "-m", "SHA256-RSA-PKCS", "-i"]).arg(message).arg("-o").arg(signature);
        command.output().context("pkcs11-tool")
    }

    fn pkcs11(&self, arguments: &[&str]) -> Result<String> {
        self.says("pkcs11-tool", &[&["--module", PKCS11_MODULE], arguments].concat())
    }

    fn says(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = self.ask(program, arguments)?;
        ensure!(output.status.success(), "{program} {arguments:?}: {}", text(&output));
        Ok(text(&output))
    }

    fn ask(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        self.command(program).args(arguments).output().with_context(|| program.to_owned())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = run::command(&self.folder, "timeout", &[JUDGE_SECONDS_MAX, program]);
        command.env("PCSCLITE_CSOCK_NAME", self.server.socket()).stdin(Stdio::null());
        command
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(card) = &mut self.card {
            run::kill_tree(card);
        }
    }
}

/// The first who is old enough for both certificates, among those whose card is valid, which are listed first.
fn grown_up(listed: &str) -> Option<&str> {
    listed.lines().find_map(|line| match *line.split_whitespace().collect::<Vec<_>>() {
        ["person", person, born, ..] if born < "2000" => Some(person),
        _ => None,
    })
}

/// What OpenSC says about each PIN, in its order.
fn tries_left(printed: &str) -> Vec<&str> {
    printed.lines().filter_map(|line| Some(line.split_once("Tries left")?.1.trim_matches([' ', ':']))).collect()
}

/// Both streams of a program.
fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_passed_over() {
        let listed = "有効 / valid\n  person       0  20190401  見本　子\n  person      12  19800401  見本　親\n";
        assert_eq!(grown_up(listed), Some("12"));
    }

    #[test]
    fn the_tries_are_read_from_the_list_of_pins() {
        let printed = "PIN [User]\n\tTries left     : 3\n\tAuth ID : 1\n\nPIN [Sign]\n\tTries left     : 5\n";
        assert_eq!(tries_left(printed), ["3", "5"]);
    }
}
