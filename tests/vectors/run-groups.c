/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Known answers for groups: run-groups FILE makes or opens what is in groups.json, which make-groups.py made
 * with an implementation of its own, and compares every byte.
 */
#include "lan-group-key.h"
#include "lan-group-state.h"
#include "lan-identity.h"
#include "lan-record.h"

#include <json-glib/json-glib.h>
#include <string.h>

static JsonObject *file;

static void
get (JsonObject *o, const char *name, guint8 *out, gsize len)
{
  g_assert_true (lan_hex_decode (json_object_get_string_member (o, name), out, len));
}

static GBytes *
from_hex (const char *hex)
{
  gsize len = strlen (hex) / 2;
  guint8 *data = g_malloc (len + 1);

  g_assert_true (lan_hex_decode (hex, data, len));
  return g_bytes_new_take (data, len);
}

#define DATA(bytes) g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)

static void
get_writer (JsonObject *o, LanGroupWriter *writer)
{
  get (o, "group", writer->group.b, sizeof writer->group.b);
  get (o, "device", writer->device.b, sizeof writer->device.b);
}

static void
test_chain (void)
{
  JsonObject *o = json_object_get_object_member (file, "chains");
  JsonArray *messages = json_object_get_array_member (o, "messages");
  guint8 nonce[LAN_GROUP_NONCE_BYTES], first[LAN_KEY_BYTES], key[LAN_KEY_BYTES];
  LanGroupChain seals, opens, later;
  LanConversationId group;
  LanGroupWriter writer;
  LanAccountId founder;
  LanHash name;

  get (o, "founder", founder.b, sizeof founder.b);
  get (o, "nonce", nonce, sizeof nonce);
  get (o, "first_key", first, sizeof first);
  get (o, "name", name.b, sizeof name.b);
  get (o, "key_at_10", key, sizeof key);
  get_writer (o, &writer);
  lan_group_id_compute (&group, &founder, nonce);
  g_assert_true (lan_conversation_id_equal (&group, &writer.group));
  lan_group_chain_begin (&seals, &writer, first);
  g_assert_true (lan_hash_equal (&seals.name, &name));
  opens = later = seals;
  g_assert_cmpint (lan_group_chain_forward (&later, &writer, 10), ==, LAN_STATUS_OK);
  g_assert_cmpmem (later.key, sizeof later.key, key, sizeof key);
  for (guint i = 0; i < json_array_get_length (messages); i++) {
    JsonObject *m = json_array_get_object_element (messages, i);
    g_autoptr (GBytes) plain = from_hex (json_object_get_string_member (m, "plain"));
    g_autoptr (GBytes) sealed = from_hex (json_object_get_string_member (m, "sealed"));
    gsize len = g_bytes_get_size (plain);
    g_autofree guint8 *out = g_malloc (len + LAN_GROUP_BOX_OVERHEAD);
    LanGroupPlace place = { .index = (guint32) json_object_get_int_member (m, "index") };

    get (m, "message", place.message.b, sizeof place.message.b);
    g_assert_cmpint (lan_group_chain_seal (&seals, &writer, &place, DATA (plain), out), ==,
                     LAN_STATUS_OK);
    g_assert_cmpmem (out, len + LAN_GROUP_BOX_OVERHEAD, g_bytes_get_data (sealed, NULL),
                     g_bytes_get_size (sealed));
    g_assert_cmpint (lan_group_chain_open (&opens, &writer, &place, DATA (sealed), out), ==,
                     LAN_STATUS_OK);
    g_assert_cmpint (memcmp (out, g_bytes_get_data (plain, NULL), len), ==, 0);
  }
}

