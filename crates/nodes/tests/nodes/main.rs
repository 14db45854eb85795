//! Every built-in node through the contract, over real files, a real server and a real database.

mod archives;
mod calls;
mod catalog;
mod crypto;
mod data;
mod datasets;
mod dates;
mod effects;
mod files;
mod flow;
mod groups;
mod http;
mod lists;
mod loops;
mod markup;
mod scale;
mod schedule;
mod set;
mod sheets;
mod sqlite;
mod support;
mod webhook;
