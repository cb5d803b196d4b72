//! How a visit is told: as a line of the story, or as one JSON object.

use super::cut::Cut;
use serde::Serialize;
use std::io::{self, Write};

/// One visit at the window as it came out. The member names are those of `--json`.
#[derive(Debug, Clone, Serialize)]
pub struct Visit {
    /// Short name of the visit, such as `lost_job`.
    pub name: String,
    /// Which way the question went: `number`, `folders`, `card`, `record`, `offline`.
    pub way: &'static str,
    /// The verdict of the answer, `unreadable`, or what went wrong.
    pub verdict: String,
    /// Where the answer came from: `live`, `signed_copy`, `certificate`; absent without an answer.
    pub basis: Option<String>,
    /// Percent to collect.
    pub share: Option<u8>,
    /// Milliseconds from question to answer, as the window waits for them.
    pub ms: f64,
    /// What the oracle says: verdict, share and hint.
    pub expected: Expected,
    /// Whether verdict, share and hint came out as expected.
    pub ok: bool,
    /// What happens at the window, in Japanese. Not part of the JSON.
    #[serde(skip)]
    pub title: String,
    /// What is shown at the window: insurer or hints. Not part of the JSON: it may name a person's insurer.
    #[serde(skip)]
    pub told: Vec<String>,
    /// In which points the visit differs from the oracle.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}

/// The right outcome of a visit.
#[derive(Debug, Clone, Serialize)]
pub struct Expected {
    /// Verdict, or `unreadable`.
    pub verdict: String,
    /// Percent to collect.
    pub share: Option<u8>,
    /// The hint that must be among those given.
    pub hint: Option<String>,
}

/// Writes the visits as the window sees them.
pub fn tell(out: &mut impl Write, visits: &[Visit]) -> io::Result<()> {
    for (number, visit) in visits.iter().enumerate() {
        let mark = if visit.ok { "✓" } else { "✗" };
        writeln!(out, "{mark} {:>2}. {}", number + 1, visit.title)?;
        writeln!(
            out,
            "      {} → {}{}   {:.1} ms",
            way_label(visit.way),
            verdict_label(visit.way, &visit.verdict),
            visit.share.map(|s| format!("、窓口 {}", domain::share::percent_label(s))).unwrap_or_default(),
            visit.ms
        )?;
        for told in &visit.told {
            writeln!(out, "      {told}")?;
        }
        for difference in &visit.differences {
            writeln!(out, "      ✗ {difference}")?;
        }
    }
    Ok(())
}

/// Writes one JSON object a line.
pub fn tell_json(out: &mut impl Write, visits: &[Visit]) -> io::Result<()> {
    for visit in visits {
        serde_json::to_writer(&mut *out, visit)?;
        writeln!(out)?;
    }
    Ok(())
}

/// What act two measured.
pub fn tell_cut(out: &mut impl Write, cut: &Cut) -> io::Result<()> {
    let mark = if cut.is_right() { "✓" } else { "✗" };
    let (asked, news) = cut.settled;
    writeln!(
        out,
        "{mark} 回線が切れている間、窓口は長くて {:.0} ミリ秒待ち、つながって {:.1} 秒で {asked} 件すべてを確認し直しました（新しくわかったこと {news} 件）",
        cut.window_ms, cut.settled_s
    )
}

fn way_label(way: &str) -> &str {
    match way {
        "number" => "番号で",
        "card" => "カードで",
        "record" => "番号と、職員が聞いた同意で",
        "offline" => "センターなしで",
        "folders" => "レセコンの req/res フォルダで",
        other => other,
    }
}

fn verdict_label(way: &str, verdict: &str) -> String {
    match domain::Verdict::parse(verdict) {
        // Without the center nobody is called not insured: what is told is what the center said then.
        Some(domain::Verdict::Invalid) if way == "offline" => "資格喪失の記録".to_owned(),
        Some(verdict) => verdict.label().to_owned(),
        None if verdict == "unreadable" => "読み取れない入力".to_owned(),
        None => verdict.to_owned(),
    }
}
