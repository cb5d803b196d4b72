//! The page for the code of a 資格確認書.

use askama::Template;

use super::answer::AnswerView;
use super::shell::Shell;

/// Why something was not read, or what has to be set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotRead {
    pub(crate) code: &'static str,
    pub(crate) ja: &'static str,
    pub(crate) en: &'static str,
}

/// What the left side asks for.
pub(crate) enum Stage {
    /// A code.
    Scan,
    /// Another code: this one was not read.
    NotRead {
        why: NotRead,
        /// Settings of the scanner that are wrong.
        settings: Vec<NotRead>,
    },
    /// The birth date, as the patient says it.
    Ask {
        /// The code that was read.
        text: String,
        settings: Vec<NotRead>,
        why: Option<NotRead>,
    },
}

#[derive(Template)]
#[template(path = "scan.html")]
pub(crate) struct ScanPage {
    pub(crate) shell: Shell,
    pub(crate) stage: Stage,
    pub(crate) answer: Option<AnswerView>,
    /// The name of the code is cut; the print has the whole.
    pub(crate) name_is_shortened: bool,
}

impl ScanPage {
    pub(crate) fn new(shell: Shell, stage: Stage, answer: Option<AnswerView>) -> Self {
        Self { shell, stage, answer, name_is_shortened: false }
    }

    /// What has to be set right at the scanner.
    fn settings(&self) -> &[NotRead] {
        match &self.stage {
            Stage::Scan => &[],
            Stage::NotRead { settings, .. } | Stage::Ask { settings, .. } => settings,
        }
    }
}
