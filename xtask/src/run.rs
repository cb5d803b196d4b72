//! Running programs, with a limit on their time.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::stopwatch::Stopwatch;

const POLL: Duration = Duration::from_millis(50);

/// Starts a command line from a program and its arguments.
pub fn command(root: &Path, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root);
    command
}

/// Shows the command, runs it with our own output streams, and fails unless it ends well in time.
pub fn run(command: &mut Command, limit: Duration) -> Result<()> {
    println!("$ {}", shown(command));
    let child = command.stdin(Stdio::null()).spawn().with_context(|| shown(command))?;
    wait(child, &shown(command), limit)
}

/// The same with all output in a file; the caller shows it when it matters.
pub fn run_into(command: &mut Command, log: &Path, limit: Duration) -> Result<()> {
    let file = File::create(log).with_context(|| log.display().to_string())?;
    let child =
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn().with_context(|| shown(command))?;
    wait(child, &shown(command), limit)
}

/// Runs it and gives what it wrote to its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| shown(command))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} failed: {}", shown(command), error.trim());
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether a program of this name can be found.
pub fn is_installed(program: &str) -> bool {
    let found = Command::new("/bin/sh").args(["-c", "command -v \"$1\" >/dev/null", "sh", program]).status();
    found.is_ok_and(|status| status.success())
}

/// Asks a process that we started to end.
pub fn terminate(child: &Child) {
    signal("TERM", child.id());
}

/// Ends a process that we started, and everything it started, without mercy.
pub fn kill_tree(child: &mut Child) {
    // Whoever is stopped starts nothing more, so the tree is complete once a look finds nobody new.
    let mut stopped = vec![child.id()];
    signal("STOP", child.id());
    loop {
        let new: Vec<u32> = descendants(child.id()).into_iter().filter(|id| !stopped.contains(id)).collect();
        if new.is_empty() {
            break;
        }
        for id in &new {
            signal("STOP", *id);
        }
        stopped.extend(new);
    }
    for id in stopped {
        signal("KILL", id);
    }
    let _ = child.wait();
}

fn signal(name: &str, id: u32) {
    // The shell has `kill` built in; the program of that name is an optional package.
    let kill = "kill -s \"$1\" \"$2\" 2>/dev/null";
    let _ = Command::new("/bin/sh").args(["-c", kill, "sh", name, &id.to_string()]).status();
}

fn wait(mut child: Child, name: &str, limit: Duration) -> Result<()> {
    let stopwatch = Stopwatch::start();
    loop {
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "{name}: {status}");
            return Ok(());
        }
        if stopwatch.elapsed() > limit {
            kill_tree(&mut child);
            bail!("{name}: still running after {} s", limit.as_secs());
        }
        thread::sleep(POLL);
    }
}

/// Children of a process and their children.
fn descendants(id: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if let Some(parent) = parent_of(child) {
            children.entry(parent).or_default().push(child);
        }
    }
    let (mut found, mut next) = (Vec::new(), vec![id]);
    while let Some(parent) = next.pop() {
        let born = children.get(&parent).cloned().unwrap_or_default();
        next.extend(&born);
        found.extend(born);
    }
    found
}

fn parent_of(id: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        command(Path::new("/"), "/bin/sh", &["-c", script])
    }

    #[test]
    fn a_failure_names_the_command_and_its_status() {
        let error = run(&mut shell("exit 3"), Duration::from_secs(5)).expect_err("fails").to_string();
        assert!(error.contains("exit 3") && error.contains("exit status: 3"), "{error}");
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_its_children() {
        let mark = format!("{}", std::process::id());
        let script = format!("sleep 977{mark} & sleep 977{mark}");
        let error = run(&mut shell(&script), Duration::from_millis(300)).expect_err("hangs").to_string();
        assert!(error.contains("still running"), "{error}");
        let is_left = |entry: &std::fs::DirEntry| {
            let line = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            line.starts_with("sleep") && line.contains(&format!("977{mark}"))
        };
        // The kernel takes a moment to clear away what was killed.
        for _ in 0..100 {
            if !std::fs::read_dir("/proc").expect("proc").flatten().any(|entry| is_left(&entry)) {
                return;
            }
            thread::sleep(POLL);
        }
        panic!("a child of the command lives on");
    }

    #[test]
    fn programs_are_found_by_name() {
        assert!(is_installed("sh") && !is_installed("no-such-program-here"));
    }
}