static void
test_boxes (void)
{
  JsonObject *o = json_object_get_object_member (file, "boxes");
  JsonArray *boxes = json_object_get_array_member (o, "boxes");
  guint8 first[LAN_KEY_BYTES];
  LanGroupWriter writer;
  LanGroupChain chain;
  LanHash name;

  get_writer (o, &writer);
  get (o, "first_key", first, sizeof first);
  get (o, "name", name.b, sizeof name.b);
  lan_group_chain_begin (&chain, &writer, first);
  for (guint i = 0; i < json_array_get_length (boxes); i++) {
    JsonObject *b = json_array_get_object_element (boxes, i);
    guint8 keys[4][LAN_KEY_BYTES], expected[LAN_GROUP_BOX_BYTES], box[LAN_GROUP_BOX_BYTES];
    LanGroupChain got;

    get (b, "ephemeral_secret", keys[0], sizeof keys[0]);
    get (b, "ephemeral_public", keys[1], sizeof keys[1]);
    get (b, "dh_secret", keys[2], sizeof keys[2]);
    get (b, "dh_public", keys[3], sizeof keys[3]);
    get (b, "box", expected, sizeof expected);
    g_assert_true (lan_group_box_seal (box, &chain, keys[0], keys[3]));
    g_assert_cmpmem (box, sizeof box, expected, sizeof expected);
    g_assert_cmpint (lan_group_box_open (&got, &writer, &name, box, keys[1], keys[2], keys[3]), ==,
                     LAN_STATUS_OK);
    g_assert_cmpmem (got.key, sizeof got.key, first, sizeof first);
  }
}

/* What was signed is understood, and leads to the group that it says. */
static void
test_log (void)
{
  JsonObject *o = json_object_get_object_member (file, "log");
  JsonArray *records = json_object_get_array_member (o, "records");
  JsonArray *hashes = json_object_get_array_member (o, "hashes");
  g_autoptr (LanGroupState) state = NULL;
  guint8 key[LAN_KEY_BYTES];
  LanGroupOp op = { 0 };
  LanGroupWriter writer;

  get_writer (o, &writer);
  get (o, "public", key, sizeof key);
  get (o, "founder", op.actor.b, sizeof op.actor.b);
  state = lan_group_state_new (&writer.group);
  for (guint i = 0; i < json_array_get_length (records); i++) {
    g_autoptr (GBytes) bytes = from_hex (json_array_get_string_element (records, i));
    LanContent *content = NULL;
    LanRecordView view;
    LanHash hash;

    g_assert_cmpint (lan_record_decode (DATA (bytes), &view), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_signature_verify (key, LAN_SIGN_RECORD, view.signed_part, view.signed_len,
                                           view.signature),
                     ==, LAN_STATUS_OK);
    g_assert_true (
        lan_hex_decode (json_array_get_string_element (hashes, i), hash.b, sizeof hash.b));
    lan_hash_256 (&op.hash, DATA (bytes));
    g_assert_true (lan_hash_equal (&op.hash, &hash));
    g_assert_cmpint (lan_content_decode (view.kind, view.content, view.content_len, &content), ==,
                     LAN_STATUS_OK);
    op.device = view.device;
    op.seq = view.seq;
    op.hlc = view.hlc;
    op.blob = bytes;
    g_assert_cmpint (lan_group_state_add (state, &op, content), ==, LAN_STATUS_OK);
  }
  lan_group_state_resolve (state);
  g_assert_cmpstr (state->name, ==, json_object_get_string_member (o, "name"));
  g_assert_cmpint (state->members->len, ==, json_object_get_int_member (o, "members"));
  g_assert_cmpint (lan_group_state_role (state, &op.actor), ==, LAN_GROUP_ROLE_OWNER);
}

int
main (int argc, char *argv[])
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  g_assert_true (json_parser_load_from_file (parser, argv[1], NULL));
  file = json_node_get_object (json_parser_get_root (parser));
  g_test_add_func ("/groups/chain", test_chain);
  g_test_add_func ("/groups/boxes", test_boxes);
  g_test_add_func ("/groups/log", test_log);
  return g_test_run ();
}
