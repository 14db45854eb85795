//! Keys in the words of this machine.

/// Text for keys as the keymap writes them: `M+Shift+K` is `Ctrl+Shift+K`, on a Mac `⌘⇧K`.
pub(crate) fn key_text(keys: &str) -> String {
    text_for(keys, crate::browser::is_mac())
}

fn text_for(keys: &str, mac: bool) -> String {
    let word = |key: &str| -> String {
        let word = match (key, mac) {
            ("M", true) => "⌘",
            ("M", false) => "Ctrl",
            ("Shift", true) => "⇧",
            ("Alt", true) => "⌥",
            ("Enter", _) => "↵",
            ("ArrowUp", _) => "↑",
            ("ArrowDown", _) => "↓",
            ("ArrowLeft", _) => "←",
            ("ArrowRight", _) => "→",
            ("Escape", _) => "Esc",
            ("Delete", _) => "Del",
            (other, _) => other,
        };
        word.to_owned()
    };
    // A plus may be the key itself.
    let mut parts: Vec<&str> = keys.split('+').collect();
    if keys.ends_with('+') {
        parts.truncate(parts.len() - 2);
        parts.push("+");
    }
    let words: Vec<String> = parts.into_iter().map(word).collect();
    words.join(if mac { "" } else { "+" })
}

#[cfg(test)]
mod tests {
    use super::text_for;

    #[test]
    fn keys_are_written_as_on_the_machine() {
        assert_eq!(text_for("M+Shift+K", false), "Ctrl+Shift+K");
        assert_eq!(text_for("M+Shift+K", true), "⌘⇧K");
        assert_eq!(text_for("M++", false), "Ctrl++");
        assert_eq!(text_for("+", false), "+");
        assert_eq!(text_for("Shift+Enter", false), "Shift+↵");
    }
}
