//! Proves that a cut line costs nothing but time: what is told from kept answers is what the center had said, and every
//! case is asked once when the line is back.

use anyhow::{Context as _, Result, ensure};

use crate::stack::{output, tashika};

#[test]
fn fault_a_cut_line_loses_no_case_and_tells_nobody_wrong() -> Result<()> {
    // It fails by itself where a case is lost, asked twice, or told otherwise than the center.
    let said = output(&mut tashika(&["bench", "offline", "--cases", "200"]))?;
    let figures: serde_json::Value = serde_json::from_str(said.lines().last().context("figures")?)?;
    ensure!(figures["cases"] == 220 && figures["events"] == 220 && figures["wrong"] == 0, "{figures}");
    ensure!(figures["from_copies"].as_u64() > Some(150), "most of those who came before are told: {figures}");
    ensure!(figures["undetermined"] == figures["to_see"], "only what could not be told is news: {figures}");
    Ok(())
}
