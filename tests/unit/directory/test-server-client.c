/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The client's machine against a registry: joining, states and back-off, directory, presence, signals,
 * mail, prekeys, relay, blobs, several devices.
 */
#include "test-directory.h"

#include "lan-password.h"
#include "lan-prekey.h"
#include "lan-tree-hash.h"

#include <string.h>

static DirWorld *
world_of (guint n, DirClient **clients)
{
  static const char *const names[] = { "Ann", "Bob", "Cem", "Dan" };
  static const char *const logins[] = { "ann", "bob", "cem", "dan" };
  DirWorld *world = dir_world_new (7 + n);

  g_assert_cmpint (dir_world_start (world, 0), ==, LAN_STATUS_OK);
  dir_world_run (world);
  for (guint i = 0; i < n; i++) {
    clients[i] = dir_world_add (world, names[i]);
    dir_client_join (clients[i], logins[i]);
  }
  dir_world_pass (world, 1500); /* the news of the directory */
  return world;
}

static const LanAccountId *
account_of (DirClient *client)
{
  return lan_account_keys_id (client->account);
}

static const LanDeviceId *
device_of (DirClient *client)
{
  return lan_device_keys_id (client->device);
}

static GBytes *
envelope (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

/* ---- joining and staying ---- */

static void
test_join (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  LanServerClientInfo info;
  LanAttestation a;

  lan_server_client_get_info (c[0]->machine, &info);
  g_assert_cmpstr (info.login, ==, "ann");
  g_assert_cmpstr (info.org_name, ==, "Example");
  g_assert_cmpstr (info.seen_address, ==, "192.0.2.7 40000");
  g_assert_true (info.root_pinned);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_ENROLLED), ==, 1);
  g_assert_nonnull (dir_client_told (c[0], LAN_SERVER_CLIENT_ENROLLED, 0)->attestation);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (lan_server_client_count_people (c[i]->machine), ==, 2);
    g_assert_true (lan_server_client_find_person (c[i]->machine, account_of (c[1]), &a));
    g_assert_cmpstr (a.display, ==, "Bob");
    g_assert_cmpstr (a.title, ==, "Engineer");
    g_assert_cmpstr (a.department, ==, "Lab/Optics");
    g_assert_cmpuint (a.level, ==, LAN_LEVEL_SERVER);
    g_assert_cmpuint (dir_client_count (c[i], LAN_SERVER_CLIENT_WARNING), ==, 0);
  }
  lan_server_client_leave (c[0]->machine, &world->now);
  dir_world_run (world);
  g_assert_cmpuint (g_hash_table_size (c[0]->settings), ==, 0);
  g_assert_cmpint (lan_server_client_get_state (c[0]->machine), ==, LAN_SERVER_OFF);
}

static void
test_join_refused (void)
{
  DirClient *c[1], *eve;
  g_autoptr (DirWorld) world = world_of (1, c);
  guint8 code[16] = { 1, 2, 3 };

  eve = dir_world_add (world, "Eve");
  dir_client_join_with (eve, "eve", code, NULL);
  g_assert_cmpuint (dir_client_told (eve, LAN_SERVER_CLIENT_JOIN_FAILED, 0)->refusal, ==,
                    LAN_REFUSAL_CREDENTIALS);
  g_assert_cmpint (lan_server_client_get_state (eve->machine), ==, LAN_SERVER_OFF);
  dir_world_invite (world, 0, "", code);
  dir_client_join_with (eve, "ann", code, NULL); /* an invite is no way into another's account */
  g_assert_cmpuint (dir_client_told (eve, LAN_SERVER_CLIENT_JOIN_FAILED, 1)->refusal, ==,
                    LAN_REFUSAL_LOGIN_TAKEN);
  dir_client_join_with (eve, "eve", code, NULL);
  g_assert_cmpint (lan_server_client_get_state (eve->machine), ==, LAN_SERVER_ONLINE);
  /* An invite is good once. */
  c[0] = dir_world_add (world, "Fay");
  dir_client_join_with (c[0], "fay", code, NULL);
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_JOIN_FAILED, 0)->refusal, ==,
                    LAN_REFUSAL_CREDENTIALS);
  world->is_down = TRUE;
  dir_client_join_with (c[0], "fay", code, NULL);
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_JOIN_FAILED, 1)->refusal, ==,
                    LAN_REFUSAL_NONE);
}

