# SPDX-License-Identifier: MIT
"""lint.py CHECK SOURCE-ROOT [BUILD-ROOT]: one check of the tree, printing TAP.

Checks: includes, sizes, spdx, headers, symbols, format, proto, words, potfiles, readme.
They close what compiler and linker cannot see; src/README.md says which rule each one holds up.
"""
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

CHECK, ROOT = sys.argv[1], os.path.abspath(sys.argv[2])
BUILD = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None
PURE = ["base", "wire", "crypto", "core", "transfer", "share", "directory"]
FILE_LINES, FUNCTION_LINES = 1000, 100
# Names of functions that may be longer: tables and class initialisers in all but name.
LONG_BY_NAME = re.compile(r"_class_init$")

results = []


def report(name, problems):
    results.append((name, problems))


def skip(why):
    print("1..0 # SKIP " + why)
    sys.exit(0)


def sources(*endings, below=("src", "tests")):
    for top in below:
        for folder, dirs, names in os.walk(os.path.join(ROOT, top)):
            dirs[:] = sorted(d for d in dirs if not d.startswith((".", "build")))
            for name in sorted(names):
                if name.endswith(endings):
                    yield os.path.join(folder, name)


def text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def rel(path):
    return os.path.relpath(path, ROOT)


def check_includes():
    upward, private = [], []
    for path in sources(".c", ".h"):
        for number, line in enumerate(text(path).splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if not found:
                continue
            name, where = found.group(1), "%s:%d" % (rel(path), number)
            if name.startswith("../"):
                upward.append(where + " includes " + name)
            if name.endswith("-private.h"):
                owner = [p for p in sources(name, below=("src",)) if os.path.basename(p) == name]
                module = os.path.basename(os.path.dirname(owner[0])) if owner else "?"
                allowed = ("src/%s/" % module, "tests/unit/%s/" % module, "tests/fuzz/%s/" % module)
                if not rel(path).startswith(allowed):
                    private.append(where + " includes " + name + " of " + module)
    report("no include climbs out of its folder", upward)
    report("private headers stay in their module", private)


def check_sizes():
    long_files = []
    for path in sources(".c", ".h", ".py", ".ui"):
        lines = text(path).count("\n")
        if lines > FILE_LINES and not rel(path).endswith("-words.c"):
            long_files.append("%s has %d lines" % (rel(path), lines))
    report("no file over %d lines" % FILE_LINES, long_files)
    if shutil.which("ctags") is None:
        return
    tags = subprocess.run(
        ["ctags", "-R", "--languages=C", "--kinds-C=f", "--fields=+ne", "-f", "-", os.path.join(ROOT, "src")],
        stdout=subprocess.PIPE, check=True, text=True).stdout
    long_functions = []
    for line in tags.splitlines():
        fields = line.split("\t")
        at = dict(f.split(":", 1) for f in fields[3:] if ":" in f)
        if "line" in at and "end" in at:
            lines = int(at["end"]) - int(at["line"]) + 1
            if lines > FUNCTION_LINES and not LONG_BY_NAME.search(fields[0]):
                long_functions.append("%s: %s has %d lines" % (rel(fields[1]), fields[0], lines))
    report("no function over %d lines" % FUNCTION_LINES, long_functions)


def check_spdx():
    missing = []
    for path in sources(".c", ".h", ".py", ".sh", ".css", "meson.build", below=("src", "tests", "data", "ui", "po")):
        head = text(path)[:300]
        if head.strip() and "SPDX-License-Identifier: MIT" not in head:
            missing.append(rel(path))
    report("every source says its licence", missing)


def proved_by_source(path):
    """Whether a source file that was compiled begins with this header, so that nothing could help it."""
    source = path[:-2] + ".c"
    if not os.path.exists(source):
        return False
    with open(source, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                return line.strip() == '#include "%s"' % os.path.basename(path)
    return False


def check_headers():
    """Each header compiles alone: as the beginning of its own source, or with the flags of some file of its module."""
    import json
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as f:
        commands = json.load(f)
    flags, compiled = {}, set()
    for entry in commands:
        source = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        compiled.add(source)
        module = os.path.dirname(rel(source))
        if module.startswith("src/"):
            words = [w for w in entry["command"].split() if w.startswith(("-I", "-D", "-std", "-pthread"))]
            if module not in flags or len(words) > len(flags[module][0]):  # the part with most dependencies
                flags[module] = words, entry["directory"]

    def compile_alone(path):
        args, cwd = flags[os.path.dirname(rel(path))]
        run = subprocess.run(["cc", *[a.replace('\\"', '"') for a in args], "-fsyntax-only", "-x", "c", path],
                             cwd=cwd, stderr=subprocess.PIPE, text=True, check=False)
        return rel(path) + ": " + run.stderr.splitlines()[0] if run.returncode != 0 else None

    headers = [path for path in sources(".h", below=("src",))
               if os.path.dirname(rel(path)) in flags and not (path[:-2] + ".c" in compiled and proved_by_source(path))]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        report("each header compiles alone", [line for line in pool.map(compile_alone, headers) if line])


BANNED = re.compile(
    r"^(socket|connect|bind|listen|accept4?|send|sendto|sendmsg|recv|recvfrom|recvmsg|__recv\w*_chk|open|open64|"
    r"openat|fopen|fopen64|read|__read_chk|write|time|gettimeofday|clock_gettime|rand|random|srand|getenv|"
    r"secure_getenv|sleep|usleep|nanosleep|pthread_create|system|popen|fork|exec\w*|g_get_monotonic_time|"
    r"g_get_real_time|g_random_\w+|g_rand_\w+|g_timeout_\w+|g_idle_\w+|g_main_\w+|g_thread_\w+|g_file_\w+|"
    r"g_date_time_new_now\w*|g_getenv|g_usleep|g_uuid_string_random)$")
# Too lax a check of points (CVE-2025-69277): never to be relied on.
BANNED_ANYWHERE = re.compile(r"^crypto_core_ed25519_is_valid_point$")


def undefined(archive):
    out = subprocess.run(["nm", "-u", archive], stdout=subprocess.PIPE, check=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in out.splitlines() if line.strip().startswith("U ")}


def check_symbols():
    modules = sorted(os.listdir(os.path.join(ROOT, "src")))
    for module in modules:
        archive = os.path.join(BUILD, "src", module, "liblan-%s.a" % module)
        if not os.path.exists(archive):
            continue
        names = undefined(archive)
        if module in PURE:
            bad = sorted(n for n in names if BANNED.match(n))
            if module != "crypto":
                bad += sorted(n for n in names if n.startswith("randombytes"))
            report("%s does no I/O, reads no clock, starts no thread" % module, bad)
        report("%s calls nothing that is known to be broken" % module,
               sorted(n for n in names if BANNED_ANYWHERE.match(n)))


def check_format():
    if shutil.which("clang-format") is None:
        skip("clang-format is not installed")
    paths = list(sources(".c", ".h"))
    run = subprocess.run(["clang-format", "--dry-run", "-ferror-limit=1", *paths], cwd=ROOT,
                         stderr=subprocess.PIPE, text=True, check=True)
    report("clang-format would change nothing",
           sorted({rel(line.split(":")[0]) for line in run.stderr.splitlines() if "warning:" in line}))


def check_proto():
    """protobuf-c overflows its stack on deep nesting: no message may contain itself."""
    recursive = []
    for path in sources(".proto", below=("src",)):
        body = re.sub(r"//[^\n]*", "", text(path))
        uses, stack, current = {}, [], None
        for token in re.finditer(r"\bmessage\s+(\w+)\s*\{|\b(?:enum\s+\w+|oneof\s+\w+)\s*\{|(\})|"
                                 r"(?:repeated\s+|optional\s+)?\b([A-Z]\w*)\s+\w+\s*=\s*\d+", body):
            if token.group(1):
                stack.append(token.group(1))
                uses.setdefault(token.group(1), set())
            elif token.group(2):
                stack.pop()
            elif token.group(3):
                current = [s for s in stack if s]
                if current:
                    uses[current[-1]].add(token.group(3))
            else:
                stack.append(None)
        for start in uses:
            seen, todo = set(), list(uses[start])
            while todo:
                name = todo.pop()
                if name not in seen:
                    seen.add(name)
                    todo += uses.get(name, ())
            if start in seen:
                recursive.append("%s: %s" % (rel(path), start))
    report("no message contains itself", recursive)


def check_words():
    unfinished, markup, variant = [], [], []
    for path in sources(".c", ".h", below=("src",)):
        for number, line in enumerate(text(path).splitlines(), 1):
            where = "%s:%d: %s" % (rel(path), number, line.strip())
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented", line):
                unfinished.append(where)
            # One place makes markup itself, of text it has wholly escaped, so that web addresses are links.
            if re.search(r"gtk_label_set_markup\b|set_use_markup \([^,]+, TRUE\)", line) \
                    and not rel(path) == "src/app/lan-message-row.c":
                markup.append(where)
            if re.search(r"g_variant_(new_from_bytes|new_from_data|parse)\b", line):
                variant.append(where)
    report("nothing says of itself that it is unfinished", unfinished)
    report("T28: labels are never given markup from outside", markup)
    report("T22: no GVariant is made from outside bytes", variant)


def check_potfiles():
    listed_path = os.path.join(ROOT, "po", "POTFILES")
    if not os.path.exists(listed_path):
        skip("no translations here")
    listed = {line.strip() for line in text(listed_path).splitlines() if line.strip() and not line.startswith("#")}
    missing = []
    for path in sources(".c", ".ui", ".desktop.in", ".metainfo.xml.in", below=("src", "ui", "data")):
        body = text(path)
        if rel(path) not in listed and re.search(r'\b(_|N_|C_|ngettext) \("|translatable="yes"', body):
            missing.append(rel(path))
    report("every file with text for people is in POTFILES", missing)
    report("POTFILES names only files that exist",
           sorted(p for p in listed if not os.path.exists(os.path.join(ROOT, p))))
    for path in sources(".po", below=("po",)):
        run = subprocess.run(["msgfmt", "--check", "--statistics", "-o", os.devnull, path],
                             stderr=subprocess.PIPE, text=True, env=dict(os.environ, LC_ALL="C"), check=False)
        bad = run.returncode != 0 or "fuzzy" in run.stderr or "untranslated" in run.stderr
        report("%s is complete" % rel(path), run.stderr.splitlines() if bad else [])


def check_readme():
    missing = [d for d in sorted(os.listdir(os.path.join(ROOT, "src")))
               if os.path.isdir(os.path.join(ROOT, "src", d))
               and not os.path.exists(os.path.join(ROOT, "src", d, "README.md"))]
    report("every module explains itself in a README", missing)
    allowed = re.compile(r"meson\.build|meson_options\.txt|src|ui|data|po|tests|subprojects|README\.md|COPYING|\..*")
    if shutil.which("git") and os.path.exists(os.path.join(ROOT, ".git")):
        tracked = subprocess.run(["git", "-C", ROOT, "ls-files"], stdout=subprocess.PIPE, text=True, check=False)
        tops = {line.split("/")[0] for line in tracked.stdout.splitlines()}
        report("the top level holds what it should", sorted(t for t in tops if not allowed.fullmatch(t)))


globals()["check_" + CHECK]()
print("1..%d" % len(results))
for number, (name, problems) in enumerate(results, 1):
    print("%s %d - %s" % ("not ok" if problems else "ok", number, name))
    for problem in problems[:40]:
        print("#   " + problem)
        print("   " + problem, file=sys.stderr)
sys.exit(1 if any(p for _, p in results) else 0)
