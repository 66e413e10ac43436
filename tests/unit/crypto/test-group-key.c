/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Sender keys: chains, boxes, and what a member or a carrier can do to them. */
#include "test-crypto.h"

#include "lan-group-key.h"

#include <string.h>

static const LanGroupWriter writer = { { { 1, 2, 3 } }, { { 4, 5, 6 } } };
static const guint8 first_key[LAN_KEY_BYTES] = { 7, 7, 7 };

static LanStatus
seal (LanGroupChain *chain, guint32 index, const char *text, gsize len, guint8 *out)
{
  LanGroupPlace place = { index, { { (guint8) index } } };

  return lan_group_chain_seal (chain, &writer, &place, (const guint8 *) text, len, out);
}

static LanStatus
open_as (LanGroupChain *chain, const LanGroupWriter *who, guint32 index, const guint8 *in,
         gsize len, guint8 *out)
{
  LanGroupPlace place = { index, { { (guint8) index } } };

  return lan_group_chain_open (chain, who, &place, in, len, out);
}

static LanGroupChain
begin (void)
{
  LanGroupChain chain;

  lan_group_chain_begin (&chain, &writer, first_key);
  return chain;
}

static void
test_chain (void)
{
  LanGroupChain ours = begin (), theirs = begin ();
  guint8 sealed[5 + LAN_GROUP_BOX_OVERHEAD], again[sizeof sealed], out[5];

  for (guint32 i = 0; i < 5; i++) {
    g_assert_cmpint (seal (&ours, i, "hello", 5, sealed), ==, LAN_STATUS_OK);
    if (i > 0)
      g_assert_cmpint (memcmp (sealed, again, sizeof sealed), !=, 0);
    memcpy (again, sealed, sizeof sealed);
    g_assert_cmpuint (ours.index, ==, i + 1);
    if (i == 2)
      continue; /* skipped */
    g_assert_cmpint (open_as (&theirs, &writer, i, sealed, sizeof sealed, out), ==, LAN_STATUS_OK);
    g_assert_cmpmem (out, 5, "hello", 5);
    g_assert_cmpint (open_as (&theirs, &writer, i, sealed, sizeof sealed, out), ==,
                     LAN_STATUS_REPLAY);
  }
  g_assert_cmpmem (&ours, sizeof ours, &theirs, sizeof theirs);
}

/* Whoever joins at a message opens that one and those after it, and none before. */
static void
test_forward (void)
{
  LanGroupChain ours = begin (), newcomer = begin ();
  guint8 sealed[2][1 + LAN_GROUP_BOX_OVERHEAD], out[1];

  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (seal (&ours, i, "x", 1, sealed[i]), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_group_chain_forward (&newcomer, &writer, 1), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_group_chain_forward (&newcomer, &writer, 0), ==, LAN_STATUS_REPLAY);
  g_assert_cmpint (open_as (&newcomer, &writer, 0, sealed[0], sizeof sealed[0], out), ==,
                   LAN_STATUS_REPLAY);
  newcomer.index = 0; /* a lie about the number does not help */
  g_assert_cmpint (open_as (&newcomer, &writer, 0, sealed[0], sizeof sealed[0], out), ==,
                   LAN_STATUS_AUTH);
  newcomer.index = 1;
  g_assert_cmpint (open_as (&newcomer, &writer, 1, sealed[1], sizeof sealed[1], out), ==,
                   LAN_STATUS_OK);
}

static void
test_changed (void)
{
  LanGroupChain ours = begin (), theirs = begin (), before = theirs;
  guint8 sealed[9 + LAN_GROUP_BOX_OVERHEAD], out[9];
  LanGroupWriter other = writer;

  g_assert_cmpint (seal (&ours, 0, "something", 9, sealed), ==, LAN_STATUS_OK);
  for (gsize i = 0; i < sizeof sealed; i++) {
    sealed[i] ^= 1;
    g_assert_cmpint (open_as (&theirs, &writer, 0, sealed, sizeof sealed, out), ==,
                     LAN_STATUS_AUTH);
    sealed[i] ^= 1;
  }
  g_assert_cmpint (open_as (&theirs, &writer, 1, sealed, sizeof sealed, out), ==, LAN_STATUS_AUTH);
  {
    LanGroupPlace place = { 0, { { 1 } } }; /* another message's id */

    g_assert_cmpint (lan_group_chain_open (&theirs, &writer, &place, sealed, sizeof sealed, out),
                     ==, LAN_STATUS_AUTH);
  }
  other.device.b[0] ^= 1;
  g_assert_cmpint (open_as (&theirs, &other, 0, sealed, sizeof sealed, out), ==, LAN_STATUS_AUTH);
  other = writer;
  other.group.b[0] ^= 1;
  g_assert_cmpint (open_as (&theirs, &other, 0, sealed, sizeof sealed, out), ==, LAN_STATUS_AUTH);
  g_assert_cmpint (open_as (&theirs, &writer, 0, sealed, 15, out), ==, LAN_STATUS_TRUNCATED);
  g_assert_cmpmem (&theirs, sizeof theirs, &before, sizeof before);
}

