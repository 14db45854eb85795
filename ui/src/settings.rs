//! Settings of this machine. Each is kept as soon as it is changed.
//!
//! What travels with a workflow is set in the workflow, not here.

mod commands;
mod lists;
mod parts;
mod storage;

use leptos::prelude::*;
use reporunner_model::{FEATURE_FLAGS, FeatureFlag};
use reporunner_protocol::{MachineSettings, PointerStyle, ShowFolder, Theme};

use crate::kit::{Button, IconButton, Segmented, Switch};
use crate::shell::PageFrame;
use crate::state::{AppState, Load, use_app};
use commands::CommandWorkflows;
use lists::{TextList, Variables};
use parts::{Change, Line, NumberLine, Part, TextLine};
use storage::Storage;

/// Bytes of a gigabyte, as sizes are shown.
const GB: u64 = 1_000_000_000;

/// The page.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    view! {
        <PageFrame title="Settings">
            <div class="rr-settings">
                <You/>
                <Look/>
                <Reach/>
                <Webhooks/>
                <Part title="Variables" text="Expressions read them as $vars.name, in every workflow on this machine.">
                    <Variables/>
                </Part>
                <Keeping/>
                <DataFolder/>
                <Flags/>
                <About/>
            </div>
        </PageFrame>
    }
}

/// One setting, followed.
fn setting<T: PartialEq + Clone + Send + Sync + 'static>(
    app: AppState,
    read: impl Fn(&MachineSettings) -> T + Send + Sync + 'static,
) -> Signal<T> {
    Memo::new(move |_| app.settings.with(|settings| read(settings))).into()
}

#[component]
fn You() -> impl IntoView {
    let app = use_app();
    view! {
        <Part title="You" text="Who is named beside your changes.">
            <TextLine label="Your name" help="Stands beside what you changed, in versions and for people you share a workflow with."
                value=setting(app, |settings| settings.author_name.clone())
                read=|name: String| Ok(Box::new(move |settings: &mut MachineSettings| settings.author_name = name) as Change)/>
        </Part>
    }
}

#[component]
fn Look() -> impl IntoView {
    let app = use_app();
    let theme = setting(app, |settings| {
        match settings.theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
        .to_owned()
    });
    let on_theme = move |picked: String| {
        app.change_settings(|settings| {
            settings.theme = match picked.as_str() {
                "light" => Theme::Light,
                "dark" => Theme::Dark,
                _ => Theme::System,
            };
        });
    };
    let pointer = setting(app, |settings| {
        if settings.pointer == PointerStyle::Mouse { "mouse" } else { "trackpad" }.to_owned()
    });
    let on_pointer = move |picked: String| {
        let style = if picked == "mouse" { PointerStyle::Mouse } else { PointerStyle::Trackpad };
        app.change_settings(|settings| settings.pointer = style);
    };
    let pairs = |of: &[(&str, &str)]| -> Vec<(String, String)> {
        of.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect()
    };
    let themes = pairs(&[("system", "As the system"), ("light", "Light"), ("dark", "Dark")]);
    let pointers =
        pairs(&[("trackpad", "Wheel pans, drag selects"), ("mouse", "Drag pans, wheel zooms")]);
    view! {
        <Part title="Look and feel" text="Holds on this machine, at once.">
            <Line label="Theme" help="Light, dark, or whatever the system shows at the time.">
                <Segmented look="box" label="Theme" options=themes value=theme on_pick=on_theme/>
            </Line>
            <Line label="Pointer on the canvas" help="The first suits a trackpad, the second a mouse with a wheel.">
                <Segmented look="box" label="Pointer" options=pointers value=pointer on_pick=on_pointer/>
            </Line>
        </Part>
    }
}

#[component]
fn Reach() -> impl IntoView {
    let app = use_app();
    view! {
        <Part title="What workflows may reach" text="Holds for every workflow that runs on this machine, shared and imported ones too.">
            <Line label="Folders" help="Workflows read and write files in these and below, beside the folder that each has of its own.">
                <TextList
                    label="Folder"
                    placeholder="/srv/reports"
                    empty="No folder is listed: each workflow reaches its own only."
                    values=setting(app, |settings| settings.allowed_folders.clone())
                    list=|settings| &mut settings.allowed_folders
                    folders=true
                />
            </Line>
            <Line label="Hosts" help="Workflows reach only these. *.example.org stands for every name below example.org.">
                <TextList
                    label="Host"
                    placeholder="api.example.org"
                    empty="No host is listed: workflows may reach all."
                    values=setting(app, |settings| settings.allowed_hosts.clone())
                    list=|settings| &mut settings.allowed_hosts
                />
            </Line>
            <Line label="This machine" help="Whether they may call addresses such as http://localhost:8080.">
                <Switch label="Workflows may reach this machine"
                    on=setting(app, |settings| settings.allow_loopback)
                    on_change=move |on| app.change_settings(|settings| settings.allow_loopback = on)/>
            </Line>
            <Line label="The local network" help="Whether they may call addresses such as http://192.168.1.20.">
                <Switch label="Workflows may reach the local network"
                    on=setting(app, |settings| settings.allow_lan)
                    on_change=move |on| app.change_settings(|settings| settings.allow_lan = on)/>
            </Line>
            <Line label="Commands" help="These workflows may run commands, and so do all that you can do on this machine. Allow only what you trust.">
                <CommandWorkflows/>
            </Line>
        </Part>
    }
}

