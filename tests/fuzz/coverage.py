# SPDX-License-Identifier: MIT
"""coverage.py BUILD-FOLDER [--show]: replays every fuzz corpus in a build made with -Db_coverage=true
and checks that each decoder named in covers.txt has at least 90 % of its lines run. Prints TAP and
leaves a JUnit report in meson-logs, so that the runner counts it like any suite."""
import glob
import json
import os
import re
import subprocess
import sys
from xml.sax.saxutils import quoteattr

BUILD = os.path.abspath(sys.argv[1])
SHOW = "--show" in sys.argv
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WANTED = 0.90


def replay_all():
    for stale in glob.glob(os.path.join(BUILD, "**", "*.gcda"), recursive=True):
        os.unlink(stale)
    out = subprocess.run(["meson", "introspect", "--tests", BUILD], stdout=subprocess.PIPE, check=True)
    for test in json.loads(out.stdout):
        if "lanyard:fuzz" in test["suite"] or "fuzz" in test["suite"]:
            subprocess.run(test["cmd"], check=True, stdout=subprocess.DEVNULL,
                           env=dict(os.environ, **test["env"]), cwd=BUILD)


def lines_of(source, pattern):
    """Line number -> times run, over every build of the source, for functions that match."""
    counts = {}
    name = os.path.basename(source)
    module = os.path.dirname(source)
    for data in glob.glob(os.path.join(BUILD, module, "*", name + ".gcda")):
        out = subprocess.run(["gcov", "--json-format", "--stdout", data], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=True, cwd=BUILD)
        for document in out.stdout.splitlines():
            for file in json.loads(document)["files"]:
                if os.path.basename(file["file"]) != name:
                    continue
                for line in file["lines"]:
                    if re.search(pattern, line.get("function_name", "")):
                        number = line["line_number"]
                        counts[number] = counts.get(number, 0) + line["count"]
    return counts


def main():
    replay_all()
    results = []
    with open(os.path.join(HERE, "covers.txt"), encoding="utf-8") as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith("#")]
    for source, pattern in rows:
        counts = lines_of(source, pattern)
        run = sum(1 for n in counts.values() if n > 0)
        share = run / len(counts) if counts else 0.0
        results.append((share >= WANTED, "%s (%s): %.0f %% of %d lines" % (source, pattern, share * 100, len(counts))))
        if SHOW:
            for number in sorted(n for n, c in counts.items() if c == 0):
                print("#   not run: %s:%d" % (source, number))
    print("1..%d" % len(results))
    cases = []
    for number, (ok, text) in enumerate(results, 1):
        print("%s %d - %s" % ("ok" if ok else "not ok", number, text))
        failure = "" if ok else "<failure message=%s/>" % quoteattr(text)
        cases.append("<testcase classname='coverage' name=%s>%s</testcase>" % (quoteattr(text), failure))
    os.makedirs(os.path.join(BUILD, "meson-logs"), exist_ok=True)
    with open(os.path.join(BUILD, "meson-logs", "testlog.junit.xml"), "w", encoding="utf-8") as f:
        f.write("<testsuites><testsuite>%s</testsuite></testsuites>" % "".join(cases))
    sys.exit(0 if all(ok for ok, _ in results) else 1)


main()
