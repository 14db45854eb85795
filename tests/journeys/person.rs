//! A person in front of a screen: sees, clicks, types.

use std::time::Duration;

use thirtyfour::prelude::*;

pub(crate) const ENTER: char = '\u{e007}';
pub(crate) const ESCAPE: char = '\u{e00c}';
pub(crate) const TAB: char = '\u{e004}';
pub(crate) const CONTROL: char = '\u{e009}';

/// How long a person waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(100);

/// Somebody at a session.
pub(crate) struct Person {
    driver: WebDriver,
}

impl Person {
    pub(crate) fn new(driver: WebDriver) -> Self {
        Self { driver }
    }

    /// Waits until the text is on the screen.
    pub(crate) async fn sees(&self, text: &str) {
        let by = By::XPath(format!(
            "//body//*[not(self::script)][contains(normalize-space(.), {})]",
            quoted(text)
        ));
        let found = self.driver.query(by).wait(PATIENCE, GLANCE).and_displayed().first().await;
        if found.is_err() {
            self.gives_up(&format!("{text:?} did not appear")).await;
        }
    }

    /// Waits until a screen reader is told the text.
    pub(crate) async fn hears(&self, text: &str) {
        let by = By::XPath(format!("//*[@aria-live][contains(., {})]", quoted(text)));
        if self.driver.query(by).wait(PATIENCE, GLANCE).first().await.is_err() {
            self.gives_up(&format!("{text:?} was not announced")).await;
        }
    }

    /// Clicks what is called so: by its text or its accessible name.
    pub(crate) async fn clicks(&self, kind: &str, name: &str) {
        let name_text = quoted(name);
        let by = By::XPath(format!(
            "//{kind}[normalize-space(.)={name_text} or @aria-label={name_text}] | \
             //{kind}[.//*[normalize-space(.)={name_text}]][self::button or self::a or @role='button' or @role='row' or @role='link']"
        ));
        let query = self.driver.query(by).wait(PATIENCE, GLANCE).and_clickable();
        match query.first().await {
            Ok(element) => {
                // With the pointer, as a person does: what lies there is what gets the click.
                let pointer = self.driver.action_chain().move_to_element_center(&element).click();
                if let Err(error) = pointer.perform().await {
                    self.gives_up(&format!("{name:?} cannot be clicked: {error}")).await;
                }
            }
            Err(_) => self.gives_up(&format!("there is no {name:?} to click")).await,
        }
    }

    /// Presses Tab until what has the focus is called so.
    pub(crate) async fn tabs_to(&self, name: &str) {
        for _ in 0..100 {
            self.types_key(TAB).await;
            let focused = self.driver.active_element().await.expect("something has the focus");
            if focused.text().await.unwrap_or_default().contains(name) {
                return;
            }
        }
        self.gives_up(&format!("Tab does not lead to {name:?}")).await;
    }

    /// Waits until what has the focus is called so.
    pub(crate) async fn has_focus_on(&self, name: &str) {
        let mut glances = tokio::time::interval(GLANCE);
        let began = std::time::Instant::now();
        while began.elapsed() < PATIENCE {
            glances.tick().await;
            let Ok(focused) = self.driver.active_element().await else { continue };
            if focused.attr("aria-label").await.ok().flatten().as_deref() == Some(name) {
                return;
            }
        }
        self.gives_up(&format!("{name:?} does not get the focus")).await;
    }

    /// Types text, key by key, to whatever has the focus.
    pub(crate) async fn types(&self, text: &str) {
        let typed = self.driver.action_chain().send_keys(text).perform().await;
        typed.expect("keys are pressed");
    }

    /// Presses and releases one key.
    pub(crate) async fn types_key(&self, key: char) {
        let pressed = self.driver.action_chain().key_down(key).key_up(key).perform().await;
        pressed.expect("a key press");
    }

    /// Presses a key while another is held.
    pub(crate) async fn chord(&self, held: char, key: char) {
        let chain =
            self.driver.action_chain().key_down(held).key_down(key).key_up(key).key_up(held);
        chain.perform().await.expect("a key press");
    }

    /// Drops a file on the window, as the system does when one is dragged in.
    pub(crate) async fn drops_file(&self, name: &str, text: &str) {
        const DROP: &str = "const held = new DataTransfer(); \
            held.items.add(new File([arguments[1]], arguments[0], { type: 'application/json' })); \
            for (const kind of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent( \
                new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: held }));";
        let dropped = self.driver.execute(DROP, vec![name.into(), text.into()]).await;
        dropped.expect("a file is dropped");
    }

    pub(crate) async fn leaves(self) {
        // A window that closed itself has no session any more.
        let _ = self.driver.quit().await;
    }

    /// Keeps a picture of the screen, where somebody wants pictures.
    pub(crate) async fn takes_picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("REPORUNNER_SCREENSHOTS") else { return };
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        self.driver.screenshot(&path).await.expect("a picture");
    }

    async fn gives_up(&self, why: &str) -> ! {
        let body = match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        let picture =
            std::env::temp_dir().join(format!("reporunner-journey-{}.png", std::process::id()));
        let kept = self.driver.screenshot(&picture).await.is_ok();
        let kept = if kept { picture.display().to_string() } else { "none".to_owned() };
        panic!("{why}\npicture: {kept}\non the screen:\n{body}");
    }
}

/// Text as an XPath literal.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
