/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Known answers for the Noise interpreter: run-noise FILE drives both sides of every vector of a
 * file in the form of noise.json (also what cacophony and snow publish), comparing every message,
 * both payloads, and the handshake hash where one is given. Prints TAP, one line a vector.
 */
#include "lan-identity.h"
#include "lan-noise.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Hands out fixed bytes: the ephemeral secret that the vector prescribes. */
typedef struct {
  LanRandom base;
  guint8 bytes[LAN_KEY_BYTES];
} FixedRandom;

typedef struct {
  LanNoise *noise;
  LanCipher send, receive;
  FixedRandom random;
} Side;

static void
fill_fixed (gpointer data, guint8 *out, gsize len)
{
  FixedRandom *f = data;

  g_assert_cmpuint (len, ==, sizeof f->bytes);
  memcpy (out, f->bytes, len);
}

static GByteArray *
member_bytes (JsonObject *o, const char *name)
{
  const char *hex = json_object_get_string_member_with_default (o, name, NULL);
  GByteArray *bytes;

  if (hex == NULL)
    return NULL;
  bytes = g_byte_array_new ();
  g_byte_array_set_size (bytes, (guint) strlen (hex) / 2);
  g_assert_true (lan_hex_decode (hex, bytes->data, bytes->len));
  return bytes;
}

static void
clear_bytes (GByteArray **bytes)
{
  g_clear_pointer (bytes, g_byte_array_unref);
}

static char *
pattern_of (const char *protocol_name)
{
  g_auto (GStrv) parts = g_strsplit (protocol_name, "_", 3);

  g_assert_cmpstr (parts[0], ==, "Noise");
  g_assert_cmpstr (parts[2], ==, "25519_ChaChaPoly_BLAKE2b");
  return g_strdup (parts[1]);
}

static GByteArray *
read_psks (JsonObject *v)
{
  GByteArray *all = g_byte_array_new ();
  JsonArray *list;

  if (!json_object_has_member (v, "psks"))
    return all;
  list = json_object_get_array_member (v, "psks");
  for (guint i = 0; i < json_array_get_length (list); i++) {
    guint8 psk[LAN_KEY_BYTES];

    g_assert_true (lan_hex_decode (json_array_get_string_element (list, i), psk, sizeof psk));
    g_byte_array_append (all, psk, sizeof psk);
  }
  return all;
}

static void
start_side (Side *side, JsonObject *v, gboolean initiator)
{
  g_autofree char *pattern = pattern_of (json_object_get_string_member (v, "protocol_name"));
  const char *prefix = initiator ? "init" : "resp";
  g_autofree char *prologue_name = g_strconcat (prefix, "_prologue", NULL);
  g_autofree char *static_name = g_strconcat (prefix, "_static", NULL);
  g_autofree char *ephemeral_name = g_strconcat (prefix, "_ephemeral", NULL);
  g_autofree char *remote_name = g_strconcat (prefix, "_remote_static", NULL);
  GByteArray *prologue = member_bytes (v, prologue_name), *local = member_bytes (v, static_name);
  GByteArray *remote = member_bytes (v, remote_name), *e = member_bytes (v, ephemeral_name);
  GByteArray *psks = read_psks (v), *init_static = member_bytes (v, "init_static");
  guint8 init_public[LAN_KEY_BYTES];

  side->random.base = (LanRandom){ .fill = fill_fixed, .data = &side->random };
  if (e != NULL)
    memcpy (side->random.bytes, e->data, sizeof side->random.bytes);
  /* Files name the responder's key only; where the initiator's is known before, compute it. */
  if (!initiator && remote == NULL && init_static != NULL) {
    lan_dh_public_from_secret (init_public, init_static->data);
    remote = g_byte_array_append (g_byte_array_new (), init_public, sizeof init_public);
  }
  side->noise = lan_noise_new (&(LanNoiseConfig){
      .pattern = pattern,
      .is_initiator = initiator,
      .prologue = prologue != NULL ? prologue->data : NULL,
      .prologue_len = prologue != NULL ? prologue->len : 0,
      .local_secret = local != NULL ? local->data : NULL,
      .remote_public = remote != NULL ? remote->data : NULL,
      .psks = psks->data,
      .n_psks = psks->len / LAN_KEY_BYTES,
      .random = &side->random.base,
  });
  g_assert_nonnull (side->noise);
  clear_bytes (&prologue);
  clear_bytes (&local);
  clear_bytes (&remote);
  clear_bytes (&e);
  clear_bytes (&psks);
  clear_bytes (&init_static);
}