static void
test_other_company (void)
{
  g_autoptr (DirWorld) world = world_of (0, NULL);
  DirClient *ann = dir_world_add (world, "Ann");
  LanServerJoin join = { .address = { "server.example", 24790 }, .login = "ann", .display = "Ann" };
  guint8 code[16], root[32] = { 9 };

  dir_world_invite (world, 0, "ann", code);
  join.code = code;
  join.root_public = root;
  memcpy (join.server_public, world->server_public, 32);
  lan_server_client_join (ann->machine, &join, &world->now);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_told (ann, LAN_SERVER_CLIENT_JOIN_FAILED, 0)->refusal, ==,
                    LAN_REFUSAL_IDENTITY);
  g_assert_false (lan_server_client_is_joined (ann->machine));
}

/* The server being away is a state; what is known of the directory stays, over restarts too. */
static void
test_away (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  guint dials = c[0]->dials;
  LanAttestation a;

  world->is_down = TRUE;
  dir_client_break (c[0]);
  dir_world_run (world);
  g_assert_cmpint (lan_server_client_get_state (c[0]->machine), ==, LAN_SERVER_WAITING);
  dir_world_pass (world, 10 * 60 * 1000);
  g_assert_cmpuint (c[0]->dials - dials, >=, 12); /* 1, 2, 4 ... 60 s, less up to a half */
  g_assert_cmpuint (c[0]->dials - dials, <=, 30);
  dir_client_restart (c[0]);
  dir_world_run (world);
  g_assert_true (lan_server_client_find_person (c[0]->machine, account_of (c[1]), &a));
  g_assert_cmpstr (a.display, ==, "Bob");
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_WARNING), ==, 0);
  world->is_down = FALSE;
  dials = c[0]->dials;
  lan_server_client_network_changed (c[0]->machine, &world->now);
  dir_world_run (world);
  g_assert_cmpuint (c[0]->dials, ==, dials + 1);
  g_assert_cmpint (lan_server_client_get_state (c[0]->machine), ==, LAN_SERVER_ONLINE);
}

static GBytes *
lose (DirClient *client, GBytes *frame, gpointer data)
{
  return NULL;
}

static void
test_silence (void)
{
  DirClient *c[1];
  g_autoptr (DirWorld) world = world_of (1, c);
  guint dials = c[0]->dials;

  dir_world_pass (world, 30 * 60 * 1000); /* pings keep it up on both sides */
  g_assert_cmpuint (c[0]->dials, ==, dials);
  c[0]->tamper = lose;
  dir_world_pass (world, 2 * 60 * 1000);
  g_assert_cmpuint (c[0]->dials, >, dials); /* a dead lane is noticed */
  c[0]->tamper = NULL;
  dir_world_pass (world, 3 * 60 * 1000);
  g_assert_cmpint (lan_server_client_get_state (c[0]->machine), ==, LAN_SERVER_ONLINE);
  c[0]->tamper = lose;
  dials = c[0]->dials;
  lan_server_client_network_changed (c[0]->machine,
                                     &world->now); /* asks at once whether it lives */
  dir_world_pass (world, 12000);
  g_assert_cmpuint (c[0]->dials, >, dials);
}

static void
test_suspended (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  LanUserId uid = dir_client_uid (c[1]);
  LanRegistryAccountChange change = { .uid = &uid, .status = LAN_ACCOUNT_SUSPENDED, .role = -1 };
  LanAttestation a;

  dir_world_change (world, 0, &change);
  g_assert_cmpint (lan_server_client_get_state (c[1]->machine), ==, LAN_SERVER_DENIED);
  dir_world_pass (world, 1500);
  g_assert_true (lan_server_client_find_person (c[0]->machine, account_of (c[1]), &a));
  g_assert_cmpuint (a.status, ==, LAN_ATTESTED_SUSPENDED);
  dir_client_restart (c[1]);
  dir_world_run (world);
  g_assert_cmpint (lan_server_client_get_state (c[1]->machine), ==, LAN_SERVER_DENIED);
  change.status = LAN_ACCOUNT_ACTIVE;
  dir_world_change (world, 0, &change);
  dir_world_pass (world, 61 * 60 * 1000);
  g_assert_cmpint (lan_server_client_get_state (c[1]->machine), ==, LAN_SERVER_ONLINE);
  g_assert_true (lan_server_client_find_person (c[0]->machine, account_of (c[1]), &a));
  g_assert_cmpuint (a.status, ==, LAN_ATTESTED_ACTIVE);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_WARNING), ==, 0);
}

