//! The page, as values: what stands on it for each stage. Templates only place them.

use askama::Template;
use card::CardError;
use card::jpki::Tries;
use domain::presence::Extent;
use domain::{ConsentItem, PrescriptionForm, Spoken, Tongue};
use jiff::Timestamp;
use wire::api::{ConsentInfo, FieldError, SearchInfo, Verdict};

use super::fault::{Fault, Way};
use super::screen::{Calling, Confirmed, ReadersState, Screen, Stage, Told};
use super::words;
use crate::face::{FaceStep, Side};

/// A button. The word is what the form sends.
#[derive(Debug, Clone)]
pub(crate) struct Button {
    pub(crate) act: String,
    pub(crate) text: &'static str,
    pub(crate) class: &'static str,
    pub(crate) lang: &'static str,
    pub(crate) is_chosen: bool,
    pub(crate) autofocus: bool,
}

/// A text field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) class: &'static str,
    pub(crate) inputmode: &'static str,
    pub(crate) maxlength: u32,
    /// What is wrong with it; empty if nothing is.
    pub(crate) wrong: String,
    pub(crate) autofocus: bool,
}

/// Something that may be shown.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) sentence: &'static str,
}

/// What a stage has beside words and buttons.
#[derive(Debug, Clone)]
pub(crate) enum Widget {
    /// Nothing.
    None,
    /// The PIN pad: digits in their places, and the word for deleting.
    Pin { label: &'static str, pad: [u8; 10], delete: &'static str },
    /// Text fields.
    Fields(Vec<Field>),
    /// The camera.
    Camera,
    /// Consents, item by item: the word for showing, the items, and the three answers about prescriptions.
    Consents {
        show: &'static str,
        items: Vec<Item>,
        prescription: &'static str,
        forms: Vec<(&'static str, &'static str)>,
    },
    /// What was allowed before.
    Allowed { label: &'static str, names: Vec<&'static str> },
    /// What is to be paid.
    Share { label: &'static str, big: String },
}

/// Something that went wrong, above what else is said.
#[derive(Debug, Clone)]
pub(crate) struct Alert {
    pub(crate) text: &'static str,
    pub(crate) code: &'static str,
}

/// What changes from stage to stage.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) stage: &'static str,
    pub(crate) version: u64,
    pub(crate) visit: String,
    pub(crate) step: u32,
    pub(crate) tone: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) title: &'static str,
    pub(crate) alert: Option<Alert>,
    pub(crate) lines: Vec<String>,
    pub(crate) widget: Widget,
    pub(crate) buttons: Vec<Button>,
    /// Something comes by itself: the page without script looks again.
    pub(crate) waits: bool,
    /// What came of the check, for programs.
    pub(crate) told: Option<Told>,
    /// A card lies on a reader.
    pub(crate) card_lies: bool,
}

/// The whole page.
#[derive(Debug, Template)]
#[template(path = "kiosk.html")]
pub(crate) struct KioskPage {
    pub(crate) lang: &'static str,
    pub(crate) facility: String,
    pub(crate) language: &'static str,
    pub(crate) languages: Vec<Button>,
    pub(crate) end: Option<Button>,
    pub(crate) panel: Panel,
    /// Cards in software, for the demo.
    pub(crate) shelf: Vec<String>,
}

/// The page of a screen.
pub(crate) fn page(screen: &Screen, facility: String, shelf: Vec<String>) -> KioskPage {
    let tongue = screen.tongue;
    let languages = Tongue::ALL.map(|to| Button {
        lang: to.tag(),
        is_chosen: to == tongue,
        ..button(&format!("speak-{}", to.tag()), to.own_name(), "tongue")
    });
    let is_welcome = matches!(screen.stage, Stage::Welcome);
    KioskPage {
        lang: tongue.tag(),
        facility,
        language: words::LANGUAGE.of(tongue),
        languages: languages.to_vec(),
        end: (!is_welcome).then(|| button("end", words::END.of(tongue), "end")),
        panel: panel(screen),
        shelf,
    }
}

fn button(act: &str, text: &'static str, class: &'static str) -> Button {
    Button { act: act.to_owned(), text, class, lang: "", is_chosen: false, autofocus: false }
}

/// Makes the parts of a panel in one language.
struct Say(Tongue);