/* One message of the handshake or after it. */
static void
run_message (Side *from, Side *to, GByteArray *payload, GByteArray *expected)
{
  guint8 message[2048], opened[2048];
  gsize len, opened_len;

  g_assert_cmpuint (payload->len + 256, <, sizeof message);
  if (!lan_noise_is_finished (from->noise)) {
    gsize overhead = lan_noise_next_overhead (from->noise);

    g_assert_cmpint (
        lan_noise_write (from->noise, payload->data, payload->len, message, sizeof message, &len),
        ==, LAN_STATUS_OK);
    g_assert_cmpuint (len, ==, payload->len + overhead);
    g_assert_cmpmem (message, len, expected->data, expected->len);
    g_assert_cmpint (lan_noise_read (to->noise, message, len, opened, &opened_len), ==,
                     LAN_STATUS_OK);
  } else {
    len = payload->len + LAN_CIPHER_TAG_BYTES;
    opened_len = payload->len;
    g_assert_cmpint (lan_cipher_seal (&from->send, NULL, 0, payload->data, payload->len, message),
                     ==, LAN_STATUS_OK);
    g_assert_cmpmem (message, len, expected->data, expected->len);
    g_assert_cmpint (lan_cipher_open (&to->receive, NULL, 0, message, len, opened), ==,
                     LAN_STATUS_OK);
  }
  g_assert_cmpmem (opened, opened_len, payload->data, payload->len);
}

static void
check_end (Side *a, Side *b, JsonObject *v)
{
  GByteArray *hash = member_bytes (v, "handshake_hash");
  guint8 ha[LAN_NOISE_HASH_BYTES], hb[LAN_NOISE_HASH_BYTES], xa[LAN_KEY_BYTES], xb[LAN_KEY_BYTES];

  g_assert_true (lan_noise_is_finished (b->noise));
  lan_noise_hash (a->noise, ha);
  lan_noise_hash (b->noise, hb);
  g_assert_cmpmem (ha, sizeof ha, hb, sizeof hb);
  if (hash != NULL)
    g_assert_cmpmem (ha, sizeof ha, hash->data, hash->len);
  clear_bytes (&hash);
  g_assert_cmpint (lan_noise_finish (a->noise, &a->send, &a->receive, xa), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_noise_finish (b->noise, &b->send, &b->receive, xb), ==, LAN_STATUS_OK);
  g_assert_cmpmem (xa, sizeof xa, xb, sizeof xb);
}

static guint
run_vector (JsonObject *v)
{
  JsonArray *messages = json_object_get_array_member (v, "messages");
  g_autofree char *pattern = pattern_of (json_object_get_string_member (v, "protocol_name"));
  gboolean one_way =
      strchr ("NKX", pattern[0]) != NULL && (pattern[1] == '\0' || pattern[1] == 'p');
  Side sides[2] = { 0 };
  guint n = json_array_get_length (messages);
  gboolean ended = FALSE;

  start_side (&sides[0], v, TRUE);
  start_side (&sides[1], v, FALSE);
  for (guint i = 0; i < n; i++) {
    JsonObject *m = json_array_get_object_element (messages, i);
    GByteArray *payload = member_bytes (m, "payload"), *expected = member_bytes (m, "ciphertext");
    guint from = one_way ? 0 : i % 2;

    run_message (&sides[from], &sides[1 - from], payload, expected);
    if (!ended && lan_noise_is_finished (sides[from].noise)) {
      check_end (&sides[0], &sides[1], v);
      ended = TRUE;
    }
    clear_bytes (&payload);
    clear_bytes (&expected);
  }
  g_assert_true (ended);
  lan_noise_free (sides[0].noise);
  lan_noise_free (sides[1].noise);
  return n;
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *vectors;
  guint messages = 0;

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
    JsonObject *v = json_array_get_object_element (vectors, i);

    messages += run_vector (v);
    g_print ("ok %u - %s (%s)\n", i + 1, json_object_get_string_member (v, "protocol_name"),
             json_object_get_string_member_with_default (v, "source", "unknown"));
  }
  g_print ("# %u messages\n", messages);
  return json_array_get_length (vectors) > 0 ? 0 : 1;
}
