/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Known answers for the file tree hash: run-tree-hash FILE checks every vector of a file as
 * make-tree-hash.py writes it, in one piece, in odd pieces, and from its list of leaves.
 */
#include "lan-tree-hash.h"

#include <json-glib/json-glib.h>

static guint8 *
make_content (guint number, gsize size)
{
  guint8 *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 131 + (i >> 8) * 7 + number);
  return data;
}

static void
check_root (LanTree *tree, const LanHash *expected)
{
  LanHash root;

  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
  g_assert_true (lan_hash_equal (&root, expected));
  lan_tree_free (tree);
}

static void
check_leaves (const guint8 *data, gsize size, guint32 leaf_size, const LanHash *root, JsonObject *v)
{
  g_autoptr (GByteArray) hashes = g_byte_array_new ();
  g_autofree char *first = NULL, *last = NULL;
  LanHash leaf;

  for (guint64 i = 0; i < lan_tree_leaf_count (size, leaf_size); i++) {
    gsize at = i * leaf_size;

    lan_tree_leaf (&leaf, i, data + at, MIN (leaf_size, size - at));
    g_byte_array_append (hashes, leaf.b, sizeof leaf.b);
  }
  if (hashes->len > 0) {
    first = lan_hex_encode (hashes->data, 32);
    last = lan_hex_encode (hashes->data + hashes->len - 32, 32);
    g_assert_cmpstr (first, ==, json_object_get_string_member (v, "first_leaf"));
    g_assert_cmpstr (last, ==, json_object_get_string_member (v, "last_leaf"));
  }
  g_assert_cmpint (lan_tree_verify_leaves (hashes->data, hashes->len, size, leaf_size, root), ==,
                   LAN_STATUS_OK);
}

static void
run_vector (JsonObject *v)
{
  guint number = (guint) json_object_get_int_member (v, "number");
  gsize size = (gsize) json_object_get_int_member (v, "size");
  guint32 leaf_size = (guint32) json_object_get_int_member (v, "leaf_size");
  g_autofree guint8 *data = make_content (number, size);
  LanTree *whole = lan_tree_new (leaf_size), *pieces = lan_tree_new (leaf_size);
  LanHash root;

  g_assert_true (lan_hash_from_hex (&root, json_object_get_string_member (v, "root")));
  lan_tree_update (whole, data, size);
  check_root (whole, &root);
  for (gsize at = 0, n; at < size; at += n) {
    n = MIN (at % 97 + 1, size - at);
    lan_tree_update (pieces, data + at, n);
  }
  g_assert_cmpuint (lan_tree_size (pieces), ==, size);
  check_root (pieces, &root);
  check_leaves (data, size, leaf_size, &root, v);
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *vectors;

  if (argc != 2) {
    g_printerr ("usage: %s FILE\n", argv[0]);
    return 2;
  }
  if (!json_parser_load_from_file (parser, argv[1], &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  vectors = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                          "vectors");
  g_print ("1..%u\n", json_array_get_length (vectors));
  for (guint i = 0; i < json_array_get_length (vectors); i++) {
    run_vector (json_array_get_object_element (vectors, i));
    g_print ("ok %u\n", i + 1);
  }
  return json_array_get_length (vectors) > 0 ? 0 : 1;
}
