/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The server's key, renewed by the organisation's: clients follow, connected or not, and follow nobody else.
 */
#include "test-directory.h"

#include <string.h>

typedef struct {
  DirWorld *world;
  DirClient *ann;
  LanOrgKey *stranger;
} Company;

static void
set_up (Company *co, gconstpointer data)
{
  co->world = dir_world_new (31);
  g_assert_cmpint (dir_world_start (co->world, 0), ==, LAN_STATUS_OK);
  dir_world_run (co->world);
  co->ann = dir_world_add (co->world, "Ann");
  dir_client_join (co->ann, "ann");
  dir_world_pass (co->world, 1500);
  g_assert_cmpint (lan_server_client_get_state (co->ann->machine), ==, LAN_SERVER_ONLINE);
  co->stranger = lan_org_key_new (&co->world->random.base);
}

static void
tear_down (Company *co, gconstpointer data)
{
  lan_org_key_free (co->stranger);
  dir_world_free (co->world);
}

static gboolean
is_pinned (Company *co, const guint8 *key)
{
  LanServerClientInfo info;

  lan_server_client_get_info (co->ann->machine, &info);
  return memcmp (info.server_public, key, sizeof info.server_public) == 0;
}

/* The lane goes, and the next ones need the key of now. */
static LanServerState
comes_back (Company *co)
{
  dir_client_break (co->ann);
  dir_world_pass (co->world, 120000);
  return lan_server_client_get_state (co->ann->machine);
}

static guint
renewals (Company *co)
{
  return dir_client_count (co->ann, LAN_SERVER_CLIENT_KEY_RENEWED);
}

static guint
warnings (Company *co)
{
  return dir_client_warned (co->ann, LAN_DIRECTORY_SERVER_KEY);
}

static void
test_connected (Company *co, gconstpointer data)
{
  guint dials = co->ann->dials;

  dir_world_renew_key (co->world, NULL, 5, TRUE);
  dir_world_run (co->world);
  g_assert_true (is_pinned (co, co->world->server_public));
  g_assert_cmpuint (renewals (co), ==, 1);
  g_assert_cmpuint (co->ann->dials, ==, dials); /* the lane stays */
  dir_client_break (co->ann);
  dir_world_pass (co->world, 3000);
  g_assert_cmpint (lan_server_client_get_state (co->ann->machine), ==, LAN_SERVER_ONLINE);
  g_assert_cmpuint (co->ann->dials, ==, dials + 1); /* nothing was tried in vain */
  /* Known after a start of the program. */
  dir_client_restart (co->ann);
  dir_world_pass (co->world, 3000);
  g_assert_cmpint (lan_server_client_get_state (co->ann->machine), ==, LAN_SERVER_ONLINE);
  g_assert_cmpuint (renewals (co), ==, 0); /* told once; a start forgets what was told */
  g_assert_cmpuint (warnings (co), ==, 0);
}

static void
test_away (Company *co, gconstpointer data)
{
  dir_client_break (co->ann);
  co->ann->is_cut_off = TRUE;
  dir_world_renew_key (co->world, NULL, 5, FALSE);
  dir_world_kill (co->world, 0);
  g_assert_cmpint (dir_world_start (co->world, 0), ==, LAN_STATUS_OK);
  dir_world_pass (co->world, 500000);
  dir_client_restart (co->ann);
  co->ann->is_cut_off = FALSE;
  dir_world_pass (co->world, 20000);
  g_assert_cmpint (lan_server_client_get_state (co->ann->machine), ==, LAN_SERVER_ONLINE);
  g_assert_true (is_pinned (co, co->world->server_public));
  g_assert_cmpuint (renewals (co), ==, 1);
  /* And the next one, found in the same way. */
  dir_world_renew_key (co->world, NULL, 6, FALSE);
  dir_world_kill (co->world, 0);
  g_assert_cmpint (dir_world_start (co->world, 0), ==, LAN_STATUS_OK);
  g_assert_cmpint (comes_back (co), ==, LAN_SERVER_ONLINE);
  g_assert_cmpuint (renewals (co), ==, 2);
  g_assert_cmpuint (warnings (co), ==, 0);
}

/* Somebody else at the address, with a key of theirs and whatever signature they can get. */
static void
refuses (Company *co, const LanOrgKey *root, guint64 seq)
{
  guint8 pinned[LAN_KEY_BYTES], own[LAN_KEY_BYTES];
  g_autoptr (GBytes) cert = NULL;

  memcpy (own, co->world->server_public, sizeof own);
  cert = co->world->server_cert != NULL ? g_bytes_ref (co->world->server_cert) : NULL;
  memcpy (pinned, own, sizeof pinned);
  dir_client_forget (co->ann);
  dir_world_renew_key (co->world, root, seq, FALSE);
  dir_world_kill (co->world, 0);
  g_assert_cmpint (dir_world_start (co->world, 0), ==, LAN_STATUS_OK);
  g_assert_cmpint (comes_back (co), !=, LAN_SERVER_ONLINE);
  g_assert_true (is_pinned (co, pinned));
  g_assert_cmpuint (renewals (co), ==, 0);
  g_assert_cmpuint (warnings (co), ==, 0); /* whoever stands in between may say what they like */
  /* And back. */
  memcpy (co->world->server_public, own, sizeof own);
  g_clear_pointer (&co->world->server_cert, g_bytes_unref);
  co->world->server_cert = g_steal_pointer (&cert);
  dir_world_kill (co->world, 0);
  g_assert_cmpint (dir_world_start (co->world, 0), ==, LAN_STATUS_OK);
  g_assert_cmpint (comes_back (co), ==, LAN_SERVER_ONLINE);
}

