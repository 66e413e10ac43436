/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The numbering of leaves, and manifests from people who mean harm (SECURITY section 10, 8 to 14, 34). */
#include "test-file-name.h"

#include "lan-bytes.h"
#include "lan-manifest.h"

#include <string.h>

#define LEAF LAN_FILE_TREE_LEAF_BYTES

static void
add (LanFileTree *tree, const char *path, guint64 size, LanFileEntryKind kind)
{
  LanFileEntry entry = { .path = path, .size = size, .kind = (guint8) kind, .mtime_ms = 7 };

  if (kind == LAN_FILE_ENTRY_FILE)
    memset (entry.root.b, 9, sizeof entry.root.b);
  g_assert_true (lan_file_tree_add (tree, &entry));
}

static void
test_leaves (void)
{
  g_autoptr (LanFileTree) tree = lan_file_tree_new_folder ();
  LanFileLeaf leaf;

  add (tree, "a", 0, LAN_FILE_ENTRY_FOLDER);
  add (tree, "b", LEAF, LAN_FILE_ENTRY_FILE);
  add (tree, "c", 0, LAN_FILE_ENTRY_FILE);
  add (tree, "d", 2 * LEAF + 1, LAN_FILE_ENTRY_FILE);
  add (tree, "e", 5, LAN_FILE_ENTRY_FILE);
  g_assert_cmpuint (lan_file_tree_n_leaves (tree), ==, 5);
  g_assert_cmpuint (lan_file_tree_n_hashes (tree), ==, 3);
  g_assert_cmpuint (lan_file_tree_n_files (tree), ==, 4);
  g_assert_true (lan_file_tree_leaf (tree, 0, &leaf));
  g_assert_cmpuint (leaf.entry, ==, 1);
  g_assert_cmpuint (leaf.hash, ==, LAN_FILE_TREE_NO_HASH);
  g_assert_true (lan_file_tree_leaf (tree, 3, &leaf));
  g_assert_cmpuint (leaf.entry, ==, 3);
  g_assert_cmpuint (leaf.index, ==, 2);
  g_assert_cmpuint (leaf.len, ==, 1);
  g_assert_cmpuint (leaf.hash, ==, 2);
  g_assert_true (lan_file_tree_leaf (tree, 4, &leaf));
  g_assert_cmpuint (leaf.entry, ==, 4);
  g_assert_false (lan_file_tree_leaf (tree, 5, &leaf));
}

static void
test_round_trip (void)
{
  g_autoptr (LanFileTree) tree = lan_file_tree_new_folder ();
  g_autoptr (LanFileTree) read = NULL;
  g_autoptr (GBytes) bytes = NULL;

  add (tree, ".config", 0, LAN_FILE_ENTRY_FOLDER);
  add (tree, "docs/报告.pdf", 3 * LEAF, LAN_FILE_ENTRY_FILE);
  add (tree, "leer", 0, LAN_FILE_ENTRY_FOLDER);
  bytes = lan_manifest_encode (tree);
  g_assert_cmpint (
      lan_manifest_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &read), ==,
      LAN_STATUS_OK);
  g_assert_cmpuint (lan_file_tree_n_entries (read), ==, 3);
  g_assert_cmpstr (lan_file_tree_entry (read, 1)->path, ==, "docs/报告.pdf");
  g_assert_cmpint (lan_file_tree_entry (read, 1)->mtime_ms, ==, 7);
  g_assert_cmpuint (lan_file_tree_size (read), ==, 3 * LEAF);
}

typedef struct {
  const char *paths[3];
  guint64 size;
  guint64 total;
  guint32 count; /* 0: as many as there are */
  guint8 kind;
  LanStatus status;
} Hostile;

static GBytes *
forge (const Hostile *h)
{
  guint8 *data = g_malloc0 (8192);
  guint32 n = 0;
  LanWriter w;

  lan_writer_init (&w, data, 8192);
  while (n < 3 && h->paths[n] != NULL)
    n++;
  lan_write_bytes (&w, "LYM1", 4);
  lan_write_u32 (&w, h->count > 0 ? h->count : n);
  lan_write_u64 (&w, h->total);
  for (guint i = 0; i < n; i++) {
    lan_write_u16 (&w, (guint16) strlen (h->paths[i]));
    lan_write_bytes (&w, h->paths[i], strlen (h->paths[i]));
    lan_write_u64 (&w, h->size);
    lan_write_u8 (&w, 0);
    lan_write_u64 (&w, 0);
    lan_write_zeros (&w, 32);
    lan_write_u8 (&w, h->kind > 0 ? h->kind : LAN_FILE_ENTRY_FILE);
  }
  g_assert_false (w.failed);
  return g_bytes_new_take (data, w.len);
}

