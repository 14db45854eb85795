//! The editor through its public surface: gestures, commands and layouts written as text.

mod commands;
mod geometry;
mod gestures;
mod keymap;
mod painting;
mod properties;
mod scene;
mod support;
