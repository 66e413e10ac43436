#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Writes emoji.tsv anew from Debian's unicode-data and unicode-cldr-core. README.md says what is in it.
import os
import re
import sys
import xml.etree.ElementTree as ET

EMOJI = "/usr/share/unicode/emoji/emoji-test.txt"
CLDR = "/usr/share/unicode/cldr/common"
GROUPS = {"Smileys & Emotion": "smileys", "People & Body": "people", "Animals & Nature": "nature",
          "Food & Drink": "food", "Travel & Places": "travel", "Activities": "activities",
          "Objects": "objects", "Symbols": "symbols", "Flags": "flags"}
TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
WORDS = 8  # of each language, beside the name


def annotations(language):
    """cp -> (name, words)"""
    names, words = {}, {}
    for folder in ("annotations", "annotationsDerived"):
        tree = ET.parse(os.path.join(CLDR, folder, language + ".xml"))
        for a in tree.iter("annotation"):
            if a.get("type") == "tts":
                names[a.get("cp")] = a.text.strip()
            else:
                words[a.get("cp")] = [w.strip() for w in a.text.split("|")]
    return names, words


def read_emoji():
    group, listed = None, []
    with open(EMOJI, encoding="utf-8") as f:
        for line in f:
            m = re.match(r"# group: (.*)", line)
            if m:
                group = GROUPS.get(m.group(1).strip())
            m = re.match(r"([0-9A-F ]+?)\s*; fully-qualified", line)
            if m and group:
                listed.append((group, "".join(chr(int(c, 16)) for c in m.group(1).split())))
    return listed


def toned(text, tone):
    """What the program makes of it: the tone stands behind the first character."""
    rest = text[1:]
    return text[0] + tone + (rest[1:] if rest.startswith("\ufe0f") else rest)


def line(group, text, known, languages):
    bare = text.replace("\ufe0f", "")
    cells = [group, text, "t" if all(toned(text, t) in known for t in TONES) else ""]
    for names, words in languages:
        name = names.get(bare, names.get(text))
        if name is None:  # younger than the names: one could not look for it
            return ""
        more = [w for w in words.get(bare, words.get(text, [])) if w != name and "|" not in w]
        cells += [name, "|".join(more[:WORDS])]
    if any("\t" in c for c in cells):
        sys.exit("a tab in " + repr(cells))
    return "\t".join(cells) + "\n"


def main():
    languages = [annotations("en"), annotations("zh")]
    listed = read_emoji()
    known = {text for _, text in listed}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "emoji.tsv"), "w", encoding="utf-8") as out:
        for group, text in listed:
            if not any(t in text for t in TONES):
                out.write(line(group, text, known, languages))


main()
