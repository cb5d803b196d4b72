//! The XML of one report as a tree that borrows from its text: small enough to be built whole, because a report of one
//! person is bounded, and so every fault can be told with its exact XPath without anybody counting elements before.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event;

use super::fault::FaultCode;
use crate::entity::{self, ReferenceFault};
use crate::limits;

/// Place of a node in its tree.
pub(super) type NodeId = usize;

struct Node<'a> {
    /// The name without its prefix.
    name: &'a str,
    /// What stands in the tag behind the name.
    attributes: &'a str,
    /// Text directly inside, white space around each piece dropped.
    text: Cow<'a, str>,
    /// Byte at which the element begins.
    at: usize,
    parent: Option<NodeId>,
    first: Option<NodeId>,
    next: Option<NodeId>,
}

/// A fault in the making: what, at which node, and below which missing child or at which attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fail {
    pub(super) code: FaultCode,
    pub(super) node: NodeId,
    /// Such as `/value` or `/@unit`.
    pub(super) below: String,
}

impl Fail {
    pub(super) const fn at(code: FaultCode, node: NodeId) -> Self {
        Self { code, node, below: String::new() }
    }

    pub(super) fn below(code: FaultCode, node: NodeId, below: &str) -> Self {
        Self { code, node, below: format!("/{below}") }
    }
}

/// A whole document.
pub(super) struct Tree<'a> {
    source: &'a str,
    nodes: Vec<Node<'a>>,
}

/// What is kept while the tree grows.
struct Growing<'a> {
    tree: Tree<'a>,
    /// Open elements, each with the child added last.
    open: Vec<(NodeId, Option<NodeId>)>,
    finished: bool,
}

impl<'a> Tree<'a> {
    /// Reads a document. On failure the part that was read so far is given back, so that the place can be told.
    pub(super) fn read(source: &'a str) -> Result<Self, (FaultCode, Self)> {
        let mut growing =
            Growing { tree: Tree { source, nodes: Vec::with_capacity(1_024) }, open: Vec::new(), finished: false };
        match growing.read() {
            Ok(()) => Ok(growing.tree),
            Err(code) => {
                // The place of the fault is the innermost element that is still open.
                let innermost = growing.open.last().map(|(node, _)| *node);
                let keep = innermost.map_or(0, |node| node + 1);
                growing.tree.nodes.truncate(keep);
                Err((code, growing.tree))
            }
        }
    }

    /// The last node that was read, for faults of grammar.
    pub(super) fn last(&self) -> Option<NodeId> {
        self.nodes.len().checked_sub(1)
    }

