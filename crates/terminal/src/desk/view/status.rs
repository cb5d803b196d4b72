//! The status page: every part of the terminal, how it is, and what to do about it.

use jiff::{SignedDuration, Timestamp};
use kit::text::Text;
use trust::ListName;

use super::dates;
use super::shell;
use crate::equipment::Missing;
use crate::health::{CertificateState, FolderState, Link, Snapshot};
use crate::kiosk::screen::ReadersState;
use crate::lists::ListState;
use crate::noticing::diagnosis::{Said, Whose};
use crate::store::nights::NightReport;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) class: &'static str,
    pub(crate) label: Text,
    pub(crate) value: String,
    pub(crate) value_en: String,
    pub(crate) todo: String,
    /// What was seen, line by line.
    pub(crate) evidence: Vec<Said>,
}

/// What the page is made of.
pub(crate) struct Facts<'a> {
    pub(crate) health: &'a Snapshot,
    pub(crate) now: Timestamp,
    pub(crate) ahead: Option<SignedDuration>,
    pub(crate) warning: Option<SignedDuration>,
    pub(crate) answers: i64,
    pub(crate) req: String,
    pub(crate) res: String,
    pub(crate) face: String,
    pub(crate) kiosk: KioskFacts<'a>,
    pub(crate) lists: ListState,
    pub(crate) night: NightFacts,
}

/// How asking again at night is.
pub(crate) struct NightFacts {
    pub(crate) is_on: bool,
    pub(crate) folder: String,
    pub(crate) last: Option<NightReport>,
    /// Bookings from today on.
    pub(crate) booked: i64,
}

/// How the kiosk is.
pub(crate) struct KioskFacts<'a> {
    /// Its page; none where it is turned off.
    pub(crate) address: Option<String>,
    pub(crate) readers: Option<ReadersState>,
    pub(crate) compares_faces: bool,
    pub(crate) missing: &'a [Missing],
}

pub(crate) fn items(facts: &Facts<'_>) -> Vec<Item> {
    let health = facts.health;
    let mut items = vec![link(facts), certificate(health.certificate.as_ref())];
    if let Some(code) = health.refused {
        let (ja, en) = shell::refused(code);
        items.push(item("bad", Text::new("センターの判断", "The center says"), code.title(), en, ja));
    }
    items.push(clock(facts.ahead, facts.warning));
    items.push(folder(Text::new("要求フォルダ", "Request folder"), &facts.req, &health.req));
    items.push(folder(Text::new("結果フォルダ", "Answer folder"), &facts.res, &health.res));
    items.push(folder(Text::new("カード結果フォルダ", "Face folder"), &facts.face, &health.face));
    items.push(folder(Text::new("予約フォルダ", "Bookings folder"), &facts.night.folder, &health.bookings));
    items.push(night(&facts.night));
    items.push(files(health));
    items.extend(kiosk(&facts.kiosk));
    items.extend(lists(&facts.lists));
    items.push(match &health.disk {
        Some(why) => item(
            "bad",
            Text::new("保存", "Store"),
            &format!("書き込めません（{why}）"),
            "cannot be written",
            "ディスクの空きを作ってください。",
        ),
        None => item(
            "good",
            Text::new("保存", "Store"),
            &format!("署名つき回答 {} 件", facts.answers),
            "signed answers kept",
            "",
        ),
    });
    items
}

fn item(class: &'static str, label: Text, value: &str, value_en: &str, todo: &str) -> Item {
    let (value, value_en, todo) = (value.to_owned(), value_en.to_owned(), todo.to_owned());
    Item { class, label, value, value_en, todo, evidence: Vec::new() }
}

/// Whose fault it is, by what, and what to do.
fn link(facts: &Facts<'_>) -> Item {
    let label = Text::new("センターとの接続", "Link to the center");
    let told = facts.health.diagnosis(facts.now, facts.warning);
    let class = match (&facts.health.link, told.whose) {
        (Link::Up, Whose::Nobody) => "good",
        (Link::Down { .. }, _) | (_, Whose::Certificate) => "bad",
        (Link::Up | Link::Unknown, _) => "warn",
    };
    let (mut value, mut value_en) = (told.headline.ja.to_owned(), told.headline.en.to_owned());
    if let Link::Down { since } = facts.health.link {
        value = format!("{}: {value}（{} から）", told.whose.short().ja, dates::day_and_time(since));
        value_en = format!("{}: {value_en}", told.whose.short().en);
    }
    let todo = if told.next.ja.is_empty() { String::new() } else { format!("{} {}", told.next.ja, told.next.en) };
    Item { class, label, value, value_en, todo, evidence: told.evidence }
}

/// Each list that is wanted, and why a newer one is not in use.
fn lists(state: &ListState) -> Vec<Item> {
    let label = Text::new("失効リスト", "Status list");
    let one = |(name, issued_at): &(ListName, Option<Timestamp>)| {
        let of = if *name == ListName::Whole { "全国".to_owned() } else { format!("都道府県 {name}") };
        match issued_at {
            None => {
                item("warn", label, &format!("{of}: まだありません"), "not held yet", "つながると自動で取り込みます。")
            }
            Some(at) if state.over.contains(name) => item(
                "warn",
                label,
                &format!("{of}: {} のもの。期限切れのため使っていません", dates::day_and_time(*at)),
                "ran out, not used",
                "つながると自動で新しいものを取り込みます。",
            ),
            Some(at) => item(
                "good",
                label,
                &format!("{of}: {} 現在", dates::day_and_time(*at)),
                "what was said then still stands",
                "",
            ),
        }
    };
    let mut items: Vec<Item> = state.held.iter().map(one).collect();
    items.extend(state.trouble.map(|trouble| {
        let todo = "今あるリストを使い続けます。続くときは実施機関に連絡してください。";
        item("warn", label, trouble.why.message_ja(), trouble.why.code(), todo)
    }));
    items
}