static void
test_limit (void)
{
  LanGroupChain chain = begin (), late = begin ();
  guint8 sealed[LAN_GROUP_BOX_OVERHEAD], out[1];

  for (guint i = 0; i < LAN_GROUP_CHAIN_MAX; i++)
    g_assert_cmpint (seal (&chain, i, "", 0, sealed), ==, LAN_STATUS_OK);
  g_assert_cmpint (seal (&chain, LAN_GROUP_CHAIN_MAX, "", 0, sealed), ==, LAN_STATUS_LIMIT);
  g_assert_cmpint (lan_group_chain_forward (&late, &writer, G_MAXUINT32), ==, LAN_STATUS_LIMIT);
  g_assert_cmpint (open_as (&late, &writer, LAN_GROUP_CHAIN_MAX, sealed, sizeof sealed, out), ==,
                   LAN_STATUS_LIMIT);
  g_assert_cmpint (open_as (&late, &writer, LAN_GROUP_CHAIN_MAX - 1, sealed, sizeof sealed, out),
                   ==, LAN_STATUS_OK);
}

static void
test_box (void)
{
  static const guint8 ephemeral[LAN_KEY_BYTES] = { 11 }, theirs[LAN_KEY_BYTES] = { 12 };
  static const guint8 small_order[LAN_KEY_BYTES];
  LanGroupChain chain = begin (), opened;
  LanHash other_name = chain.name;
  guint8 box[LAN_GROUP_BOX_BYTES], ephemeral_public[LAN_KEY_BYTES], dh_public[LAN_KEY_BYTES];

  lan_dh_public_from_secret (ephemeral_public, ephemeral);
  lan_dh_public_from_secret (dh_public, theirs);
  g_assert_true (lan_group_box_seal (box, &chain, ephemeral, dh_public));
  g_assert_cmpint (
      lan_group_box_open (&opened, &writer, &chain.name, box, ephemeral_public, theirs, dh_public),
      ==, LAN_STATUS_OK);
  g_assert_cmpmem (&opened, sizeof opened, &chain, sizeof chain);
  for (gsize i = 0; i < sizeof box; i++) {
    box[i] ^= 0x40;
    g_assert_cmpint (lan_group_box_open (&opened, &writer, &chain.name, box, ephemeral_public,
                                         theirs, dh_public),
                     ==, LAN_STATUS_AUTH);
    box[i] ^= 0x40;
  }
  other_name.b[5] ^= 1;
  g_assert_cmpint (
      lan_group_box_open (&opened, &writer, &other_name, box, ephemeral_public, theirs, dh_public),
      ==, LAN_STATUS_AUTH);
  g_assert_cmpint (
      lan_group_box_open (&opened, &writer, &chain.name, box, small_order, theirs, dh_public), ==,
      LAN_STATUS_AUTH);
  g_assert_false (lan_group_box_seal (box, &chain, ephemeral, small_order));
}

/* Its author gives one person another key than the name says: seen, not used. */
static void
test_false_key (void)
{
  static const guint8 ephemeral[LAN_KEY_BYTES] = { 11 }, theirs[LAN_KEY_BYTES] = { 12 };
  LanGroupChain chain = begin (), opened;
  LanHash name = chain.name;
  guint8 box[LAN_GROUP_BOX_BYTES], ephemeral_public[LAN_KEY_BYTES], dh_public[LAN_KEY_BYTES];

  lan_dh_public_from_secret (ephemeral_public, ephemeral);
  lan_dh_public_from_secret (dh_public, theirs);
  chain.key[0] ^= 1;
  g_assert_true (lan_group_box_seal (box, &chain, ephemeral, dh_public));
  g_assert_cmpint (
      lan_group_box_open (&opened, &writer, &name, box, ephemeral_public, theirs, dh_public), ==,
      LAN_STATUS_MISMATCH);
}

static void
test_id (void)
{
  LanAccountId founder = { { 9 } };
  guint8 nonce[LAN_GROUP_NONCE_BYTES] = { 8 };
  LanConversationId a, b;

  lan_group_id_compute (&a, &founder, nonce);
  founder.b[31] ^= 1;
  lan_group_id_compute (&b, &founder, nonce);
  g_assert_false (lan_conversation_id_equal (&a, &b));
  founder.b[31] ^= 1;
  nonce[15] ^= 1;
  lan_group_id_compute (&b, &founder, nonce);
  g_assert_false (lan_conversation_id_equal (&a, &b));
}

void
add_group_key_tests (void)
{
  g_test_add_func ("/group-key/chain", test_chain);
  g_test_add_func ("/group-key/forward", test_forward);
  g_test_add_func ("/group-key/changed", test_changed);
  g_test_add_func ("/group-key/limit", test_limit);
  g_test_add_func ("/group-key/box", test_box);
  g_test_add_func ("/group-key/false-key", test_false_key);
  g_test_add_func ("/group-key/id", test_id);
}
