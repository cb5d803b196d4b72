//! Whose fault it is: a pure function from what was seen to a verdict with its evidence and the next step.
//!
//! The order is that of certainty. A machine that refused a connection is there, whatever this PC's own tables say; only where
//! nothing was heard of any address does the local network come into it. What cannot be told is not guessed.

use jiff::SignedDuration;
use kit::client::{CouldNotAsk, Stage, Unreached};
use kit::text::Text;
use wire::api::ProblemCode;

use super::local::{Local, WayOut};
use super::standing::Seen;

/// Whose fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    /// Nothing is wrong.
    Nobody,
    /// Not looked at yet.
    NotKnownYet,
    /// This PC: its cable or radio, or its clock.
    ThisPc,
    /// The network of the house: router, switch.
    Lan,
    /// The line from the router outwards, name service included.
    Line,
    /// The center.
    Center,
    /// The certificate of this terminal.
    Certificate,
    /// Whoever says whether cards were given up (認証局の失効確認).
    CardAuthority,
    /// An insurer whose data is late.
    InsurerFeed,
}

/// A sentence in both languages, with values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) ja: String,
    pub(crate) en: String,
}

/// What came of one address of the center.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddressLook {
    /// Host and port.
    pub(crate) address: String,
    pub(crate) came: Came,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Came {
    Answered,
    /// It answered that it will not.
    Problem(ProblemCode),
    CouldNot(CouldNotAsk),
}

/// All that was seen.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) seen: Seen,
    pub(crate) addresses: &'a [AddressLook],
    pub(crate) local: &'a Local,
    /// The certificate of this terminal has run out, by our clock or by the center's word.
    pub(crate) is_expired: bool,
    /// The center does not want this terminal any more.
    pub(crate) refused: Option<ProblemCode>,
    /// How far the center's clock is ahead of ours, where that is worth a warning.
    pub(crate) clock: Option<SignedDuration>,
    /// What the center said lately in place of an answer.
    pub(crate) center_says: Option<ProblemCode>,
    /// The insurer whose data an answer said to be late.
    pub(crate) late_feed: Option<&'a str>,
}

/// Whose fault it is, by what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub(crate) whose: Whose,
    pub(crate) headline: Text,
    pub(crate) evidence: Vec<Said>,
    pub(crate) next: Text,
}

impl Whose {
    /// One word for the light.
    pub(crate) const fn short(self) -> Text {
        match self {
            Self::Nobody => Text::new("正常", "in order"),
            Self::NotKnownYet => Text::new("確認中", "being looked at"),
            Self::ThisPc => Text::new("このPC", "this PC"),
            Self::Lan => Text::new("院内ネットワーク", "network of the house"),
            Self::Line => Text::new("回線", "line"),
            Self::Center => Text::new("センター", "center"),
            Self::Certificate => Text::new("端末の証明書", "certificate"),
            Self::CardAuthority => Text::new("カードの失効確認", "card authority"),
            Self::InsurerFeed => Text::new("保険者のデータ", "insurer's data"),
        }
    }
}

const NOTHING: Text = Text::new("", "");

/// Whose fault it is.
pub(crate) fn diagnose(evidence: &Evidence<'_>) -> Diagnosis {
    let (whose, headline, next) = verdict(evidence);
    Diagnosis { whose, headline, evidence: tell(evidence), next }
}

type Verdict = (Whose, Text, Text);

fn verdict(evidence: &Evidence<'_>) -> Verdict {
    if evidence.is_expired {
        return (
            Whose::Certificate,
            Text::new("この端末の証明書の有効期限が切れています", "The certificate of this terminal has expired"),
            Text::new(
                "自動で更新を試みています。数分待っても変わらないときは実施機関に連絡してください。",
                "Renewal is being tried. If nothing changes within minutes, contact the operator.",
            ),
        );
    }
    if evidence.refused.is_some() || evidence.could(|why| matches!(why, CouldNotAsk::CertificateRefused(_))) {
        return (
            Whose::Certificate,
            Text::new(
                "センターがこの端末の証明書を受け付けません",
                "The center does not accept this terminal's certificate",
            ),
            Text::new(
                "実施機関に連絡し、新しい登録コードで登録し直してください。保留中の確認は失われません。",
                "Contact the operator and join again with a new code. Open cases are kept.",
            ),
        );
    }
    match evidence.seen {
        Seen::Unknown => (Whose::NotKnownYet, Text::new("確認しています", "Being looked at"), NOTHING),
        Seen::Up => connected(evidence),
        Seen::Down => not_connected(evidence),
    }
}

