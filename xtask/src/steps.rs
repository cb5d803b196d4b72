//! Steps one after another, timed, with a table at the end.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::stopwatch::Stopwatch;

/// One thing that must hold.
pub struct Step<'a> {
    pub name: &'static str,
    pub about: &'static str,
    /// Steps without which this one makes no sense.
    pub needs: &'static [&'static str],
    pub run: Box<dyn Fn() -> Result<()> + 'a>,
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    /// Something it needs has failed: counted as failed, because it was not shown to hold.
    NotRun,
}

/// Runs all steps, the later ones also when an earlier one failed, and ends with a table and `N passed, N failed`.
pub fn run_all(steps: &[Step<'_>]) -> Result<()> {
    let total = Stopwatch::start();
    let mut rows: Vec<(&str, Outcome, Duration)> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let broken = |need: &&&str| {
            rows.iter()
                .any(|(name, outcome, _)| *name == **need && *outcome != Outcome::Passed)
        };
        if let Some(need) = step.needs.iter().find(broken) {
            println!("\n=== {} not run: `{need}` has failed", step.name);
            rows.push((step.name, Outcome::NotRun, Duration::ZERO));
            continue;
        }
        println!("\n=== {}/{} {}: {}", index + 1, steps.len(), step.name, step.about);
        let stopwatch = Stopwatch::start();
        let result = (step.run)();
        let elapsed = stopwatch.elapsed();
        let outcome = if result.is_ok() {
            Outcome::Passed
        } else {
            Outcome::Failed
        };
        match result {
            Ok(()) => println!("=== {} passed in {:.1} s", step.name, elapsed.as_secs_f64()),
            Err(error) => println!("=== {} FAILED in {:.1} s: {error:#}", step.name, elapsed.as_secs_f64()),
        }
        rows.push((step.name, outcome, elapsed));
    }
    finish(&rows, total.elapsed())
}

fn finish(rows: &[(&str, Outcome, Duration)], total: Duration) -> Result<()> {
    println!("\n{:<12} {:<8} {:>8}", "step", "result", "seconds");
    for (name, outcome, elapsed) in rows {
        let word = match outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotRun => "not run",
        };
        println!("{name:<12} {word:<8} {:>8.1}", elapsed.as_secs_f64());
    }
    let passed = rows
        .iter()
        .filter(|(_, outcome, _)| *outcome == Outcome::Passed)
        .count();
    let failed = rows.len() - passed;
    println!("{:<12} {:<8} {:>8.1}\n", "total", "", total.as_secs_f64());
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        bail!("{failed} of {} steps did not pass", rows.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn a_failed_step_stops_only_what_needs_it() {
        let ran = RefCell::new(Vec::new());
        let step = |name: &'static str, needs: &'static [&'static str], good: bool| {
            let ran = &ran;
            let run = move || {
                ran.borrow_mut().push(name);
                if good { Ok(()) } else { bail!("no") }
            };
            Step {
                name,
                about: "",
                needs,
                run: Box::new(run),
            }
        };
        let steps = [
            step("a", &[], false),
            step("b", &["a"], true),
            step("c", &["b"], true),
            step("d", &[], true),
        ];
        assert!(run_all(&steps).is_err());
        assert_eq!(*ran.borrow(), ["a", "d"]);
        assert!(run_all(&steps[3..]).is_ok());
    }
}