/* ---- presence ---- */

static const LanServerClientAction *
last_presence (DirClient *client)
{
  guint n = dir_client_count (client, LAN_SERVER_CLIENT_PRESENCE);

  return n > 0 ? dir_client_told (client, LAN_SERVER_CLIENT_PRESENCE, n - 1) : NULL;
}

static void
test_presence (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  g_autoptr (GBytes) status = envelope ("at lunch");
  const LanServerClientAction *p;

  lan_server_client_watch (c[0]->machine, account_of (c[1]), TRUE, &world->now);
  dir_world_run (world);
  p = last_presence (c[0]);
  g_assert_cmpuint (p->presence.state, ==, 1);
  g_assert_cmpuint (p->presence.devices->len, ==, 1);
  g_assert_true (lan_device_id_equal (p->presence.devices->data, device_of (c[1])));
  lan_server_client_set_presence (c[1]->machine, 2, status, &world->now);
  dir_world_pass (world, 50);
  p = last_presence (c[0]);
  g_assert_cmpuint (p->presence.state, ==, 2);
  g_assert_true (g_bytes_equal (p->presence.status, status));
  lan_server_client_hide (c[1]->machine, account_of (c[0]), 1, &world->now);
  dir_world_pass (world, 50);
  g_assert_cmpuint (dir_client_told (c[1], LAN_SERVER_CLIENT_ANSWER, 0)->refusal, ==,
                    LAN_REFUSAL_NONE);
  p = last_presence (c[0]);
  g_assert_cmpuint (p->presence.state, ==, 0);
  g_assert_null (p->presence.status);
  g_assert_cmpuint (p->presence.devices->len, ==, 0);
  lan_server_client_hide (c[1]->machine, NULL, 0, &world->now);
  dir_world_pass (world, 50);
  g_assert_cmpuint (last_presence (c[0])->presence.state, ==, 2);
  dir_client_break (c[1]);
  c[1]->is_cut_off = TRUE;
  dir_world_pass (world, 50);
  g_assert_cmpuint (last_presence (c[0])->presence.state, ==, 0);
  c[1]->is_cut_off = FALSE;
  dir_world_pass (world, 3000);
  g_assert_cmpuint (last_presence (c[0])->presence.state, ==, 2);
  dir_client_break (c[0]); /* without the server nobody is seen there */
  dir_world_run (world);
  g_assert_cmpuint (last_presence (c[0])->presence.state, ==, 0);
  dir_world_pass (world, 3000);
  g_assert_cmpuint (last_presence (c[0])->presence.state, ==, 2);
  dir_client_forget (c[0]);
  lan_server_client_watch (c[0]->machine, account_of (c[1]), FALSE, &world->now);
  lan_server_client_set_presence (c[1]->machine, 3, NULL, &world->now);
  dir_world_pass (world, 50);
  g_assert_null (last_presence (c[0]));
}

/* ---- signals ---- */