fn connected(evidence: &Evidence<'_>) -> Verdict {
    if let Some(code) = evidence.center_says {
        return if code == ProblemCode::CardStatusUnavailable {
            (
                Whose::CardAuthority,
                Text::new(
                    "カードが失効していないかを、センターが確かめられません",
                    "The center cannot find out whether cards were revoked",
                ),
                Text::new(
                    "この端末では直せません。番号での資格確認はできます。カードの登録は時間をおいてください。",
                    "Nothing to mend here. Checks by number work; register cards later.",
                ),
            )
        } else {
            (
                Whose::Center,
                Text::new("センターにつながりますが、回答できない状態です", "The center is reached and cannot answer"),
                Text::new(
                    "この端末と回線は正常です。自動で確認し直します。長く続くときは実施機関に問い合わせてください。",
                    "This terminal and the line are in order. It is asked again by itself; if it lasts, ask the operator.",
                ),
            )
        };
    }
    if evidence.clock.is_some() {
        return (
            Whose::ThisPc,
            Text::new("このPCの時計が合っていません", "The clock of this PC is wrong"),
            Text::new(
                "時計を合わせてください。日付はセンターに合わせています。",
                "Set the clock. The center's day is used.",
            ),
        );
    }
    if evidence.late_feed.is_some() {
        return (
            Whose::InsurerFeed,
            Text::new("データの届いていない保険者があります", "The data of an insurer is late"),
            Text::new(
                "その保険者の最近の異動は反映されていないことがあります。ほかの保険者は正常です。",
                "Recent changes of that insurer may be missing. Others are in order.",
            ),
        );
    }
    (Whose::Nobody, Text::new("接続しています", "Connected"), NOTHING)
}

fn not_connected(evidence: &Evidence<'_>) -> Verdict {
    if evidence.could(|why| matches!(why, CouldNotAsk::ServerNotTrusted(_))) {
        return not_trusted(evidence);
    }
    // Whoever heard from a machine at the center's address has a line.
    if evidence.could(is_heard) || evidence.addresses.iter().any(|look| matches!(look.came, Came::Problem(_))) {
        return (
            Whose::Center,
            Text::new(
                "センターのコンピューターまで届きますが、サービスが応答しません",
                "The center's machine is reached, its service does not answer",
            ),
            Text::new(
                "この端末と回線は正常です。復旧を待ってください（自動でつなぎ直します）。急ぐときは実施機関に問い合わせてください。",
                "This terminal and the line are in order. It connects again by itself; if urgent, ask the operator.",
            ),
        );
    }
    if evidence.could(|why| matches!(why, CouldNotAsk::Unreadable { .. } | CouldNotAsk::AnswerTooLarge { .. })) {
        return (
            Whose::Line,
            Text::new("センターではないものが応答しています", "Something other than the center answers"),
            Text::new(
                "ルーターやプロキシのログイン画面、フィルタ設定を、設置業者に確かめてもらってください。",
                "Have the login page or filter of the router or proxy looked at.",
            ),
        );
    }
    nothing_heard(evidence)
}

fn not_trusted(evidence: &Evidence<'_>) -> Verdict {
    let is_about_time = evidence.could(|why| {
        let CouldNotAsk::ServerNotTrusted(words) = why else { return false };
        let words = words.to_lowercase();
        words.contains("expired") || words.contains("not valid yet") || words.contains("notvalidyet")
    });
    if is_about_time {
        return (
            Whose::ThisPc,
            Text::new("このPCの時計が大きくずれているようです", "The clock of this PC seems to be far off"),
            Text::new(
                "時計を合わせてください。合っているのに続くときは、実施機関に問い合わせてください。",
                "Set the clock. If it is right and this goes on, ask the operator.",
            ),
        );
    }
    (
        Whose::Line,
        Text::new("接続先がセンターであると確かめられません", "The other side cannot prove to be the center"),
        Text::new(
            "通信をのぞくプロキシやセキュリティ装置がないか、設置業者に確かめてもらってください。",
            "Have the installer look for a proxy or security device that opens connections.",
        ),
    )
}