    pub(super) fn name(&self, node: NodeId) -> &'a str {
        self.nodes[node].name
    }

    pub(super) fn text(&self, node: NodeId) -> &str {
        self.nodes[node].text.as_ref()
    }

    /// The children, in their order.
    pub(super) fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.nodes[node].first, |child| self.nodes[*child].next)
    }

    /// The children of this name, in their order.
    pub(super) fn all<'t>(&'t self, node: NodeId, name: &'t str) -> impl Iterator<Item = NodeId> + 't {
        self.children(node).filter(move |child| self.nodes[*child].name == name)
    }

    /// The first child of this name.
    pub(super) fn child(&self, node: NodeId, name: &str) -> Option<NodeId> {
        self.children(node).find(|child| self.nodes[*child].name == name)
    }

    /// Walks down by names, taking the first of each.
    pub(super) fn descend(&self, node: NodeId, path: &[&str]) -> Option<NodeId> {
        path.iter().try_fold(node, |at, name| self.child(at, name))
    }

    /// As [`Self::descend`]; what is missing is told.
    pub(super) fn need(&self, node: NodeId, path: &[&str]) -> Result<NodeId, Fail> {
        path.iter()
            .try_fold(node, |at, name| self.child(at, name).ok_or_else(|| Fail::below(FaultCode::Missing, at, name)))
    }

    /// An attribute by its name without prefix; `xmlns…` are not found by this.
    pub(super) fn attribute(&self, node: NodeId, name: &str) -> Result<Option<Cow<'a, str>>, Fail> {
        let wrong = |code| Fail::below(code, node, &format!("@{name}"));
        let mut found = None;
        for attribute in Attributes(self.nodes[node].attributes) {
            let (key, raw) = attribute.map_err(|()| Fail::at(FaultCode::Malformed, node))?;
            if key.starts_with("xmlns") || local(key) != name {
                continue;
            }
            if found.is_some() {
                return Err(wrong(FaultCode::DuplicateElement));
            }
            if raw.len() > limits::CHECKUP_MAX_TEXT_BYTES {
                return Err(wrong(FaultCode::TextTooLong));
            }
            found = Some(unescape(raw).map_err(wrong)?);
        }
        Ok(found)
    }

    /// An attribute that must be there and not be empty; white space around is dropped.
    pub(super) fn need_attribute(&self, node: NodeId, name: &str) -> Result<String, Fail> {
        let raw = self.attribute(node, name)?;
        let raw = raw.ok_or_else(|| Fail::below(FaultCode::Missing, node, &format!("@{name}")))?;
        if raw.trim().is_empty() {
            return Err(Fail::below(FaultCode::Empty, node, &format!("@{name}")));
        }
        Ok(raw.trim().to_owned())
    }

    /// Whether the element or one around declares this namespace.
    pub(super) fn declares(&self, node: NodeId, namespace: &str) -> bool {
        Attributes(self.nodes[node].attributes)
            .filter_map(Result::ok)
            .any(|(key, value)| (key == "xmlns" || key.starts_with("xmlns:")) && value == namespace)
    }

    /// XPath of a node. A step carries its place only where there are several of its name.
    pub(super) fn path(&self, node: NodeId) -> String {
        let mut steps = Vec::new();
        let mut at = Some(node);
        while let Some(node) = at {
            let name = self.nodes[node].name;
            let parent = self.nodes[node].parent;
            let twins: Vec<NodeId> = parent.map(|parent| self.all(parent, name).collect()).unwrap_or_default();
            let place = twins.iter().position(|twin| *twin == node).unwrap_or(0) + 1;
            steps.push(if twins.len() > 1 { format!("/{name}[{place}]") } else { format!("/{name}") });
            at = parent;
        }
        steps.reverse();
        steps.concat()
    }

    /// Line on which a node begins, from 1.
    pub(super) fn line(&self, node: NodeId) -> u64 {
        let before = &self.source.as_bytes()[..self.nodes[node].at];
        before.split(|byte| *byte == b'\n').count() as u64
    }
}

impl<'a> Growing<'a> {
    fn read(&mut self) -> Result<(), FaultCode> {
        let source = self.tree.source;
        let mut reader = Reader::from_str(source);
        loop {
            let from = position(&reader);
            let event = reader.read_event().map_err(|error| code_of(&error))?;
            let to = position(&reader);
            match event {
                Event::Start(_) => self.open(source.get(from..to).unwrap_or_default(), from)?,
                Event::Empty(_) => {
                    self.open(source.get(from..to).unwrap_or_default(), from)?;
                    self.close();
                }
                Event::End(_) => self.close(),
                Event::Text(found) => self.text(&found.into_inner(), source.get(from..to))?,
                Event::CData(found) => self.text(&found.into_inner(), None)?,
                Event::GeneralRef(reference) => {
                    let character = entity::resolve(&reference).map_err(code_of_reference)?;
                    self.append(character.encode_utf8(&mut [0; 4]))?;
                }
                Event::Comment(_) => {}
                Event::Decl(_) if from == 0 => {}
                Event::Decl(_) => return Err(FaultCode::Malformed),
                Event::PI(_) => return Err(FaultCode::ProcessingInstruction),
                Event::DocType(_) => return Err(FaultCode::Doctype),
                Event::Eof if self.finished => return Ok(()),
                Event::Eof if self.tree.nodes.is_empty() && source.trim().is_empty() => {
                    return Err(FaultCode::EmptyFile);
                }
                Event::Eof => return Err(FaultCode::Truncated),
            }
        }
    }