impl Say {
    fn of(&self, words: &Spoken) -> &'static str {
        words.of(self.0)
    }

    fn line(&self, words: &Spoken) -> String {
        self.of(words).to_owned()
    }

    fn button(&self, act: &str, words: &Spoken) -> Button {
        button(act, self.of(words), "choice")
    }

    fn main(&self, act: &str, words: &Spoken) -> Button {
        Button { autofocus: true, ..button(act, self.of(words), "main") }
    }

    /// The form has a field in which the cursor stands.
    fn enter(&self, act: &str, words: &Spoken) -> Button {
        button(act, self.of(words), "main")
    }

    fn way(&self, way: Way) -> Button {
        let words = match way {
            Way::Again => words::AGAIN,
            Way::Pin => words::BY_PIN,
            Way::Face => words::BY_FACE,
            Way::Staff => words::BY_STAFF,
            Way::Number => words::BY_NUMBER,
        };
        self.button(&format!("way-{}", way.code()), &words)
    }

    fn alert(&self, fault: Option<&Fault>) -> Option<Alert> {
        fault.map(|fault| Alert { text: self.of(&fault.telling().patient), code: fault.code() })
    }
}

fn panel(screen: &Screen) -> Panel {
    let say = Say(screen.tongue);
    let empty = Panel {
        stage: screen.stage.code(),
        version: screen.version,
        visit: format!("{:016x}", screen.visit),
        step: screen.step,
        tone: "ask",
        sign: "",
        title: "",
        alert: None,
        lines: Vec::new(),
        widget: Widget::None,
        buttons: Vec::new(),
        waits: false,
        told: None,
        card_lies: screen.card_lies,
    };
    match &screen.stage {
        Stage::Welcome => welcome(&say, screen, empty),
        Stage::Insert { phone } => insert(&say, *phone, screen, empty),
        Stage::Reading => waiting(&say, &words::READING, empty),
        Stage::Working => waiting(&say, &words::WORKING, empty),
        Stage::Prove { tries, wrong, face, staff } => {
            prove(&say, *tries, wrong.as_ref(), [*face, *staff], screen, empty)
        }
        Stage::Digits { wrong } => digits(&say, wrong.as_ref(), empty),
        Stage::Camera { step } => camera(&say, *step, empty),
        Stage::Staff { wrong } => staff(&say, wrong.as_ref(), empty),
        Stage::Register { wrong, errors, typed } => register(&say, wrong.as_ref(), errors, typed, empty),
        Stage::Kept(consent) => kept(&say, consent, empty),
        Stage::Consents { extent } => consents(&say, *extent, empty),
        Stage::More => more(&say, empty),
        Stage::SecondaryUse { may_end } => secondary_use(&say, *may_end, empty),
        Stage::Done(told) => done(&say, told, empty),
        Stage::Confirmed(what) => confirmed(&say, *what, empty),
        Stage::Trouble { fault, ways } => trouble(&say, fault, ways, empty),
        Stage::Called(calling) => called(&say, *calling, empty),
    }
}

const fn reads_cards(readers: ReadersState) -> bool {
    matches!(readers, ReadersState::Ready(_))
}

fn welcome(say: &Say, screen: &Screen, panel: Panel) -> Panel {
    let cards = reads_cards(screen.readers);
    let mut lines = vec![say.line(&words::CHOOSE_WAY)];
    if screen.card_lies {
        lines.push(say.line(&words::TAKE_CARD));
    }
    let mut buttons = Vec::new();
    if cards {
        buttons.push(Button { autofocus: true, ..say.button("card", &words::BY_CARD) });
        buttons.push(say.button("phone", &words::BY_PHONE));
    } else if screen.readers != ReadersState::None {
        lines.insert(0, say.line(&words::NO_READER_NOW));
    }
    buttons.push(Button { autofocus: !cards, ..say.way(Way::Number) });
    buttons.push(say.button("call", &words::CALL_STAFF));
    Panel { title: say.of(&words::WELCOME), lines, buttons, waits: true, ..panel }
}

fn insert(say: &Say, phone: bool, screen: &Screen, panel: Panel) -> Panel {
    let title = if phone { &words::PUT_PHONE } else { &words::PUT_CARD };
    let line = if reads_cards(screen.readers) { &words::KEEP_CARD } else { &words::NO_READER_NOW };
    let buttons = vec![say.way(Way::Number), say.button("call", &words::CALL_STAFF)];
    Panel { title: say.of(title), sign: "▭", lines: vec![say.line(line)], buttons, waits: true, ..panel }
}

