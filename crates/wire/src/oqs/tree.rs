//! How a group of elements is laid out in a struct: one table per group serves the reader and the writer.

/// A group of elements that may stand in any order when read, and stands in this order when written.
pub trait Group {
    /// The names of the elements, in the order of the layout.
    fn names(&self) -> &'static [&'static str];
    /// Where the element with this place in [`Group::names`] goes when it is read.
    fn slot(&mut self, index: usize) -> Slot<'_>;
    /// What is written for the element with this place in [`Group::names`].
    fn value(&self, index: usize) -> Value<'_>;
}

/// Where an element goes.
pub enum Slot<'a> {
    /// A text that is empty when absent.
    Text(&'a mut String),
    /// A text that may be absent.
    Optional(&'a mut Option<String>),
    /// A group.
    Group(&'a mut dyn Group),
    /// A list: the element holds items of this name.
    List(&'a mut dyn List, &'static str),
    /// The element itself may be repeated.
    Repeated(&'a mut dyn List),
    /// No such element.
    None,
}

/// What is written for an element.
pub enum Value<'a> {
    /// Nothing.
    Absent,
    /// A text.
    Text(&'a str),
    /// A group.
    Group(&'a dyn Group),
    /// A list with items of this name.
    List(&'a dyn List, &'static str),
    /// The element itself, repeated.
    Repeated(&'a dyn List),
}

/// Many groups of one kind.
pub trait List {
    /// Adds an empty one.
    fn add(&mut self) -> &mut dyn Group;
    /// The element names of an item.
    fn item_names(&self) -> &'static [&'static str];
    /// The one added last.
    fn newest(&mut self) -> Option<&mut dyn Group>;
    /// The one at this place.
    fn item(&self, index: usize) -> Option<&dyn Group>;
    /// How many there are.
    fn count(&self) -> usize;
}

impl<T: Group + Default> List for Vec<T> {
    fn add(&mut self) -> &mut dyn Group {
        self.push(T::default());
        let last = self.len() - 1;
        &mut self[last]
    }

    fn item_names(&self) -> &'static [&'static str] {
        T::default().names()
    }

    fn newest(&mut self) -> Option<&mut dyn Group> {
        self.last_mut().map(|item| item as &mut dyn Group)
    }

    fn item(&self, index: usize) -> Option<&dyn Group> {
        self.get(index).map(|item| item as &dyn Group)
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// Writes [`Group`] for a struct. Kinds: `text` (a `String`), `optional` (an `Option<String>`), `group` (an `Option` of a
/// group), `list` (a `Vec` of groups inside an element, with the item's name), `repeated` (a `Vec` of groups side by
/// side), `also` (a list that is read into a field written elsewhere).
macro_rules! elements {
    ($type:ty { $($kind:ident $field:ident = $name:literal $(/ $item:literal)?;)+ }) => {
        impl $crate::oqs::tree::Group for $type {
            fn names(&self) -> &'static [&'static str] {
                &[$($name),+]
            }

            fn slot(&mut self, index: usize) -> $crate::oqs::tree::Slot<'_> {
                match self.names().get(index).copied() {
                    $(Some($name) => $crate::oqs::tree::slot!($kind, self.$field $(, $item)?),)+
                    _ => $crate::oqs::tree::Slot::None,
                }
            }

            fn value(&self, index: usize) -> $crate::oqs::tree::Value<'_> {
                match self.names().get(index).copied() {
                    $(Some($name) => $crate::oqs::tree::value!($kind, self.$field $(, $item)?),)+
                    _ => $crate::oqs::tree::Value::Absent,
                }
            }
        }
    };
}

macro_rules! slot {
    (text, $field:expr) => {
        $crate::oqs::tree::Slot::Text(&mut $field)
    };
    (optional, $field:expr) => {
        $crate::oqs::tree::Slot::Optional(&mut $field)
    };
    (group, $field:expr) => {
        $crate::oqs::tree::Slot::Group($field.get_or_insert_default())
    };
    (list, $field:expr, $item:literal) => {
        $crate::oqs::tree::Slot::List(&mut $field, $item)
    };
    (also, $field:expr, $item:literal) => {
        $crate::oqs::tree::Slot::List(&mut $field, $item)
    };
    (repeated, $field:expr) => {
        $crate::oqs::tree::Slot::Repeated(&mut $field)
    };
}

macro_rules! value {
    (text, $field:expr) => {
        $crate::oqs::tree::text_value(&$field)
    };
    (optional, $field:expr) => {
        $crate::oqs::tree::optional_value($field.as_deref())
    };
    (group, $field:expr) => {
        $crate::oqs::tree::group_value($field.as_ref().map(|group| group as _))
    };
    (list, $field:expr, $item:literal) => {
        $crate::oqs::tree::list_value(&$field, Some($item))
    };
    (also, $field:expr, $item:literal) => {
        $crate::oqs::tree::Value::Absent
    };
    (repeated, $field:expr) => {
        $crate::oqs::tree::list_value(&$field, None)
    };
}

pub(super) use {elements, slot, value};

pub(super) fn text_value(text: &str) -> Value<'_> {
    if text.is_empty() { Value::Absent } else { Value::Text(text) }
}

pub(super) fn optional_value(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Absent, text_value)
}

pub(super) fn group_value(group: Option<&dyn Group>) -> Value<'_> {
    group.map_or(Value::Absent, Value::Group)
}

pub(super) fn list_value<'a>(list: &'a dyn List, item: Option<&'static str>) -> Value<'a> {
    match item {
        _ if list.count() == 0 => Value::Absent,
        Some(item) => Value::List(list, item),
        None => Value::Repeated(list),
    }
}