/// Nothing at all came back from any address: where does the way end?
fn nothing_heard(evidence: &Evidence<'_>) -> Verdict {
    let local = evidence.local;
    if local.interfaces.as_ref().is_some_and(Vec::is_empty) {
        return (
            Whose::ThisPc,
            Text::new("このPCがネットワークにつながっていません", "This PC is not connected to a network"),
            Text::new(
                "LANケーブルを差し直すか、Wi-Fiがオンか確かめてください。",
                "Put the network cable in again, or see whether the Wi-Fi is on.",
            ),
        );
    }
    match &local.way_out {
        WayOut::None => {
            return (
                Whose::Lan,
                Text::new("ルーターが見つかりません", "No router is known"),
                Text::new(
                    "ルーターとハブの電源を確かめてください。入っていれば、このPCを再起動してください。",
                    "See whether router and switch are powered. If they are, restart this PC.",
                ),
            );
        }
        WayOut::Router { answers: Some(false), .. } => {
            return (
                Whose::Lan,
                Text::new("ルーターが応答しません", "The router does not answer"),
                Text::new(
                    "ルーターとハブの電源とケーブルを確かめ、ルーターの電源を入れ直してください。",
                    "Look at power and cables of router and switch, and restart the router.",
                ),
            );
        }
        WayOut::Router { answers: Some(true) | None, .. } | WayOut::Unreadable => {}
    }
    let names = evidence
        .all(|why| matches!(why, CouldNotAsk::NameNotFound(_) | CouldNotAsk::ConnectTimedOut { at: Stage::Name, .. }));
    if names {
        return (
            Whose::Line,
            Text::new("センターの名前を引けません（DNS）", "The name of the center cannot be looked up"),
            Text::new(
                "ほかのサイトが開けるか確かめてください。開けないときは回線業者に、開けるときは実施機関に連絡してください。",
                "See whether other sites open. If not, call the provider of the line; if so, the operator.",
            ),
        );
    }
    (
        Whose::Line,
        Text::new("回線がセンターまで届いていません", "The line does not reach the center"),
        Text::new(
            "モデム（ONU）のランプを確かめ、電源を入れ直してください。続くときは回線業者に連絡してください。",
            "Look at the lamps of the modem and restart it. If it goes on, call the provider of the line.",
        ),
    )
}

/// Whether a machine at the other end was heard.
const fn is_heard(why: &CouldNotAsk) -> bool {
    match why {
        CouldNotAsk::Unreachable { how: Unreached::Refused, .. }
        | CouldNotAsk::ConnectTimedOut { at: Stage::Tls, .. }
        | CouldNotAsk::Tls(_)
        | CouldNotAsk::CertificateRefused(_)
        | CouldNotAsk::ServerNotTrusted(_)
        | CouldNotAsk::Broken(_) => true,
        // A kept connection that hangs, or a center that does: the look over a new connection tells which.
        CouldNotAsk::TimedOut { .. }
        | CouldNotAsk::Unreachable { how: Unreached::NoRoute | Unreached::HostSilent | Unreached::Other, .. }
        | CouldNotAsk::ConnectTimedOut { at: Stage::Name | Stage::Tcp, .. }
        | CouldNotAsk::NoAddress
        | CouldNotAsk::NameNotFound(_)
        | CouldNotAsk::AnswerTooLarge { .. }
        | CouldNotAsk::Unreadable { .. }
        | CouldNotAsk::Unwritable(_) => false,
    }
}

impl Evidence<'_> {
    fn reasons(&self) -> impl Iterator<Item = &CouldNotAsk> {
        self.addresses.iter().filter_map(|look| match &look.came {
            Came::CouldNot(why) => Some(why),
            Came::Answered | Came::Problem(_) => None,
        })
    }

    fn could(&self, is_so: impl Fn(&CouldNotAsk) -> bool) -> bool {
        self.reasons().any(is_so)
    }

    fn all(&self, is_so: impl Fn(&CouldNotAsk) -> bool) -> bool {
        let mut reasons = self.reasons().peekable();
        reasons.peek().is_some() && reasons.all(is_so)
    }
}

/// What was seen, line by line.
fn tell(evidence: &Evidence<'_>) -> Vec<Said> {
    let mut lines: Vec<Said> = evidence.addresses.iter().map(tell_address).collect();
    if evidence.seen == Seen::Down {
        lines.extend(tell_local(evidence.local));
    }
    if let Some(ahead) = evidence.clock {
        let minutes = ahead.as_secs().unsigned_abs() / 60;
        let (ja, en) = if ahead.is_positive() { ("遅れて", "behind") } else { ("進んで", "ahead") };
        lines.push(said(format!("時計: 約{minutes}分{ja}います"), format!("clock: about {minutes} minutes {en}")));
    }
    if let Some(code) = evidence.refused.or(evidence.center_says) {
        lines.push(said(format!("センターの回答: {}", code.title()), format!("the center says: {}", code.as_str())));
    }
    if let Some(insurer) = evidence.late_feed {
        lines.push(said(format!("データの遅れている保険者: {insurer}"), format!("data is late: {insurer}")));
    }
    lines
}

