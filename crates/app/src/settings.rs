//! Settings of this machine, and how much disk is used.

use std::sync::PoisonError;

use reporunner_protocol::{Code, Event, Failure, MachineSettings, SetSettings, StorageUse};

use crate::failure::of_store;
use crate::{App, Caller};

impl App {
    /// Changes the settings.
    pub(crate) async fn set_settings(
        &self,
        caller: &Caller,
        command: SetSettings,
    ) -> Result<MachineSettings, Failure> {
        let mut wanted = command.settings;
        let before = self.settings();
        check(&mut wanted, &before)?;
        let (stored, author) = (wanted.clone(), caller.author.clone());
        self.store
            .write(move |tx| {
                tx.set_meta("settings", &stored)?;
                tx.set_meta("author", &(author, stored.author_name.clone()))?;
                tx.replace_variables(&stored.variables)
            })
            .await
            .map_err(of_store)?;
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = wanted.clone();
        if before.webhook_port != wanted.webhook_port {
            self.move_webhooks(wanted.webhook_port).await;
        }
        if before.allowed_folders != wanted.allowed_folders {
            self.renew_watches().await;
        }
        self.bus.send(Event::SettingsChanged { settings: Box::new(wanted.clone()) });
        Ok(wanted)
    }

    /// Frees what the settings allow to be freed, now.
    pub(crate) async fn sweep_now(&self, caller: &Caller) -> Result<StorageUse, Failure> {
        self.sweep(self.now()).await;
        self.get_storage(caller).await
    }

    /// How much disk is used.
    pub(crate) async fn get_storage(&self, _: &Caller) -> Result<StorageUse, Failure> {
        let space = self.read(|app| app.store.space().map_err(of_store)).await?;
        Ok(StorageUse { database: space.database, binaries: space.binaries, runs: space.runs })
    }
}

impl App {
    /// Opens the data folder in the file manager of this machine.
    pub(crate) fn show_folder(&self, _: &Caller) -> Result<(), Failure> {
        let folder =
            std::path::absolute(self.folder()).unwrap_or_else(|_| self.folder().to_owned());
        reporunner_net::open_folder(&folder).map_err(|_| {
            Failure::new(Code::Internal, "this machine has no file manager that opens folders")
                .hint(format!("The folder is {}", folder.display()))
        })
    }
}

/// Smallest size budget of kept runs, bytes.
const RETENTION_LEAST: u64 = 64 * 1024 * 1024;

/// What is as it was is not looked at again: a folder that went since must not hold up the rest.
fn check(settings: &mut MachineSettings, before: &MachineSettings) -> Result<(), Failure> {
    let bad = |message: String, hint: &str| Err(Failure::new(Code::Invalid, message).hint(hint));
    settings.author_name = settings.author_name.trim().to_owned();
    if settings.author_name.is_empty() {
        return bad("the name is empty".to_owned(), "Others see it beside what you change.");
    }
    if settings.retention_days == 0 {
        return bad(
            "runs cannot be kept for 0 days".to_owned(),
            "Give at least 1 day; what runs now needs its record.",
        );
    }
    if settings.retention_bytes < RETENTION_LEAST {
        return bad(
            "runs need more room than that".to_owned(),
            "Give at least 0.1 GB; with less, runs would go as soon as they end.",
        );
    }
    for folder in &mut settings.allowed_folders {
        *folder = folder.trim().to_owned();
        let path = std::path::Path::new(folder);
        if !path.is_absolute() {
            return bad(
                format!("{folder:?} is no whole path"),
                "Give all of it, such as /srv/reports.",
            );
        }
        if !before.allowed_folders.contains(folder) && !path.is_dir() {
            return bad(
                format!("there is no folder {folder}"),
                "Make it first, or look for a slip in the path.",
            );
        }
    }
    for host in &mut settings.allowed_hosts {
        *host = host.trim().trim_end_matches('.').to_owned();
        if !is_host(host) && !before.allowed_hosts.contains(host) {
            return bad(
                format!("{host:?} is no name of a host"),
                "Give the name alone, such as api.example.org, *.example.org or 192.0.2.7: no \
                 http:// and no path.",
            );
        }
    }
    if let Some(name) = settings.variables.keys().find(|name| !is_name(name)) {
        return bad(
            format!("{name:?} is no name for a variable"),
            "Use letters, digits and underscores, and begin with a letter.",
        );
    }
    Ok(())
}

/// Whether it is a host's name, an address, or `*.` with a name.
fn is_host(text: &str) -> bool {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if bare.unwrap_or(text).parse::<std::net::Ipv6Addr>().is_ok() {
        return true;
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    text.strip_prefix("*.").unwrap_or(text).split('.').all(is_label)
}

fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
