//! Every built-in node through the contract, over real files, a real server and a real database.

mod catalog;
mod data;
mod effects;
mod files;
mod flow;
mod http;
mod scale;
mod set;
mod sqlite;
mod support;
mod webhook;