static void
test_signals (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  guint8 payload[LAN_SERVER_SIGNAL_MAX + 1];
  static const gsize sizes[] = { 1, 100, 127, 128, 4000, LAN_SERVER_SIGNAL_MAX };
  const LanServerClientAction *s;
  LanDeviceId nobody = { { 1 } };

  memset (payload, 7, sizeof payload);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_assert_cmpint (
        lan_server_client_signal (c[0]->machine, device_of (c[1]), payload, sizes[i], &world->now),
        ==, LAN_STATUS_OK);
    dir_world_run (world);
    s = dir_client_told (c[1], LAN_SERVER_CLIENT_SIGNAL, i);
    g_assert_true (lan_device_id_equal (&s->device, device_of (c[0])));
    g_assert_cmpmem (g_bytes_get_data (s->bytes, NULL), g_bytes_get_size (s->bytes), payload,
                     sizes[i]);
  }
  g_assert_cmpint (lan_server_client_signal (c[0]->machine, device_of (c[1]), payload,
                                             sizeof payload, &world->now),
                   ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_server_client_signal (c[0]->machine, &nobody, payload, 9, &world->now), ==,
                   LAN_STATUS_OK);
  dir_world_run (world);
  s = dir_client_told (c[0], LAN_SERVER_CLIENT_SIGNAL_REFUSED, 0);
  g_assert_cmpuint (s->refusal, ==, LAN_REFUSAL_UNKNOWN);
  g_assert_true (lan_device_id_equal (&s->device, &nobody));
  /* From whom one hides, one is not there. */
  lan_server_client_hide (c[1]->machine, account_of (c[0]), 1, &world->now);
  dir_world_run (world);
  g_assert_cmpint (
      lan_server_client_signal (c[0]->machine, device_of (c[1]), payload, 9, &world->now), ==,
      LAN_STATUS_OK);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_SIGNAL_REFUSED, 1)->refusal, ==,
                    LAN_REFUSAL_OFFLINE);
  for (guint i = 0; i < world->limits.signal_burst; i++)
    g_assert_cmpint (
        lan_server_client_signal (c[0]->machine, device_of (c[1]), payload, 9, &world->now), ==,
        LAN_STATUS_OK);
  dir_world_run (world);
  s = dir_client_told (c[0], LAN_SERVER_CLIENT_SIGNAL_REFUSED, world->limits.signal_burst + 1);
  g_assert_cmpuint (s->refusal, ==, LAN_REFUSAL_RATE);
  g_assert_cmpuint (s->retry_ms, >, 0);
  world->is_down = TRUE;
  dir_client_break (c[0]);
  g_assert_cmpint (
      lan_server_client_signal (c[0]->machine, device_of (c[1]), payload, 9, &world->now), ==,
      LAN_STATUS_STATE);
}

/* ---- mail ---- */

static void
deposit (DirClient *from, DirClient *to, guint8 number, const char *text)
{
  g_autoptr (GBytes) bytes = envelope (text);
  guint8 id[16] = { number };

  g_assert_cmpint (
      lan_server_client_deposit (from->machine, id, device_of (to), bytes, &from->world->now), ==,
      LAN_STATUS_OK);
}

static void
test_mail (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  const LanServerClientAction *m;

  deposit (c[0], c[1], 1, "one"); /* both here: handed over */
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_STORED), ==, 1);
  m = dir_client_told (c[1], LAN_SERVER_CLIENT_MAIL, 0);
  g_assert_cmpmem (g_bytes_get_data (m->mail.envelope, NULL), 3, "one", 3);
  lan_server_client_mail_ack (c[1]->machine, m->mail.id, &world->now);
  dir_world_pass (world, 50);
  g_assert_cmpuint (dir_store_count_mail (world->servers[0].store), ==, 0);

  c[1]->is_cut_off = TRUE; /* recipient away */
  dir_client_break (c[1]);
  for (guint8 i = 2; i < 202; i++)
    deposit (c[0], c[1], i, "later");
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_STORED), ==, 201);
  g_assert_cmpuint (dir_store_count_mail (world->servers[0].store), ==, 200);
  dir_client_forget (c[1]);
  c[1]->is_cut_off = FALSE;
  dir_world_pass (world, 3000);
  g_assert_cmpuint (dir_client_count (c[1], LAN_SERVER_CLIENT_MAIL), ==, 64); /* a window */
  for (guint i = 0; i < 200; i++) {
    m = dir_client_told (c[1], LAN_SERVER_CLIENT_MAIL, i);
    g_assert_nonnull (m);
    lan_server_client_mail_ack (c[1]->machine, m->mail.id, &world->now);
    dir_world_pass (world, 30);
  }
  g_assert_cmpuint (dir_client_count (c[1], LAN_SERVER_CLIENT_MAIL), ==, 200);
  g_assert_cmpuint (dir_store_count_mail (world->servers[0].store), ==, 0);
}

