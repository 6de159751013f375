"""Bring a bare machine to where Kiteline can start: `python3 scripts/bootstrap.py run|test`.

Standard library only, and every step leaves a stamp, so that a second start skips what is done.
Each failure ends in one line that says the remedy. The full output of pip and npm is in var/log.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

OLDEST, NEWEST = 11, 14  # Python 3.x
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def use_a_python_that_works():
    """Go on under a newer Python if this one is too old and another is installed."""
    if sys.version_info >= (3, OLDEST):
        return
    for minor in range(NEWEST, OLDEST - 1, -1):
        newer = shutil.which("python3.%d" % minor)
        if newer:
            os.execv(newer, [newer, *sys.argv])
    sys.exit(
        "Kiteline needs Python 3.11 or newer; this is %d.%d. "
        "Install one (Debian, Ubuntu: apt install python3.11), or name it: make PYTHON=/path/to/python3 run"
        % sys.version_info[:2]
    )


if __name__ == "__main__":
    use_a_python_that_works()

from pathlib import Path  # noqa: E402  after the check: an old Python should reach it

HOME = Path(ROOT)
VAR = Path(os.environ.get("KITELINE_VAR") or HOME / "var")
VENV = HOME / ".venv"
BIN = VENV / "bin"
STAMPS = VAR / "stamps"
LOGS = VAR / "log"
# Locks name every package with the hash of its files (`make pins`): whatever else an index offers is refused.
PACKAGES = {"run": "requirements-local.lock", "test": "requirements-dev.lock"}
FRONT_END = ["static/src", "templates", "core/templatetags", "package.json", "package-lock.json"]
OLDEST_NODE = 20

NO_NETWORK = re.compile(
    r"name resolution|Failed to establish|Connection refused|Network is unreachable|timed out|ProxyError"
    r"|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|network request|Max retries"
    r"|Exit handler never called"  # what npm says when it gives up on the network
)
UNKNOWN_ISSUER = re.compile(r"SELF_SIGNED_CERT|UNABLE_TO_\w*ISSUER|CERTIFICATE_VERIFY_FAILED")
FOREIGN_FILE = re.compile(r"DO NOT MATCH THE HASHES|HashMismatch")
NO_COMPILER = re.compile(
    r"(gcc|cc|clang|g\+\+|cargo|rustc)['\"]? ?(failed|not found|: No such file)"
    r"|command '\S*(gcc|cc|clang)' failed"
    r"|unable to execute '\S*cc'|Python\.h: No such file|pg_config executable not found|Rust compiler"
    r"|No such file or directory: '\S*(gcc|cc|clang)'|Failed building wheel|Could not build wheels"
)


class Stop(Exception):
    """The one line that says what is wrong and what helps."""


def say(text):
    print(f"· {text}", flush=True)


def digest(*paths):
    """One hash for files and folders: names and contents."""
    total = hashlib.sha256()
    for path in (HOME / p for p in paths):
        files = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.exists():
                total.update(str(file.relative_to(HOME)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def is_done(name, key):
    """Has this step already been done for exactly these inputs?"""
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == key


def mark_done(name, key):
    (STAMPS / name).write_text(key)


def run(command, log, what, **options):
    """Run a tool quietly; on failure hand its words to `explain`."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / log
    with path.open("wb") as output:
        try:
            code = subprocess.call(
                [str(c) for c in command], stdout=output, stderr=subprocess.STDOUT, cwd=HOME, **options
            )
        except OSError as error:
            raise Stop(f"Can't run {command[0]}: {error.strerror}.") from None
    if code:
        raise Stop(explain(path.read_text(errors="replace"), what, path))


def explain(words, what, log):
    """The remedy for the failures that happen on real machines."""
    if "No space left" in words:
        return f"{what} failed: the disk is full. Free some space and run this again."
    if "Read-only file system" in words or "Permission denied" in words or "EACCES" in words:
        return f"{what} failed: a folder isn't writable here. Make {HOME} writable, or copy it. ({log})"
    if FOREIGN_FILE.search(words):
        return (
            f"{what} failed: the package index gave a file that isn't the one we know. Name another index "
            f"with PIP_INDEX_URL; if it stays so, tell us (SECURITY.md). ({log})"
        )
    if NO_COMPILER.search(words):
        return (
            f"{what} failed: a package isn't ready-made for this machine and no compiler builds it. "
            "Debian, Ubuntu: apt install build-essential python3-dev libpq-dev; or use Python 3.11 to 3.13. "
            f"({log})"
        )
    if UNKNOWN_ISSUER.search(words):
        return (
            f"{what} failed: this network signs its own certificates. Name its authority's file: "
            f"NODE_EXTRA_CA_CERTS and PIP_CERT. ({log})"
        )
    if NO_NETWORK.search(words):
        return (
            f"{what} failed: the package index can't be reached. Check the network, or name a mirror with "
            f"PIP_INDEX_URL and npm_config_registry, or a proxy with HTTPS_PROXY. ({log})"
        )
    last = next((line.strip() for line in reversed(words.splitlines()) if line.strip()), "no output")
    return f"{what} failed: {last[:200]} (all of it: {log})"