fn waiting(say: &Say, title: &Spoken, panel: Panel) -> Panel {
    let lines = vec![say.line(&words::WAIT), say.line(&words::KEEP_CARD)];
    Panel { title: say.of(title), sign: "…", lines, waits: true, tone: "wait", ..panel }
}

fn prove(say: &Say, tries: Tries, wrong: Option<&Fault>, offers: [bool; 2], screen: &Screen, panel: Panel) -> Panel {
    let left = match tries {
        Tries::Left(1) => Some(&words::TRIES_1),
        Tries::Left(2) => Some(&words::TRIES_2),
        // All tries are there: saying so would only frighten.
        Tries::Left(_) => wrong.map(|_| &words::TRIES_3),
        Tries::Unlimited | Tries::Locked => None,
    };
    let mut buttons = vec![say.enter("pin", &words::ENTER)];
    if offers[0] {
        buttons.push(say.way(Way::Face));
    }
    if offers[1] {
        buttons.push(say.way(Way::Staff));
    } else {
        buttons.push(say.button("call", &words::CALL_STAFF));
    }
    let lines = left.into_iter().chain([&words::FORGOT]).map(|line| say.line(line)).collect();
    let widget = Widget::Pin { label: say.of(&words::PIN_LABEL), pad: screen.pad, delete: say.of(&words::DELETE) };
    Panel { title: say.of(&words::PIN), alert: say.alert(wrong), lines, widget, buttons, ..panel }
}

fn field(say: &Say, name: &'static str, label: &Spoken, maxlength: u32) -> Field {
    Field {
        name,
        label: say.of(label),
        value: String::new(),
        class: "",
        inputmode: "numeric",
        maxlength,
        wrong: String::new(),
        autofocus: false,
    }
}

fn digits(say: &Say, wrong: Option<&Fault>, panel: Panel) -> Panel {
    let mut fields = vec![
        field(say, "birth", &words::BIRTH_DIGITS, 6),
        field(say, "year", &words::EXPIRY_YEAR, 4),
        field(say, "code", &words::SECURITY_CODE, 4),
    ];
    fields[0].autofocus = true;
    let buttons = vec![say.enter("digits", &words::ENTER), say.way(Way::Pin), say.way(Way::Staff)];
    let lines = vec![say.line(&words::DIGITS_WHY)];
    let alert = say.alert(wrong);
    // How often the digits may still be tried stands beside the sentence, as with the PIN.
    let left = match wrong {
        Some(Fault::Card(CardError::NumberBWrong { left: 1 })) => Some(&words::TRIES_1),
        Some(Fault::Card(CardError::NumberBWrong { left: 2 })) => Some(&words::TRIES_2),
        _ => None,
    };
    let lines = left.into_iter().map(|line| say.line(line)).chain(lines).collect();
    Panel { title: say.of(&words::DIGITS), alert, lines, widget: Widget::Fields(fields), buttons, ..panel }
}

fn camera(say: &Say, step: Option<FaceStep>, panel: Panel) -> Panel {
    use super::fault::FaceFault;
    let fault = match step {
        Some(FaceStep::NoFace) => Some(Fault::Face(FaceFault::NoFace)),
        Some(FaceStep::TwoFaces) => Some(Fault::Face(FaceFault::TwoFaces)),
        Some(FaceStep::Differs { .. }) => Some(Fault::Face(FaceFault::Differs)),
        _ => None,
    };
    let told = match step {
        Some(FaceStep::ComeCloser) => &words::COME_CLOSER,
        Some(FaceStep::Turn(Side::Left)) => &words::TURN_LEFT,
        Some(FaceStep::Turn(Side::Right)) => &words::TURN_RIGHT,
        _ => &words::LOOK_STRAIGHT,
    };
    let buttons = vec![say.way(Way::Pin), say.way(Way::Staff)];
    let lines = vec![say.line(told), say.line(&words::CAMERA_WHY)];
    let alert = say.alert(fault.as_ref());
    Panel { title: say.of(&words::CAMERA), alert, lines, widget: Widget::Camera, buttons, ..panel }
}

fn staff(say: &Say, wrong: Option<&Fault>, panel: Panel) -> Panel {
    let password = Field {
        class: "secret",
        inputmode: "text",
        autofocus: wrong.is_some(),
        ..field(say, "password", &words::FOR_STAFF, 256)
    };
    let buttons = vec![say.enter("facility-password", &words::CONFIRM), say.button("back", &words::BACK)];
    let lines = vec![say.line(&words::STAFF_SHOW), say.line(&words::WAIT)];
    let alert = say.alert(wrong);
    let widget = Widget::Fields(vec![password]);
    Panel { title: say.of(&words::STAFF), alert, lines, widget, buttons, waits: true, ..panel }
}