fn certificate(state: Option<&CertificateState>) -> Item {
    let label = Text::new("端末の証明書", "Certificate");
    match state {
        None => item("warn", label, "確認中", "being looked at", ""),
        Some(CertificateState::Valid { until, days_left }) => item(
            if *days_left < 7 { "warn" } else { "good" },
            label,
            &format!("{} まで有効（あと{days_left}日）。自動で更新します。", dates::day(*until)),
            &format!("{days_left} days left, renewed by itself"),
            "",
        ),
        Some(CertificateState::Expired { since }) => item(
            "bad",
            label,
            &format!("{} に期限が切れました。自動で更新を試みています。", dates::day(*since)),
            "expired, renewal is being tried",
            "数分待っても変わらないときは、実施機関に連絡してください。",
        ),
    }
}

fn clock(ahead: Option<SignedDuration>, warning: Option<SignedDuration>) -> Item {
    let label = Text::new("時計", "Clock");
    match (ahead, warning) {
        (None, _) => item("warn", label, "センターの時刻をまだ確認していません", "not compared yet", ""),
        (Some(ahead), None) => item(
            "good",
            label,
            &format!("センターとの差 {:.1} 秒", ahead.as_secs_f64()),
            "difference to the center",
            "",
        ),
        (Some(ahead), Some(_)) => item(
            "warn",
            label,
            &format!("センターとの差 {} 秒", ahead.as_secs()),
            "far from the center's clock; the center's day is used",
            "この端末の時計を合わせてください。",
        ),
    }
}

fn folder(label: Text, path: &str, state: &FolderState) -> Item {
    match state {
        FolderState::Works => item("good", label, &format!("使えます（{path}）"), "works", ""),
        FolderState::Unknown => item("good", label, path, "not used yet", ""),
        FolderState::Fails { since, why } => item(
            "bad",
            label,
            &format!("使えません（{path}、{} から）: {why}", dates::day_and_time(*since)),
            "cannot be used",
            "共有フォルダの接続と権限を確かめてください。自動で再開します。",
        ),
    }
}

/// What came of the last night.
fn night(night: &NightFacts) -> Item {
    let label = Text::new("夜間の確認", "Asked again at night");
    let booked = night.booked;
    let Some(last) = night.last else {
        if !night.is_on {
            return item("good", label, "使っていません（terminal.toml の [night]）", "turned off", "");
        }
        let value = format!("まだ行っていません。今日以降の予約 {booked} 件");
        return item("good", label, &value, &format!("not yet; {booked} bookings from today on"), "");
    };
    let day = dates::plain_date(&domain::date::format(last.day));
    let (asked, fresh, could_not) = (last.asked, last.fresh, last.could_not);
    let state = if last.goes_on { ("実行中", "goes on") } else { ("終了", "done") };
    let value = format!(
        "{day}の分（{}）: {asked}件のうち{fresh}件が最新になり、{could_not}件は確認できませんでした。今日以降の予約 {booked} 件",
        state.0
    );
    let value_en =
        format!("{}: {asked} asked, {fresh} fresh, {could_not} could not; {booked} bookings from today on", state.1);
    // One in ten that cannot be asked is a night without a line, not a wrong number.
    if could_not * 10 > asked {
        let todo =
            "確認できなかった方は、窓口で通常どおり確認してください。続くときは夜間の電源と回線を確かめてください。";
        return item("warn", label, &value, &value_en, todo);
    }
    item("good", label, &value, &value_en, "")
}

fn kiosk(kiosk: &KioskFacts<'_>) -> Vec<Item> {
    let label = Text::new("カードの受付", "Kiosk");
    let Some(address) = &kiosk.address else {
        return vec![item("good", label, "使っていません（terminal.toml の [kiosk]）", "turned off", "")];
    };
    let readers = Text::new("カードリーダー", "Card readers");
    let mut items = vec![item("good", label, address, "page for patients", "")];
    items.push(match kiosk.readers {
        Some(ReadersState::Ready(number)) => item("good", readers, &format!("{number} 台"), "ready", ""),
        Some(ReadersState::NoReader) => item(
            "warn",
            readers,
            "つながっていません",
            "none is connected",
            "USBケーブルを差し直してください。その間は番号で確認できます。",
        ),
        Some(ReadersState::ServiceDown) => item(
            "bad",
            readers,
            "リーダーのサービスが動いていません",
            "the service does not run",
            "自動で再接続します。続くときは端末を再起動してください。その間は番号で確認できます。",
        ),
        Some(ReadersState::None) | None => item("good", readers, "使っていません", "none by the settings", ""),
    });
    let faces =
        if kiosk.compares_faces { ("使えます", "available") } else { ("使っていません", "not in use") };
    items.push(item("good", Text::new("顔認証", "Face check"), faces.0, faces.1, ""));
    for missing in kiosk.missing {
        let label = Text::new("設定", "Setting");
        let value = format!("{}: {}", missing.setting, missing.why);
        items.push(item(
            "bad",
            label,
            &value,
            "named in terminal.toml and not there",
            "terminal.toml を確かめ、端末を再起動してください。",
        ));
    }
    items
}

fn files(health: &Snapshot) -> Item {
    let label = Text::new("要求ファイル", "Requests");
    let value = format!("処理中 {} 件、書き込み待ち {} 件", health.open_requests, health.waiting_files);
    item("good", label, &value, "being answered, being waited for", "")
}