    fn open(&mut self, tag: &'a str, at: usize) -> Result<(), FaultCode> {
        if self.finished {
            return Err(FaultCode::Malformed);
        }
        let inner = tag.strip_prefix('<').and_then(|tag| tag.strip_suffix('>')).unwrap_or_default();
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let end = inner.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inner.len());
        let (name, attributes) = inner.split_at(end);
        let id = self.tree.nodes.len();
        let parent = self.open.last().map(|(node, _)| *node);
        let node = Node { name: local(name), attributes, text: Cow::Borrowed(""), at, parent, first: None, next: None };
        self.tree.nodes.push(node);
        if let Some((parent, newest)) = self.open.last_mut() {
            match newest.replace(id) {
                Some(older) => self.tree.nodes[older].next = Some(id),
                None => self.tree.nodes[*parent].first = Some(id),
            }
        }
        self.open.push((id, None));
        if self.tree.nodes.len() > limits::CHECKUP_MAX_ELEMENTS {
            return Err(FaultCode::TooManyElements);
        }
        if self.open.len() > limits::CHECKUP_MAX_DEPTH {
            return Err(FaultCode::TooDeep);
        }
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
        self.finished = self.open.is_empty();
    }

    /// Text as the parser gives it; `raw` is the same in the source, to borrow from.
    fn text(&mut self, found: &str, raw: Option<&'a str>) -> Result<(), FaultCode> {
        let shown = found.trim();
        if shown.is_empty() {
            return Ok(());
        }
        if let Some((node, _)) = self.open.last()
            && let Some(raw) = raw.filter(|raw| *raw == found)
            && self.tree.nodes[*node].text.is_empty()
            && raw.len() <= limits::CHECKUP_MAX_TEXT_BYTES
        {
            self.tree.nodes[*node].text = Cow::Borrowed(raw.trim());
            return Ok(());
        }
        self.append(shown)
    }

    fn append(&mut self, piece: &str) -> Result<(), FaultCode> {
        let Some((node, _)) = self.open.last() else { return Err(FaultCode::Malformed) };
        let text = &mut self.tree.nodes[*node].text;
        if text.len() + piece.len() > limits::CHECKUP_MAX_TEXT_BYTES {
            return Err(FaultCode::TextTooLong);
        }
        text.to_mut().push_str(piece);
        Ok(())
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.as_bytes().iter().rposition(|byte| *byte == b':').map_or(name, |at| &name[at + 1..])
}

/// Goes through `name="value"` pairs; ends after the first fault.
struct Attributes<'a>(&'a str);

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<(&'a str, &'a str), ()>;

    fn next(&mut self) -> Option<Self::Item> {
        // By bytes: every character that counts here is ASCII, and this runs a thousand times a report.
        let rest = self.0.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        self.0 = "";
        let Some(equals) = rest.bytes().position(|byte| byte == b'=') else { return Some(Err(())) };
        let (name, rest) = (rest[..equals].trim_ascii_end(), rest[equals + 1..].trim_ascii_start());
        let Some(quote @ (b'"' | b'\'')) = rest.bytes().next() else { return Some(Err(())) };
        let Some(end) = rest.bytes().skip(1).position(|byte| byte == quote) else { return Some(Err(())) };
        let (value, rest) = (&rest[1..=end], &rest[end + 2..]);
        if name.is_empty() || name.bytes().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')) {
            return Some(Err(()));
        }
        self.0 = rest;
        Some(Ok((name, value)))
    }
}

fn unescape(raw: &str) -> Result<Cow<'_, str>, FaultCode> {
    if !raw.contains('&') {
        return Ok(Cow::Borrowed(raw));
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let (reference, behind) = after.split_once(';').ok_or(FaultCode::Entity)?;
        text.push(entity::resolve(reference).map_err(code_of_reference)?);
        rest = behind;
    }
    text.push_str(rest);
    Ok(Cow::Owned(text))
}

const fn code_of_reference(fault: ReferenceFault) -> FaultCode {
    match fault {
        ReferenceFault::Unknown => FaultCode::Entity,
        ReferenceFault::Control => FaultCode::ControlCharacter,
    }
}

fn code_of(error: &Error) -> FaultCode {
    match error {
        Error::Syntax(
            SyntaxError::UnclosedPI
            | SyntaxError::UnclosedXmlDecl
            | SyntaxError::UnclosedComment
            | SyntaxError::UnclosedDoctype
            | SyntaxError::UnclosedCData
            | SyntaxError::UnclosedTag
            | SyntaxError::UnclosedSingleQuotedAttributeValue
            | SyntaxError::UnclosedDoubleQuotedAttributeValue,
        )
        | Error::IllFormed(IllFormedError::MissingEndTag(_)) => FaultCode::Truncated,
        Error::IllFormed(IllFormedError::MissingDoctypeName) => FaultCode::Doctype,
        Error::Escape(_) => FaultCode::Entity,
        Error::Io(_)
        | Error::Encoding(_)
        | Error::Syntax(_)
        | Error::IllFormed(_)
        | Error::InvalidAttr(_)
        | Error::Namespace(_) => FaultCode::Malformed,
    }
}