/* The answer is lost with the lane: the deposit is repeated, and stored once. */
static void
test_mail_repeated (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  LanServerClientInfo info;

  c[0]->tamper = lose;
  deposit (c[0], c[1], 1, "once");
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_STORED), ==, 0);
  g_assert_cmpuint (dir_store_count_mail (world->servers[0].store), ==, 1);
  c[0]->tamper = NULL;
  dir_client_break (c[0]);
  dir_world_pass (world, 3000);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_STORED), ==, 1);
  g_assert_cmpuint (dir_store_count_mail (world->servers[0].store), ==, 1);
  g_assert_cmpuint (dir_client_count (c[1], LAN_SERVER_CLIENT_MAIL), ==, 1);
  lan_server_client_get_info (c[0]->machine, &info);
  g_assert_cmpuint (info.deposits, ==, 0);
  /* Not acknowledged: it comes again after a restart of the recipient. */
  dir_client_restart (c[1]);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (c[1], LAN_SERVER_CLIENT_MAIL), ==, 1);
}

static void
test_mail_refused (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  g_autoptr (GBytes) big =
      g_bytes_new_take (g_malloc0 (LAN_SERVER_ENVELOPE_MAX), LAN_SERVER_ENVELOPE_MAX);
  g_autoptr (GBytes) bigger =
      g_bytes_new_take (g_malloc0 (LAN_SERVER_ENVELOPE_MAX + 1), LAN_SERVER_ENVELOPE_MAX + 1);
  guint8 id[16] = { 9 };
  guint n = 0;

  g_assert_cmpint (
      lan_server_client_deposit (c[0]->machine, id, device_of (c[1]), bigger, &world->now), ==,
      LAN_STATUS_OVERSIZED);
  dir_store_set_fault (world->servers[0].store, LAN_OP_FULL); /* disk full: nothing acknowledged */
  deposit (c[0], c[1], 1, "x");
  dir_world_run (world);
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_DEPOSIT_REFUSED, 0)->refusal, ==,
                    LAN_REFUSAL_STORAGE);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_STORED), ==, 0);
  dir_store_set_fault (world->servers[0].store, LAN_OP_OK);
  c[1]->is_cut_off = TRUE;
  dir_client_break (c[1]);
  for (guint i = 0; dir_client_count (c[0], LAN_SERVER_CLIENT_DEPOSIT_REFUSED) < 2; i++) {
    memcpy (id, &i, sizeof i);
    id[15] = 1;
    g_assert_cmpint (
        lan_server_client_deposit (c[0]->machine, id, device_of (c[1]), big, &world->now), ==,
        LAN_STATUS_OK);
    dir_world_run (world);
    n++;
  }
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_DEPOSIT_REFUSED, 1)->refusal, ==,
                    LAN_REFUSAL_QUOTA);
  g_assert_cmpuint (n, ==, 64 * 1024 * 1024 / (LAN_SERVER_ENVELOPE_MAX + 128) + 1);
  dir_world_pass (world, 31 * G_GINT64_CONSTANT (86400000)); /* and after a month they have gone */
  g_assert_cmpuint (dir_store_count_mail (world->servers[0].store), ==, 0);
  deposit (c[0], c[1], 77, "room again");
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_DEPOSIT_REFUSED), ==, 2);
}

/* ---- prekeys ---- */

static void
test_prekeys (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  guint8 one[7 * 36], secret[32], public_key[32];
  g_autoptr (GBytes) signed_prekey = NULL, one_time = NULL;
  const LanServerClientAction *b;

  lan_server_client_want_bundle (c[0]->machine, device_of (c[1]), &world->now);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_BUNDLE_REFUSED, 0)->refusal, ==,
                    LAN_REFUSAL_GONE);
  lan_prekey_make_pair (secret, public_key, &world->random.base);
  signed_prekey = lan_prekey_issue (c[1]->device, 5, public_key, world->now.wall_ms / 1000,
                                    world->now.wall_ms / 1000 + 86400);
  for (guint i = 0; i < sizeof one; i++)
    one[i] = (guint8) (1 + i / 36);
  one_time = g_bytes_new (one, sizeof one);
  dir_client_forget (c[1]);
  lan_server_client_publish_prekeys (c[1]->machine, signed_prekey, one_time, &world->now);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_told (c[1], LAN_SERVER_CLIENT_PREKEYS, 0)->prekeys.one_time, ==, 7);
  for (guint i = 0; i < 7; i++) {
    lan_server_client_want_bundle (c[0]->machine, device_of (c[1]), &world->now);
    dir_world_run (world);
    b = dir_client_told (c[0], LAN_SERVER_CLIENT_BUNDLE, i);
    g_assert_true (g_bytes_equal (b->bundle.signed_prekey, signed_prekey));
    if (i < 4) /* each once; one question was before there were any */
      g_assert_cmpmem (g_bytes_get_data (b->bundle.one_time, NULL), 36, one + i * 36, 36);
    else /* and no more than 5 an hour: nobody empties another's store */
      g_assert_null (b->bundle.one_time);
  }
  dir_world_pass (world, 2 * 3600 * 1000);
  lan_server_client_want_bundle (c[0]->machine, device_of (c[1]), &world->now);
  dir_world_run (world);
  g_assert_nonnull (dir_client_told (c[0], LAN_SERVER_CLIENT_BUNDLE, 7)->bundle.one_time);
  /* Somebody else's prekey is not taken. */
  lan_server_client_publish_prekeys (c[0]->machine, signed_prekey, NULL, &world->now);
  lan_server_client_want_bundle (c[1]->machine, device_of (c[0]), &world->now);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (c[1], LAN_SERVER_CLIENT_BUNDLE_REFUSED), ==, 1);
}

