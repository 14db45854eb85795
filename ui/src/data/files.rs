//! The files of items: a chip for each, a look at those that can be shown, and saving them.
//!
//! Bytes come from the backend part by part, and only when a person asks for them.

use leptos::prelude::*;
use reporunner_model::{BinaryRef, Item, limits};
use reporunner_protocol::{Code, Failure, GetFile};

use super::Shared;
use crate::browser;
use crate::kit::{Button, Dialog, FailureNote, Icon, Loading};
use crate::state::{AppState, Load};

/// Largest image that is shown, bytes.
const IMAGE_BYTES: u64 = 24_000_000;
/// Most of a text that is shown, bytes.
const TEXT_BYTES: usize = 200_000;

/// A file that is looked at: its name in the item, and the file.
pub(super) type Opened = (String, BinaryRef);

/// How a file can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Image,
    Text,
    Other,
}

impl Kind {
    fn of(file: &BinaryRef) -> Self {
        let mime = file.mime_type.split(';').next().unwrap_or_default().trim();
        let (family, name) = mime.split_once('/').unwrap_or((mime, ""));
        let texts =
            ["json", "xml", "javascript", "csv", "yaml", "x-yaml", "sql", "x-ndjson", "toml"];
        let ends = name.rsplit('+').next().unwrap_or_default();
        match family {
            "image" => Self::Image,
            "text" => Self::Text,
            "application" if texts.contains(&ends) => Self::Text,
            _ => Self::Other,
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Image => "eye",
            Self::Text => "file-text",
            Self::Other => "file",
        }
    }
}

fn name_of(name: &str, file: &BinaryRef) -> String {
    file.file_name.clone().unwrap_or_else(|| match &file.file_extension {
        Some(extension) => format!("{name}.{extension}"),
        None => name.to_owned(),
    })
}

fn size_of(file: &BinaryRef) -> String {
    file.file_size.clone().unwrap_or_else(|| crate::time::bytes(file.bytes))
}

/// The files of an item, each to be opened.
pub(super) fn chips(shared: Shared, item: &Item) -> impl IntoView + use<> {
    let files = item.binary.clone().unwrap_or_default();
    let chip = move |(name, file): (String, BinaryRef)| {
        let (words, size) = (name_of(&name, &file), size_of(&file));
        let tip = format!("{name} · {} · {size}", file.mime_type);
        let label = format!("Look at the file {words}, {size}");
        let icon = Kind::of(&file).icon();
        let open = move |event: web_sys::MouseEvent| {
            event.stop_propagation();
            shared.file.set(Some((name.clone(), file.clone())));
        };
        view! {
            <button type="button" class="rr-chip" data-tip=tip aria-label=label on:click=open>
                <Icon name=icon/><span>{words}</span><em>{size}</em>
            </button>
        }
    };
    view! { <span class="rr-table__cell rr-chips-line" role="cell">{(*files).into_iter().map(chip).collect_view()}</span> }
}

/// The bytes of a file, all or the first `most`.
pub(super) async fn bytes(
    app: AppState,
    file: &BinaryRef,
    most: Option<usize>,
) -> Result<Vec<u8>, Failure> {
    let broken = || Failure::new(Code::Internal, "The file did not come as it was sent");
    if let Some(inline) = &file.data {
        return browser::from_base64(inline).ok_or_else(broken);
    }
    let mut all: Vec<u8> = Vec::new();
    loop {
        let wanted = most.map_or(limits::FILE_PART_BYTES, |most| most - all.len());
        let limit = wanted.min(limits::FILE_PART_BYTES);
        let command = GetFile { id: file.id.clone(), offset: all.len() as u64, limit };
        let part = app.backend.call(command).await?;
        let came = browser::from_base64(&part.base64).ok_or_else(broken)?;
        let ended = came.is_empty();
        all.extend(came);
        if ended || all.len() as u64 >= part.bytes || most.is_some_and(|most| all.len() >= most) {
            return Ok(all);
        }
    }
}

