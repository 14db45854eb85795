//! The parts every page is made of: buttons, fields, switches, menus, dialogs, toasts, tooltips.
//!
//! A part looks and behaves; it loads nothing and knows no workflow.

mod badge;
mod button;
mod dialog;
mod field;
mod icon;
mod keys;
mod menu;
mod prompt;
mod rows;
mod segmented;
mod states;
mod switch;
mod toast;
mod tooltip;

pub(crate) use badge::{Badge, BadgeKind, Kbd};
pub(crate) use button::{Button, ButtonKind, IconButton};
pub(crate) use dialog::Dialog;
pub(crate) use field::{Select, TextField};
pub(crate) use icon::{Icon, Tile};
pub(crate) use keys::key_text;
pub use menu::{Anchor, MenuAction, MenuItem, OpenMenu};
pub(crate) use menu::{MenuHost, anchor_of};
pub(crate) use prompt::PromptHost;
pub use prompt::{Prompt, PromptField};
pub(crate) use rows::VirtualRows;
pub(crate) use segmented::Segmented;
pub(crate) use states::{Empty, FailureNote, Loading, Spinner};
pub(crate) use switch::Switch;
pub(crate) use toast::ToastHost;
pub(crate) use tooltip::TooltipHost;
