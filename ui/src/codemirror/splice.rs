//! One change of a text, in UTF-16 units as JavaScript counts them.
//!
//! Knows no editor: it finds what differs between two texts and moves one change over another, so
//! that somebody else's change does not undo what is being typed.

/// A change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    /// Where, UTF-16 units from the start.
    pub(crate) at: usize,
    /// How many UTF-16 units go.
    pub(crate) remove: usize,
    /// What comes.
    pub(crate) insert: String,
}

impl Splice {
    /// How much longer the text gets.
    fn growth(&self) -> isize {
        units(&self.insert) as isize - self.remove as isize
    }

    fn end(&self) -> usize {
        self.at + self.remove
    }
}

/// Length as JavaScript counts it.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The one change that leads from `before` to `after`; none where they are equal.
pub(crate) fn diff(before: &str, after: &str) -> Option<Splice> {
    if before == after {
        return None;
    }
    let head: usize = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .map(|(char, _)| char.len_utf8())
        .sum();
    let (before_rest, after_rest) = (&before[head..], &after[head..]);
    let tail: usize = before_rest
        .chars()
        .rev()
        .zip(after_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(char, _)| char.len_utf8())
        .sum();
    Some(Splice {
        at: units(&before[..head]),
        remove: units(&before_rest[..before_rest.len() - tail]),
        insert: after_rest[..after_rest.len() - tail].to_owned(),
    })
}

/// `change` as it applies after `other`, both made on the same text. None where they touch the same
/// place: then `other`, the person's own, stands.
pub(crate) fn after(change: &Splice, other: &Splice) -> Option<Splice> {
    if change.end() <= other.at {
        return Some(change.clone());
    }
    if change.at >= other.end() {
        let at = change.at as isize + other.growth();
        return Some(Splice { at: at.max(0) as usize, ..change.clone() });
    }
    None
}

/// The text up to `place`, UTF-16 units from its start.
pub(crate) fn up_to(text: &str, place: usize) -> &str {
    let mut seen = 0;
    for (byte, char) in text.char_indices() {
        if seen >= place {
            return &text[..byte];
        }
        seen += char.len_utf16();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(at: usize, remove: usize, insert: &str) -> Splice {
        Splice { at, remove, insert: insert.to_owned() }
    }

    #[track_caller]
    fn check(before: &str, after: &str, expect: Option<Splice>) {
        assert_eq!(diff(before, after), expect, "{before:?} to {after:?}");
    }

    #[test]
    fn the_smallest_change_is_found() {
        check("same", "same", None);
        check("", "new", Some(splice(0, 0, "new")));
        check("abc", "axc", Some(splice(1, 1, "x")));
        check("aa", "aaa", Some(splice(2, 0, "a")));
        check("one two", "one", Some(splice(3, 4, "")));
    }

    #[test]
    fn places_count_as_javascript_counts() {
        check("😀a", "😀b", Some(splice(2, 1, "b")));
        check("😀", "😁", Some(splice(0, 2, "😁")));
        assert_eq!(up_to("😀ab", 3), "😀a");
    }

    #[test]
    fn a_change_moves_over_an_earlier_one() {
        let typed = splice(4, 0, "xyz");
        assert_eq!(after(&splice(0, 2, "q"), &typed), Some(splice(0, 2, "q")));
        assert_eq!(after(&splice(6, 1, "q"), &typed), Some(splice(9, 1, "q")));
        assert_eq!(after(&splice(2, 5, "q"), &typed), None, "both touched one place");
        let cut = splice(4, 2, "x");
        assert_eq!(after(&splice(6, 0, "q"), &cut), Some(splice(5, 0, "q")), "right behind it");
    }
}
