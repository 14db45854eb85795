//! What a child must not be able to do on Linux: files, sockets, programs, other processes.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::fs::{self as unix_fs, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;
use std::sync::OnceLock;

use rustix::process::Pid;

/// A thing a child must not be able to do.
type Probe = (&'static str, fn() -> io::Result<()>);

const ONE: &str = "/tmp/reporunner-sandbox-one";
const OTHER: &str = "/tmp/reporunner-sandbox-other";

const PROBES: &[Probe] = &[
    ("read a file", || fs::read("/etc/passwd").map(drop)),
    ("write a file", || fs::write(ONE, b"x")),
    ("append to a file", || fs::OpenOptions::new().append(true).open(ONE).map(drop)),
    ("make a folder", || fs::create_dir(ONE)),
    ("remove a file", || fs::remove_file(ONE)),
    ("remove a folder", || fs::remove_dir(ONE)),
    ("rename a file", || fs::rename(ONE, OTHER)),
    ("copy a file", || fs::copy("/etc/hostname", OTHER).map(drop)),
    ("link a file", || fs::hard_link("/etc/hostname", OTHER)),
    ("make a symbolic link", || unix_fs::symlink("/etc", OTHER)),
    ("follow a link", || fs::read_link("/proc/self/exe").map(drop)),
    ("resolve a path", || fs::canonicalize("/tmp").map(drop)),
    ("ask about a file", || fs::metadata("/etc/passwd").map(drop)),
    ("list a folder", || fs::read_dir("/").map(drop)),
    ("change rights", || fs::set_permissions("/tmp", fs::Permissions::from_mode(0o777))),
    ("change an owner", || unix_fs::chown("/tmp", Some(0), None)),
    ("change the root", || unix_fs::chroot("/tmp")),
    ("change its folder", || std::env::set_current_dir("/tmp")),
    ("ask for its folder", || std::env::current_dir().map(drop)),
    ("read a device", || fs::File::open("/dev/mem").map(drop)),
    ("read its environment", || fs::read("/proc/self/environ").map(drop)),
    ("read its parent's environment", || fs::read(format!("/proc/{}/environ", parent())).map(drop)),
    ("read its own state", || fs::read("/proc/self/status").map(drop)),
    ("call by TCP", || TcpStream::connect("127.0.0.1:9").map(drop)),
    ("listen by TCP", || TcpListener::bind("127.0.0.1:0").map(drop)),
    ("listen by IPv6", || TcpListener::bind("[::1]:0").map(drop)),
    ("bind UDP", || UdpSocket::bind("127.0.0.1:0").map(drop)),
    ("call a local socket", || UnixStream::connect("/run/dbus/system_bus_socket").map(drop)),
    ("listen at a local socket", || UnixListener::bind(ONE).map(drop)),
    ("make a pair of sockets", || UnixStream::pair().map(drop)),
    ("look a name up", || ("example.invalid", 80).to_socket_addrs().map(drop)),
    ("run a program", || Command::new("/bin/true").status().map(drop)),
    ("run itself again", || Command::new("/proc/self/exe").status().map(drop)),
    ("start a thread", || std::thread::Builder::new().spawn(|| ()).map(drop)),
    ("signal its parent", || {
        let parent = Pid::from_raw(parent()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(rustix::process::test_kill_process(parent)?)
    }),
    ("leave its session", || Ok(rustix::process::setsid().map(drop)?)),
];

/// The number of the process that started this one; the call for it is not allowed any more.
fn parent() -> i32 {
    *PARENT.get().expect("it was asked for at the start")
}

static PARENT: OnceLock<i32> = OnceLock::new();

/// Notes what cannot be asked for later.
pub(crate) fn prepare() {
    let parent = rustix::process::getppid().map_or(0, |parent| parent.as_raw_nonzero().get());
    PARENT.set(parent).expect("it is set once");
}

/// Tries all of them, and says what came of each in a line.
pub(crate) fn try_all() -> String {
    let line = |(name, probe): &Probe| match probe() {
        Ok(()) => format!("{name}: allowed\n"),
        // Anything but a refusal of the system means that it was tried.
        Err(error) => format!("{name}: {:?}\n", error.kind()),
    };
    let mut told: String = PROBES.iter().map(line).collect();
    told += &format!("environment: {:?}\n", std::env::vars_os().collect::<Vec<_>>());
    told
}