/* ---- relay, blobs, password ---- */

static void
test_turn (void)
{
  static const char *const uris[] = { "turn:192.0.2.1:3478?transport=udp", NULL };
  DirClient *c[1];
  g_autoptr (DirWorld) world = world_of (1, c);
  const LanServerClientAction *t;

  lan_server_client_want_turn (c[0]->machine, TRUE, &world->now);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_TURN), ==, 0);
  lan_registry_set_turn (world->servers[0].registry, "secret", uris, 600);
  dir_client_break (c[0]);
  dir_world_pass (world, 3000);
  t = dir_client_told (c[0], LAN_SERVER_CLIENT_TURN, 0);
  g_assert_cmpuint (t->turn.life_s, ==, 600);
  g_assert_cmpstr (g_ptr_array_index (t->turn.uris, 0), ==, uris[0]);
  dir_world_pass (world, 500 * 1000); /* renewed before it ends */
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_TURN), ==, 2);
  lan_server_client_want_turn (c[0]->machine, FALSE, &world->now);
  dir_world_pass (world, 1000 * 1000);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_TURN), ==, 2);
}

static void
blob_root (GBytes *blob, LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_SERVER_BLOB_PART);

  lan_tree_update (tree, g_bytes_get_data (blob, NULL), g_bytes_get_size (blob));
  g_assert_cmpint (lan_tree_root (tree, root), ==, LAN_STATUS_OK);
}

static void
test_blob (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  gsize size = 5 * LAN_SERVER_BLOB_PART + 77;
  guint8 *data = g_malloc (size);
  g_autoptr (GBytes) blob = g_bytes_new_take (data, size);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  const LanServerClientAction *b;
  LanHash root, wrong = { { 1 } };

  lan_random_bytes (&world->random.base, data, size);
  blob_root (blob, &root);
  g_assert_cmpint (lan_server_client_put_blob (c[0]->machine, &root, blob, &world->now), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_server_client_put_blob (c[0]->machine, &wrong, blob, &world->now), ==,
                   LAN_STATUS_OK);
  dir_world_run (world);
  lan_server_client_get_blob (c[1]->machine, &root, 0, &world->now);
  lan_server_client_get_blob (c[1]->machine, &wrong, 0, &world->now);
  dir_world_run (world);
  for (guint i = 0; (b = dir_client_told (c[0], LAN_SERVER_CLIENT_BLOB, i)) != NULL; i++) {
    g_assert_true (b->blob.upload);
    if (lan_hash_equal (&b->blob.root, &wrong))
      g_assert_false (b->blob.complete);
  }
  for (guint i = 0; (b = dir_client_told (c[1], LAN_SERVER_CLIENT_BLOB, i)) != NULL; i++) {
    if (lan_hash_equal (&b->blob.root, &wrong)) {
      g_assert_cmpuint (b->refusal, ==, LAN_REFUSAL_GONE);
      continue;
    }
    g_byte_array_append (got, g_bytes_get_data (b->blob.part, NULL),
                         (guint) g_bytes_get_size (b->blob.part));
    g_assert_cmpint (b->blob.complete, ==, got->len == size);
  }
  g_assert_cmpmem (got->data, got->len, data, size);
}