fn register(say: &Say, wrong: Option<&Fault>, errors: &[FieldError], typed: &SearchInfo, panel: Panel) -> Panel {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let values = [
        typed.insurer_number.clone(),
        optional(&typed.insured_card_symbol),
        typed.insured_identification_number.clone(),
        optional(&typed.insured_branch_number),
        typed.birthdate.clone(),
    ];
    let mut fields = vec![
        field(say, "InsurerNumber", &words::INSURER_NUMBER, 20),
        Field { inputmode: "text", ..field(say, "InsuredCardSymbol", &words::SYMBOL, 40) },
        Field { inputmode: "text", ..field(say, "InsuredIdentificationNumber", &words::NUMBER, 40) },
        field(say, "InsuredBranchNumber", &words::BRANCH, 4),
        Field { inputmode: "text", ..field(say, "Birthdate", &words::BIRTHDATE, 20) },
    ];
    for (field, value) in fields.iter_mut().zip(values) {
        field.value = value;
        if let Some(error) = errors.iter().find(|error| error.field == field.name) {
            let text = if say.0 == Tongue::Ja { &error.message } else { &error.message_en };
            field.wrong.clone_from(text);
        }
    }
    let first = fields.iter().position(|field| !field.wrong.is_empty()).unwrap_or(0);
    fields[first].autofocus = true;
    let buttons = vec![say.enter("register", &words::DO_REGISTER), say.way(Way::Number)];
    let lines = vec![say.line(&words::REGISTER_WHY)];
    let alert = say.alert(wrong);
    Panel { title: say.of(&words::REGISTER), alert, lines, widget: Widget::Fields(fields), buttons, ..panel }
}

fn kept(say: &Say, consent: &ConsentInfo, panel: Panel) -> Panel {
    let choice = consent.consents.parse().unwrap_or_default();
    let mut names: Vec<_> =
        ConsentItem::ALL.iter().filter(|item| choice.allows(**item)).map(|item| say.of(&item.name())).collect();
    names.extend(choice.prescription().map(|form| say.of(&form.name())));
    if names.is_empty() {
        names.push(say.of(&words::KEPT_NOTHING));
    }
    let until = format!("{} {}", moment(consent.valid_until), say.of(&words::KEPT_UNTIL));
    let buttons = vec![
        say.main("keep", &words::KEEP),
        say.button("change", &words::CHANGE),
        say.button("withdraw", &words::WITHDRAW),
        say.button("more", &words::MORE),
    ];
    let widget = Widget::Allowed { label: say.of(&words::KEPT_ALLOWED), names };
    Panel { title: say.of(&words::KEPT), lines: vec![until], widget, buttons, ..panel }
}

/// In digits, as every language of the kiosk reads it; time in Japan.
fn moment(at: Timestamp) -> String {
    let local = domain::date::in_japan(at);
    format!("{:04}-{:02}-{:02} {:02}:{:02}", local.year(), local.month(), local.day(), local.hour(), local.minute())
}

fn consents(say: &Say, extent: Extent, panel: Panel) -> Panel {
    let limited = extent == Extent::EligibilityOnly;
    let items = ConsentItem::ALL
        .iter()
        .filter(|item| !limited || !item.is_medical())
        .map(|item| Item { code: item.code(), name: say.of(&item.name()), sentence: say.of(&item.sentence()) })
        .collect();
    let forms = vec![
        (PrescriptionForm::Electronic.code(), say.of(&PrescriptionForm::Electronic.name())),
        (PrescriptionForm::Paper.code(), say.of(&PrescriptionForm::Paper.name())),
        ("", say.of(&words::NOT_SAID)),
    ];
    let widget =
        Widget::Consents { show: say.of(&words::SHOW), items, prescription: say.of(&words::PRESCRIPTION), forms };
    let mut lines = vec![say.line(&words::CONSENTS_WHY)];
    if limited {
        lines.push(say.line(&words::CONSENTS_LIMITED));
    }
    // The three are one as large as the other: showing nothing is as easy as showing all.
    let buttons = vec![
        say.button("choose-chosen", &words::SHOW_CHOSEN),
        say.button("choose-all", &words::SHOW_ALL),
        say.button("choose-nothing", &words::SHOW_NOTHING),
        Button { class: "small", ..say.button("more", &words::MORE) },
    ];
    Panel { title: say.of(&words::CONSENTS), lines, widget, buttons, ..panel }
}