fn said(ja: String, en: String) -> Said {
    Said { ja, en }
}

fn tell_address(look: &AddressLook) -> Said {
    let (ja, en) = match &look.came {
        Came::Answered => ("応答あり", "answers"),
        Came::Problem(_) => ("応答あり（照会は受け付けられません）", "answers that it cannot"),
        Came::CouldNot(why) => match why {
            CouldNotAsk::NameNotFound(_) => ("名前を引けない（DNS）", "name not found"),
            CouldNotAsk::ConnectTimedOut { at: Stage::Name, .. } => {
                ("名前の問い合わせ（DNS）に応答なし", "no answer from the name service")
            }
            CouldNotAsk::ConnectTimedOut { at: Stage::Tcp, .. } => ("接続に応答なし", "no answer to the connection"),
            CouldNotAsk::ConnectTimedOut { at: Stage::Tls, .. } => {
                ("接続でき、暗号化（TLS）に応答なし", "connected, no answer in TLS")
            }
            CouldNotAsk::Unreachable { how: Unreached::Refused, .. } => ("接続を拒否", "connection refused"),
            CouldNotAsk::Unreachable { how: Unreached::NoRoute, .. } => ("経路なし", "no route"),
            CouldNotAsk::Unreachable { how: Unreached::HostSilent, .. } => {
                ("途中の機器が応答なし", "no answer on the way")
            }
            CouldNotAsk::Unreachable { how: Unreached::Other, .. } => ("接続できない", "not reached"),
            CouldNotAsk::Tls(_) => ("接続でき、暗号化（TLS）ができない", "connected, no secure connection"),
            CouldNotAsk::ServerNotTrusted(_) => {
                ("接続でき、相手の証明書を信頼できない", "its certificate is not trusted")
            }
            CouldNotAsk::CertificateRefused(_) => {
                ("接続でき、この端末の証明書を拒否", "refuses the certificate of this terminal")
            }
            CouldNotAsk::TimedOut { .. } => ("接続済みで、回答なし", "connected, no answer"),
            CouldNotAsk::Broken(_) => ("接続が途中で切れた", "the connection broke"),
            CouldNotAsk::Unreadable { .. } | CouldNotAsk::AnswerTooLarge { .. } => {
                ("センターの形式でない応答", "an answer that is not the center's")
            }
            CouldNotAsk::NoAddress | CouldNotAsk::Unwritable(_) => ("設定の誤り", "wrong settings"),
        },
    };
    said(format!("{}: {ja}", look.address), format!("{}: {en}", look.address))
}

fn tell_local(local: &Local) -> Vec<Said> {
    let mut lines = Vec::new();
    match &local.interfaces {
        None => lines.push(said(
            "このPCのネットワークの状態は読み取れません".to_owned(),
            "the network of this PC cannot be read".to_owned(),
        )),
        Some(names) if names.is_empty() => {
            lines.push(said(
                "このPCのネットワーク: つながっていない".to_owned(),
                "network of this PC: none is up".to_owned(),
            ));
        }
        Some(names) => {
            let names = names.join(", ");
            lines.push(said(
                format!("このPCのネットワーク: 動作中（{names}）"),
                format!("network of this PC: up ({names})"),
            ));
        }
    }
    if !local.unplugged.is_empty() {
        let names = local.unplugged.join(", ");
        lines.push(said(format!("ケーブルまたは電波なし: {names}"), format!("no cable or radio: {names}")));
    }
    match &local.way_out {
        WayOut::Unreadable => {}
        WayOut::None => lines.push(said("ルーター: 設定なし".to_owned(), "router: none known".to_owned())),
        WayOut::Router { address, answers } => {
            let (ja, en) = match answers {
                Some(true) => ("応答あり", "answers"),
                Some(false) => ("応答なし", "does not answer"),
                None => ("応答は不明", "not known whether it answers"),
            };
            lines.push(said(format!("ルーター {address}: {ja}"), format!("router {address}: {en}")));
        }
    }
    lines
}

#[cfg(test)]
mod cases;