/* The upload goes on where the server stands. */
static void
test_blob_resumes (void)
{
  DirClient *c[1];
  g_autoptr (DirWorld) world = world_of (1, c);
  gsize size = 8 * LAN_SERVER_BLOB_PART;
  g_autoptr (GBytes) blob = g_bytes_new_take (g_malloc0 (size), size);
  const LanServerClientAction *b;
  LanHash root;
  guint n;

  blob_root (blob, &root);
  g_assert_cmpint (lan_server_client_put_blob (c[0]->machine, &root, blob, &world->now), ==,
                   LAN_STATUS_OK);
  c[0]->tamper = lose; /* the first answer and everything after it */
  dir_world_run (world);
  c[0]->tamper = NULL;
  dir_client_break (c[0]);
  dir_world_pass (world, 3000);
  n = dir_client_count (c[0], LAN_SERVER_CLIENT_BLOB);
  b = dir_client_told (c[0], LAN_SERVER_CLIENT_BLOB, n - 1);
  g_assert_true (b->blob.complete);
}

static void
test_password (void)
{
  DirClient *c[1], *again;
  g_autoptr (DirWorld) world = world_of (1, c);
  guint8 secret[32] = { 1 }, other[32] = { 2 };

  lan_server_client_set_password (c[0]->machine, NULL, secret, &world->now); /* the first */
  dir_world_run (world);
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_ANSWER, 0)->refusal, ==,
                    LAN_REFUSAL_NONE);
  lan_server_client_set_password (c[0]->machine, other, other, &world->now);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_ANSWER, 1)->refusal, ==,
                    LAN_REFUSAL_CREDENTIALS);
  lan_server_client_set_password (c[0]->machine, secret, other, &world->now);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_told (c[0], LAN_SERVER_CLIENT_ANSWER, 2)->refusal, ==,
                    LAN_REFUSAL_NONE);
  /* Another key for this account is a matter for the administrator, password or not. */
  again = dir_world_add (world, "Ann");
  dir_client_join_with (again, "ann", NULL, other);
  g_assert_cmpuint (dir_client_told (again, LAN_SERVER_CLIENT_JOIN_FAILED, 0)->refusal, ==,
                    LAN_REFUSAL_KEY_CONFLICT);
  dir_client_join_with (again, "ann", NULL, secret);
  g_assert_cmpuint (dir_client_told (again, LAN_SERVER_CLIENT_JOIN_FAILED, 1)->refusal, ==,
                    LAN_REFUSAL_CREDENTIALS);
}

/* ---- several devices ---- */

static void
test_devices (void)
{
  DirClient *c[2], *second;
  g_autoptr (DirWorld) world = world_of (2, c);
  guint8 code[16] = { 0 };
  LanServerClientInfo info;
  const LanServerClientAction *p;

  lan_server_client_watch (c[1]->machine, account_of (c[0]), TRUE, &world->now);
  dir_world_run (world);
  dir_client_forget (c[1]);
  second = dir_world_add_device (world, c[0], "Ann's laptop"); /* linked by the first */
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_PAPERS_STORED), ==, 1);
  p = dir_client_told (c[1], LAN_SERVER_CLIENT_PAPERS, 0);
  g_assert_true (g_bytes_equal (p->papers.list, c[0]->list));
  g_assert_cmpuint (p->papers.certs->len, ==, 2);
  /* The new one logs in with its key alone: what it needs to know came with the linking. */
  lan_server_client_get_info (c[0]->machine, &info);
  g_hash_table_insert (second->settings, g_strdup ("server.pin"),
                       g_bytes_ref (g_hash_table_lookup (c[0]->settings, "server.pin")));
  dir_client_restart (second);
  dir_world_pass (world, 50);
  g_assert_cmpint (lan_server_client_get_state (second->machine), ==, LAN_SERVER_ONLINE);
  g_assert_cmpuint (last_presence (c[1])->presence.devices->len, ==, 2);
  g_assert_cmpint (
      lan_server_client_signal (c[1]->machine, device_of (second), code, 16, &world->now), ==,
      LAN_STATUS_OK);
  deposit (c[1], second, 3, "for the laptop");
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (second, LAN_SERVER_CLIENT_SIGNAL), ==, 1);
  g_assert_cmpuint (dir_client_count (second, LAN_SERVER_CLIENT_MAIL), ==, 1);
  /* Revoked: out at once, and everybody who watches learns it. */
  g_clear_pointer (&second->list, g_bytes_unref);
  second->list = g_bytes_ref (c[0]->list);
  dir_client_reissue (second, "Ann's laptop", TRUE);
  dir_world_pass (world, 50);
  g_assert_cmpint (lan_server_client_get_state (second->machine), ==, LAN_SERVER_DENIED);
  g_assert_cmpuint (last_presence (c[1])->presence.devices->len, ==, 1);
  g_assert_cmpuint (dir_client_count (c[1], LAN_SERVER_CLIENT_PAPERS), ==, 2);
  g_assert_cmpuint (dir_store_count_mail (world->servers[0].store), ==, 0);
}