#[component]
fn Webhooks() -> impl IntoView {
    let app = use_app();
    let base = move || {
        app.welcome.with(|welcome| match welcome {
            Load::Ready(welcome) => match &welcome.webhook_base {
                Some(base) => format!("Webhooks listen at {base}."),
                None => "Webhooks cannot listen now.".to_owned(),
            },
            _ => String::new(),
        })
    };
    let taken = move || {
        app.welcome.with(|welcome| Some(welcome.ready()?.webhook_port_taken.as_ref()?.why.clone()))
    };
    view! {
        <Part title="Webhooks" text="How a call from outside starts a workflow that is live here.">
            <NumberLine label="Webhook port" help="Calls from outside come in at this port. 0 takes a free one; addresses change with it at once." least=0 most=65_535
                value=setting(app, |settings| u64::from(settings.webhook_port))
                set=|settings, port| settings.webhook_port = port as u16/>
            <p class="rr-settings__note rr-text">{base}</p>
            {move || taken().map(|why| view! { <p class="rr-settings__wrong rr-text">{why}</p> })}
        </Part>
    }
}

#[component]
fn Keeping() -> impl IntoView {
    let app = use_app();
    view! {
        <Part title="Keeping runs" text="Each run keeps what every node was given and gave, until it goes.">
            <NumberLine label="Days" help="A run older than this goes. Workflows and their versions stay." least=1 most=3_650
                value=setting(app, |settings| u64::from(settings.retention_days))
                set=|settings, days| settings.retention_days = days as u32/>
            <NumberLine label="Gigabytes" help="Where runs take more than this together, the oldest go first." least=1 most=10_000
                value=setting(app, |settings| (settings.retention_bytes + GB / 2) / GB)
                set=|settings, size| settings.retention_bytes = size * GB/>
        </Part>
    }
}

#[component]
fn DataFolder() -> impl IntoView {
    let app = use_app();
    let folder = Memo::new(move |_| {
        app.welcome.with(|welcome| {
            welcome.ready().map(|welcome| welcome.folder.clone()).unwrap_or_default()
        })
    });
    let show = move |_| {
        leptos::task::spawn_local(async move {
            app.ask(ShowFolder {}).await;
        });
    };
    let copy = move |_| {
        let folder = folder.get_untracked();
        leptos::task::spawn_local(async move {
            if crate::browser::copy_text(&folder).await {
                app.toast("The path is copied");
            }
        });
    };
    view! {
        <Part title="Data folder" text="Everything is in here: workflows, versions, runs, files. Another folder is chosen with --data when the program starts.">
            <div class="rr-settings__folder">
                <code class="rr-text">{move || folder.get()}</code>
                <IconButton icon="copy" label="Copy the path" on_press=copy/>
                <Button icon="folder-open" on_press=show>"Show in the file manager"</Button>
            </div>
            <Storage/>
        </Part>
    }
}

#[component]
fn Flags() -> impl IntoView {
    let app = use_app();
    let line = move |flag: &'static FeatureFlag| {
        let on = setting(app, move |settings| {
            settings.flags.get(flag.name).copied().unwrap_or(flag.default)
        });
        let on_change = move |on: bool| {
            app.change_settings(|settings| {
                if on == flag.default {
                    settings.flags.remove(flag.name);
                } else {
                    settings.flags.insert(flag.name.to_owned(), on);
                }
            });
        };
        view! {
            <Line label=flag.label help=format!("New in {}: {}.", flag.since, flag.why)>
                <Switch label=flag.label on on_change/>
            </Line>
        }
    };
    view! {
        <Part title="Tried out" text="New parts that can be switched off while they are tried out.">
            {FEATURE_FLAGS.iter().map(line).collect_view()}
        </Part>
    }
}

#[component]
fn About() -> impl IntoView {
    let app = use_app();
    let facts = move || {
        app.welcome.with(|welcome| {
            let welcome = welcome.ready()?;
            Some([("Version", welcome.version.clone()), ("Time zone", welcome.timezone.clone())])
        })
    };
    view! {
        <Part title="About" text="">
            <dl class="rr-facts">
                {move || facts().map(|facts| facts.map(|(name, value)| view! {
                    <dt>{name}</dt>
                    <dd class="rr-text">{value}</dd>
                }).collect_view())}
            </dl>
        </Part>
    }
}
