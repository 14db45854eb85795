//! The editor through its public surface: gestures, commands and layouts written as text.

mod commands;
mod geometry;
mod gestures;
mod groups;
mod keymap;
mod minimap;
mod painting;
mod properties;
mod reversed;
mod scene;
mod support;