def check_folder():
    """Everything below needs to write here: say so once, before any tool says it in its own way."""
    for folder in (HOME, VAR, STAMPS):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".write-test-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise Stop(
                f"Can't write in {folder} ({error.strerror}). Make it writable for this user, "
                "or copy the project to a folder that is."
            ) from None


@contextlib.contextmanager
def one_at_a_time():
    """`make test` beside `make run` must not install into the same place at once."""
    import fcntl

    with (VAR / "bootstrap.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_venv():
    if (BIN / "python").exists():
        usable = subprocess.call(
            [str(BIN / "python"), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if usable == 0 and (BIN / "pip").exists():
            return
        shutil.rmtree(VENV)
    say("Making .venv")
    try:
        run([sys.executable, "-m", "venv", VENV], "venv.log", "Making .venv")
    except Stop as failure:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in (LOGS / "venv.log").read_text(errors="replace"):
            raise Stop(
                "This Python can't make virtual environments. Debian, Ubuntu: apt install python3-venv"
            ) from None
        raise failure from None


def install_packages(level):
    """Only what the level needs; 'test' includes everything of 'run'."""
    key = digest(*PACKAGES.values())
    key += f" {VENV} {(VENV / 'pyvenv.cfg').stat().st_mtime_ns}"
    if is_done("packages-test", key) or is_done(f"packages-{level}", key):
        return
    say("Installing Python packages (the first time takes a minute or two)")
    pip_install(PACKAGES[level])
    mark_done(f"packages-{level}", key)


def pip_install(lock):
    run(
        [
            *(BIN / "python", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"),
            *("--prefer-binary", "--retries", "2", "--timeout", "20", "--require-hashes", "-r", lock),
        ],
        "pip.log",
        "Installing Python packages",
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
    )


def node_environment():
    """The machine's Node.js if it is new enough, else the one from PyPI, in .venv."""
    path = str(BIN) + os.pathsep + os.environ.get("PATH", os.defpath)
    if not has_node(path):
        say("Installing Node.js from PyPI (no Node.js 20 or newer on this machine)")
        pip_install("requirements-node.lock")
        if not has_node(path):
            raise Stop("Node.js from PyPI doesn't run here. Install Node.js 20 or newer and npm by hand.")
    environment = {**os.environ, "PATH": path}
    if not os.access(Path.home(), os.W_OK):
        environment["npm_config_cache"] = str(VAR / "npm-cache")
    return environment


def has_node(path):
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if not node or not npm:
        return False
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", done.stdout)
    return done.returncode == 0 and bool(found) and int(found.group(1)) >= OLDEST_NODE


def build_front_end():
    """Bundle styles and scripts into static/dist, again only when a source or a template changed."""
    dist = HOME / "static" / "dist"
    sources = digest(*FRONT_END)
    if is_done("front-end", sources) and dist.is_dir():
        return
    environment = node_environment()
    packages = digest("package.json", "package-lock.json")
    if not is_done("npm", packages) or not (HOME / "node_modules").is_dir():
        say("Installing npm packages by the lock file")
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=2"]
        command += ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
        run(command, "npm.log", "Installing npm packages", env=environment)
        mark_done("npm", packages)
    say("Building styles and scripts")
    run(["npm", "run", "--silent", "build"], "build.log", "Building styles and scripts", env=environment)
    mark_done("front-end", sources)


def compile_messages():
    """Translations: .po to .mo, without GNU gettext."""
    tool = HOME / "scripts" / "messages.py"
    sources = list(HOME.glob("locale/*/LC_MESSAGES/*.po"))
    stale = [
        po
        for po in sources
        if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]
    if tool.exists() and stale:
        say("Compiling translations")
        run([BIN / "python", tool, "compile"], "messages.log", "Compiling translations")


def main(arguments):
    level = arguments[0] if arguments else "run"
    if level not in PACKAGES:
        raise Stop("Usage: bootstrap.py run|test")
    begun = time.monotonic()
    check_folder()
    with one_at_a_time():
        make_venv()
        install_packages(level)
        build_front_end()
        compile_messages()
    if time.monotonic() - begun > 2:
        say(f"Prepared in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stop as stop:
        sys.exit(str(stop))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