static void
test_strangers (Company *co, gconstpointer data)
{
  refuses (co, co->stranger, 9);
  dir_world_renew_key (co->world, NULL, 5, TRUE);
  dir_world_run (co->world);
  g_assert_cmpuint (renewals (co), ==, 1);
  refuses (co, co->stranger, 6);
  refuses (co, NULL, 4); /* an old key of the server's, which somebody has got hold of */
  refuses (co, NULL, 5); /* the same number for another key */
}

static GBytes *
cut_short (DirClient *client, GBytes *frame, gpointer data)
{
  Lanyard__Server__ServerKey m = LANYARD__SERVER__SERVER_KEY__INIT;
  LanServerFrame out = LANYARD__SERVER__FRAME__INIT;
  guint8 bytes[LAN_SERVER_LSK1_BYTES] = { 'L', 'S', 'K', '1', 1 };

  if (lan_server_frame_peek_type (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame)) !=
      LAN_SERVER_SERVER_KEY)
    return g_bytes_ref (frame);
  m.key = (ProtobufCBinaryData){ sizeof bytes, bytes };
  out.body_case = LANYARD__SERVER__FRAME__BODY_SERVER_KEY;
  out.server_key = &m;
  return lan_server_frame_encode (&out);
}

/* The server itself, over its own lane: a hacked one. It is said, and not followed. */
static void
test_hacked (Company *co, gconstpointer data)
{
  guint8 pinned[LAN_KEY_BYTES];

  memcpy (pinned, co->world->server_public, sizeof pinned);
  dir_world_renew_key (co->world, co->stranger, 7, TRUE);
  dir_world_run (co->world);
  g_assert_cmpuint (warnings (co), ==, 1);
  co->ann->tamper = cut_short;
  dir_world_renew_key (co->world, NULL, 8, TRUE);
  dir_world_run (co->world);
  g_assert_cmpuint (warnings (co), ==, 2);
  g_assert_true (is_pinned (co, pinned));
  g_assert_cmpuint (renewals (co), ==, 0);
  co->ann->tamper = NULL;
  dir_world_renew_key (co->world, NULL, 9, TRUE);
  dir_world_run (co->world);
  g_assert_cmpuint (renewals (co), ==, 1);
  dir_world_renew_key (co->world, NULL, 8, TRUE); /* goes back to one that was */
  dir_world_run (co->world);
  g_assert_cmpuint (warnings (co), ==, 3);
  g_assert_cmpuint (renewals (co), ==, 1);
}

/* A device that was never let in knows no number: it waits for the key that it was given. */
static void
test_new_device (Company *co, gconstpointer data)
{
  const LanServerAddress address = { "server.example", 24790 };
  DirClient *second = dir_world_add_device (co->world, co->ann, "laptop");
  guint8 old[LAN_KEY_BYTES] = { 9 };

  g_assert_cmpint (lan_server_client_adopt (second->machine, &address, old,
                                            lan_org_key_public (co->world->root), &co->world->now),
                   ==, LAN_STATUS_OK);
  dir_world_renew_key (co->world, NULL, 5, FALSE);
  dir_world_pass (co->world, 120000);
  g_assert_cmpuint (dir_client_count (second, LAN_SERVER_CLIENT_KEY_RENEWED), ==, 0);
  g_assert_cmpint (lan_server_client_get_state (second->machine), !=, LAN_SERVER_ONLINE);
}

/* Leaving forgets the number with all the rest. */
static void
test_leaves (Company *co, gconstpointer data)
{
  dir_world_renew_key (co->world, NULL, 5, TRUE);
  dir_world_run (co->world);
  g_assert_nonnull (g_hash_table_lookup (co->ann->settings, "server.key"));
  lan_server_client_leave (co->ann->machine, &co->world->now);
  dir_world_run (co->world);
  g_assert_null (g_hash_table_lookup (co->ann->settings, "server.key"));
}

#define ADD(name, test) g_test_add (name, Company, NULL, set_up, test, tear_down)

void
add_server_key_tests (void)
{
  ADD ("/directory/server-key/connected", test_connected);
  ADD ("/directory/server-key/away", test_away);
  ADD ("/directory/server-key/strangers", test_strangers);
  ADD ("/directory/server-key/hacked", test_hacked);
  ADD ("/directory/server-key/new-device", test_new_device);
  ADD ("/directory/server-key/leaves", test_leaves);
}