/// What is shown of a file.
#[derive(Clone, PartialEq)]
enum Shown {
    /// An image, at this address of the page.
    Image(String),
    /// Its text, and whether there is more.
    Text(String, bool),
    /// Nothing can be shown.
    Nothing(&'static str),
}

async fn read(app: AppState, file: BinaryRef) -> Result<Shown, Failure> {
    match Kind::of(&file) {
        Kind::Image if file.bytes > IMAGE_BYTES => {
            Ok(Shown::Nothing("It is too large to be shown here. Save it to look at it."))
        }
        Kind::Image => {
            let bytes = bytes(app, &file, None).await?;
            let address = browser::object_url(&file.mime_type, &bytes);
            Ok(address.map_or(Shown::Nothing("This browser does not show it."), Shown::Image))
        }
        Kind::Text => {
            let bytes = bytes(app, &file, Some(TEXT_BYTES)).await?;
            let cut = file.bytes > bytes.len() as u64;
            Ok(Shown::Text(String::from_utf8_lossy(&bytes).into_owned(), cut))
        }
        Kind::Other => {
            Ok(Shown::Nothing("Files of this kind cannot be shown here. Save it to open it."))
        }
    }
}

/// The file that is looked at.
#[component]
pub(super) fn FileDialog() -> impl IntoView {
    let shared = expect_context::<Shared>();
    let app = shared.editor.app;
    let shown = RwSignal::new(Load::<Shown>::Waiting);
    Effect::new(move || {
        let file = shared.file.get();
        // The page holds an image until it is told otherwise.
        if let Some(Load::Ready(Shown::Image(address))) = shown.try_get_untracked() {
            browser::revoke(&address);
        }
        shown.set(Load::Waiting);
        let Some((_, file)) = file else { return };
        leptos::task::spawn_local(async move {
            let answer = read(app, file.clone()).await;
            let still =
                shared.file.try_get_untracked().flatten().is_some_and(|(_, now)| now == file);
            if still {
                shown.try_set(answer.into());
            }
        });
    });
    let title = Signal::derive(move || {
        shared
            .file
            .with(|file| file.as_ref().map(|(name, file)| name_of(name, file)))
            .unwrap_or_default()
    });
    let facts = move || {
        shared.file.with(|file| {
            file.as_ref()
                .map(|(name, file)| format!("{name} · {} · {}", file.mime_type, size_of(file)))
        })
    };
    let saving = RwSignal::new(false);
    let save = move |_| {
        let Some((name, file)) = shared.file.get_untracked() else { return };
        saving.set(true);
        leptos::task::spawn_local(async move {
            let came = bytes(app, &file, None).await;
            saving.try_set(false);
            match came {
                Ok(bytes) => {
                    let name = name_of(&name, &file);
                    match browser::download_bytes(&name, &file.mime_type, &bytes) {
                        Ok(()) => app.toast(format!("{name} is in your downloads")),
                        Err(_) => app.toast("The file could not be offered for saving"),
                    }
                }
                Err(failure) => app.fail(&failure),
            }
        });
    };
    let open = Signal::derive(move || shared.file.with(Option::is_some));
    let close = move || shared.file.set(None);
    view! {
        <Dialog open title size="l" on_close=move |()| close()>
            <div class="rr-dialog__part rr-value">
                {move || match shown.get() {
                    Load::Waiting => view! { <Loading what="Reading the file…"/> }.into_any(),
                    Load::Failed(failure) => view! { <FailureNote failure/> }.into_any(),
                    Load::Ready(shown) => look_of(shown),
                }}
            </div>
            <footer class="rr-dialog__foot">
                <span class="rr-param__help rr-grow rr-text">{facts}</span>
                <Button icon="download" disabled=saving on_press=save>"Save"</Button>
                <Button on_press=move |_| close()>"Close"</Button>
            </footer>
        </Dialog>
    }
}

fn look_of(shown: Shown) -> AnyView {
    match shown {
        Shown::Image(address) => {
            view! { <div class="rr-value__picture"><img src=address alt="The file"/></div> }.into_any()
        }
        Shown::Text(text, cut) => view! {
            <pre class="rr-value__text" tabindex="0">{text}</pre>
            {cut.then(|| view! { <p class="rr-param__help">"This is its beginning. Save it to have all of it."</p> })}
        }
        .into_any(),
        Shown::Nothing(why) => view! {
            <div class="rr-state"><Icon name="file" class="rr-state__icon"/><span class="rr-state__text">{why}</span></div>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mime: &str, kind: Kind) {
        let file = BinaryRef { mime_type: mime.to_owned(), ..BinaryRef::default() };
        assert_eq!(Kind::of(&file), kind, "{mime}");
    }

    #[test]
    fn a_file_is_shown_by_its_type() {
        check("image/png", Kind::Image);
        check("text/csv; charset=utf-8", Kind::Text);
        check("application/json", Kind::Text);
        check("application/ld+json", Kind::Text);
        check("application/pdf", Kind::Other);
        check("", Kind::Other);
    }

    #[test]
    fn a_file_without_a_name_is_called_as_in_the_item() {
        let file = BinaryRef { file_extension: Some("csv".to_owned()), ..BinaryRef::default() };
        assert_eq!(name_of("data", &file), "data.csv");
        assert_eq!(name_of("data", &BinaryRef::default()), "data");
    }
}