/* ---- attestations of the offline tool ---- */

static void
test_offline_attestation (void)
{
  DirClient *c[2];
  g_autoptr (DirWorld) world = world_of (2, c);
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  LanAttestation a;

  g_ptr_array_add (objects, g_bytes_ref (world->offline_cert));
  g_ptr_array_add (objects, dir_world_attest (world, c[1], "bob", 2, FALSE));
  lan_registry_admin_import (world->servers[0].registry, 5, objects, &world->now);
  dir_world_pass (world, 1500);
  g_assert_cmpint (world->admin_refusal, ==, LAN_REFUSAL_NONE);
  g_assert_true (lan_server_client_find_person (c[0]->machine, account_of (c[1]), &a));
  g_assert_cmpuint (a.level, ==, LAN_LEVEL_OFFLINE);
  g_ptr_array_set_size (objects, 0);
  g_ptr_array_add (objects, dir_world_attest (world, c[1], "bob", 3, TRUE));
  lan_registry_admin_import (world->servers[0].registry, 6, objects, &world->now);
  dir_world_run (world);
  g_assert_cmpint (world->admin_refusal, ==, LAN_REFUSAL_IDENTITY);
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_WARNING), ==, 0);
}

static void
test_stale (void)
{
  DirClient *c[1];
  g_autoptr (DirWorld) world = world_of (1, c);

  dir_world_pass (world, 9 * G_GINT64_CONSTANT (86400000)); /* a fresh head each day */
  g_assert_cmpuint (dir_client_count (c[0], LAN_SERVER_CLIENT_WARNING), ==, 0);
  world->is_down = TRUE;
  dir_client_break (c[0]);
  dir_world_pass (world, 9 * G_GINT64_CONSTANT (86400000));
  g_assert_cmpuint (dir_client_warned (c[0], LAN_DIRECTORY_STALE), ==, 1);
  world->is_down = FALSE;
  dir_world_pass (world, 3 * 60 * 1000);
  g_assert_cmpuint (dir_client_warned (c[0], LAN_DIRECTORY_FRESH), ==, 1);
}

void
add_client_tests (void)
{
  g_test_add_func ("/client/join", test_join);
  g_test_add_func ("/client/join-refused", test_join_refused);
  g_test_add_func ("/client/other-company", test_other_company);
  g_test_add_func ("/client/away", test_away);
  g_test_add_func ("/client/silence", test_silence);
  g_test_add_func ("/client/suspended", test_suspended);
  g_test_add_func ("/client/presence", test_presence);
  g_test_add_func ("/client/signals", test_signals);
  g_test_add_func ("/client/mail", test_mail);
  g_test_add_func ("/client/mail-repeated", test_mail_repeated);
  g_test_add_func ("/client/mail-refused", test_mail_refused);
  g_test_add_func ("/client/prekeys", test_prekeys);
  g_test_add_func ("/client/turn", test_turn);
  g_test_add_func ("/client/blob", test_blob);
  g_test_add_func ("/client/blob-resumes", test_blob_resumes);
  g_test_add_func ("/client/password", test_password);
  g_test_add_func ("/client/devices", test_devices);
  g_test_add_func ("/client/offline-attestation", test_offline_attestation);
  g_test_add_func ("/client/stale", test_stale);
}