fn more(say: &Say, panel: Panel) -> Panel {
    let buttons = vec![
        say.main("back", &words::BACK),
        say.button("withdraw", &words::WITHDRAW_ALL),
        say.button("end-registration", &words::END_REGISTRATION),
        Button { class: "small", ..say.button("secondary-use", &words::SECONDARY_USE) },
    ];
    Panel { title: say.of(&words::MORE), lines: vec![say.line(&words::MORE_WHY)], buttons, ..panel }
}

/// Nothing is chosen beforehand, and what it means stands above the button.
fn secondary_use(say: &Say, may_end: bool, panel: Panel) -> Panel {
    let mut buttons = vec![say.main("back", &words::BACK), say.button("refuse", &words::REFUSE)];
    if may_end {
        buttons.push(Button { class: "small", ..say.button("end-refusal", &words::END_REFUSAL) });
    }
    let lines = [&words::SECONDARY_USE_WHAT, &words::SECONDARY_USE_EFFECT, &words::SECONDARY_USE_LIST];
    let lines = lines.map(|line| say.line(line)).to_vec();
    Panel { title: say.of(&words::ABOUT_SECONDARY_USE), lines, buttons, ..panel }
}

fn done(say: &Say, told: &Told, panel: Panel) -> Panel {
    let (title, sentence) = words::of_verdict(told.verdict);
    let good = matches!(told.verdict, Verdict::Valid | Verdict::ValidUnregistered);
    let notes = [(told.limited, &words::LIMITED), (told.renew, &words::RENEW), (told.by_staff, &words::SEEN_BY_STAFF)];
    let notes = notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words);
    let lines = [&sentence].into_iter().chain(notes).map(|line| say.line(line)).collect();
    let widget = match told.percent {
        Some(percent) => Widget::Share { label: say.of(&words::SHARE), big: words::share(percent, say.0) },
        None => Widget::None,
    };
    let (tone, sign) = if good { ("good", "✓") } else { ("look", "！") };
    Panel { title: say.of(&title), lines, widget, tone, sign, waits: true, told: Some(told.clone()), ..panel }
}

fn confirmed(say: &Say, what: Confirmed, panel: Panel) -> Panel {
    let (title, line) = match what {
        Confirmed::Withdrawn => (&words::WITHDRAWN, &words::WITHDRAWN_TEXT),
        Confirmed::RegistrationEnded => (&words::ENDED, &words::ENDED_TEXT),
        Confirmed::Refused { new: true } => (&words::REFUSED, &words::REFUSED_TEXT),
        Confirmed::Refused { new: false } => (&words::REFUSED_BEFORE, &words::REFUSED_TEXT),
        Confirmed::RefusalEnded { new: true } => (&words::REFUSAL_ENDED, &words::REFUSAL_ENDED_TEXT),
        Confirmed::RefusalEnded { new: false } => (&words::NO_REFUSAL, &words::REFUSAL_ENDED_TEXT),
        Confirmed::RefusalNotTaken => (&words::REFUSAL_NOT_TAKEN, &words::REFUSAL_NOT_TAKEN_TEXT),
    };
    let buttons = match what {
        Confirmed::RegistrationEnded => Vec::new(),
        _ => vec![say.main("go-on", &words::GO_ON)],
    };
    let (tone, sign) = if what == Confirmed::RefusalNotTaken { ("look", "！") } else { ("good", "✓") };
    Panel { title: say.of(title), lines: vec![say.line(line)], buttons, tone, sign, ..panel }
}

fn trouble(say: &Say, fault: &Fault, ways: &[Way], panel: Panel) -> Panel {
    let mut buttons: Vec<Button> = ways.iter().map(|way| say.way(*way)).collect();
    buttons.push(say.button("call", &words::CALL_STAFF));
    buttons[0].autofocus = true;
    let alert = say.alert(Some(fault));
    Panel { title: say.of(&words::TROUBLE), alert, buttons, tone: "bad", sign: "！", waits: true, ..panel }
}

fn called(say: &Say, calling: Calling, panel: Panel) -> Panel {
    let line = match calling {
        Calling::Number => &words::CALLED_NUMBER,
        Calling::Help => &words::CALLED_HELP,
    };
    let buttons = vec![say.button("card", &words::BY_CARD)];
    Panel { title: say.of(&words::CALLED), lines: vec![say.line(line)], buttons, waits: true, ..panel }
}