static void
test_hostile (void)
{
  static const char deep[] = "d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d";
  g_autofree char *long_name = g_strnfill (256, 'x');
  const Hostile table[] = {
    { { "a", "b" }, .status = LAN_STATUS_OK },
    { { "../x" }, .status = LAN_STATUS_MALFORMED },
    { { "a/../../b" }, .status = LAN_STATUS_MALFORMED },
    { { "/etc/passwd" }, .status = LAN_STATUS_MALFORMED },
    { { "a//b" }, .status = LAN_STATUS_MALFORMED },
    { { "a/" }, .status = LAN_STATUS_MALFORMED },
    { { "a\\b" }, .status = LAN_STATUS_MALFORMED },
    { { "" }, .status = LAN_STATUS_MALFORMED },
    { { "." }, .status = LAN_STATUS_MALFORMED },
    { { "a/." }, .status = LAN_STATUS_MALFORMED },
    { { "a\x1b[31m" }, .status = LAN_STATUS_MALFORMED },
    { { "a\nb" }, .status = LAN_STATUS_MALFORMED },
    { { "a\xc2\x85"
        "b" },
      .status = LAN_STATUS_MALFORMED },
    { { "a\u202egpj.exe" }, .status = LAN_STATUS_MALFORMED },
    { { "a\u2066b" }, .status = LAN_STATUS_MALFORMED },
    { { "-rf" }, .status = LAN_STATUS_MALFORMED },
    { { "x/-rf" }, .status = LAN_STATUS_MALFORMED },
    { { "trail " }, .status = LAN_STATUS_MALFORMED },
    { { "trail." }, .status = LAN_STATUS_MALFORMED },
    { { "con" }, .status = LAN_STATUS_MALFORMED },
    { { "NUL.txt" }, .status = LAN_STATUS_MALFORMED },
    { { "caf\xe9" }, .status = LAN_STATUS_MALFORMED },
    { { "cafe\xcc\x81" }, .status = LAN_STATUS_MALFORMED }, /* not composed */
    { { long_name }, .status = LAN_STATUS_MALFORMED },
    { { deep }, .status = LAN_STATUS_MALFORMED },
    { { "a", "a" }, .status = LAN_STATUS_MALFORMED },
    { { "A", "a" }, .status = LAN_STATUS_MALFORMED },
    { { "A/x", "a/y" }, .status = LAN_STATUS_MALFORMED },
    { { "a", "a/b" }, .status = LAN_STATUS_MALFORMED },
    { { "STRASSE", "stra\xc3\x9f"
                   "e" },
      .status = LAN_STATUS_MALFORMED },
    { { "b", "a" }, .status = LAN_STATUS_MALFORMED },
    { { "a" }, .kind = 3, .status = LAN_STATUS_MALFORMED }, /* no links, no devices */
    { { "a" }, .size = 5, .total = 5, .kind = 2, .status = LAN_STATUS_MALFORMED },
    { { "a" }, .total = 1, .status = LAN_STATUS_MALFORMED },
    { { "a", "b" },
      .size = G_GUINT64_CONSTANT (1) << 63,
      .total = 0,
      .status = LAN_STATUS_MALFORMED },
    { { "a" }, .count = 1000000000, .status = LAN_STATUS_OVERSIZED },
    { { "a" }, .count = 99999, .status = LAN_STATUS_MALFORMED },
    { { ".git/config", "~backup" }, .status = LAN_STATUS_OK },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GBytes) bytes = forge (&table[i]);
    g_autoptr (LanFileTree) tree = NULL;

    g_assert_cmpint (
        lan_manifest_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &tree), ==,
        table[i].status);
  }
}

static void
test_truncated (void)
{
  const Hostile good = { { "some/file", "zzz" } };
  g_autoptr (GBytes) bytes = forge (&good);

  for (gsize len = 0; len < g_bytes_get_size (bytes); len++) {
    g_autoptr (LanFileTree) tree = NULL;

    g_assert_cmpint (lan_manifest_decode (g_bytes_get_data (bytes, NULL), len, &tree), ==,
                     LAN_STATUS_MALFORMED);
  }
}

void
lan_test_manifest_add (void)
{
  g_test_add_func ("/base/file-tree/leaves", test_leaves);
  g_test_add_func ("/base/manifest/round-trip", test_round_trip);
  g_test_add_func ("/base/manifest/hostile", test_hostile);
  g_test_add_func ("/base/manifest/truncated", test_truncated);
}
