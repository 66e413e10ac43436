/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The registry alone: limits, deadlines, what bad frames get, faults of the storage, restart.
 */
#include "test-directory.h"

#include <string.h>

static DirWorld *
company (void)
{
  DirWorld *world = dir_world_new (3);

  g_assert_cmpint (dir_world_start (world, 0), ==, LAN_STATUS_OK);
  dir_world_run (world);
  return world;
}

static void
test_restart (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann"), *bob = dir_world_add (world, "Bob");
  g_autoptr (GBytes) text = g_bytes_new ("kept", 4);
  guint8 id[16] = { 1 };
  LanRegistryCounters counters;

  dir_client_join (ann, "ann");
  dir_client_join (bob, "bob");
  bob->is_cut_off = TRUE;
  dir_client_break (bob);
  g_assert_cmpint (lan_server_client_deposit (ann->machine, id, lan_device_keys_id (bob->device),
                                              text, &world->now),
                   ==, LAN_STATUS_OK);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (ann, LAN_SERVER_CLIENT_STORED), ==, 1);
  dir_world_kill (world, 0); /* what was acknowledged is there after it */
  g_assert_cmpint (dir_world_start (world, 0), ==, LAN_STATUS_OK);
  bob->is_cut_off = FALSE;
  dir_world_pass (world, 5000);
  g_assert_cmpuint (dir_client_count (bob, LAN_SERVER_CLIENT_MAIL), ==, 1);
  g_assert_cmpuint (dir_client_count (ann, LAN_SERVER_CLIENT_WARNING), ==, 0);
  lan_registry_get_counters (world->servers[0].registry, &counters);
  g_assert_cmpuint (counters.accounts, ==, 2);
  g_assert_cmpuint (counters.logged_in, ==, 2);
  g_assert_cmpuint (counters.dir_size, ==, 3); /* issuer, Ann, Bob */
}

/* A log whose head does not fit it is not served. */
static void
test_corrupt (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann");
  LanRegistryOp *op = g_new0 (LanRegistryOp, 1);
  LanRegistryRow row = { .type = LAN_ROW_ENTRY };

  dir_client_join (ann, "ann");
  dir_world_kill (world, 0);
  op->type = LAN_OP_WRITE;
  op->write.rows = g_array_new (FALSE, TRUE, sizeof row);
  row.entry.index = 2;
  row.entry.bytes = world->offline_cert;
  g_array_append_val (op->write.rows, row);
  dir_store_run (world->servers[0].store, op);
  lan_registry_op_free (op);
  g_assert_cmpint (dir_world_start (world, 0), ==, LAN_STATUS_MISMATCH);
}

static void
test_silent_connections (void)
{
  g_autoptr (DirWorld) world = company ();
  LanRegistry *registry = world->servers[0].registry;
  LanRegistryAction action;
  guint8 key[32] = { 1 };
  LanRegistryConn *conn;
  gboolean closed = FALSE;

  conn = lan_registry_connect (registry, 99, key, NULL, "192.0.2.9", 1, &world->now);
  g_assert_false (lan_registry_next_action (registry, &action));
  g_assert_cmpint (lan_registry_next_deadline (registry), <=,
                   world->now.mono_us + 10 * (gint64) G_USEC_PER_SEC);
  world->now.mono_us += 10 * (gint64) G_USEC_PER_SEC;
  lan_registry_advance (registry, &world->now);
  while (lan_registry_next_action (registry, &action)) {
    if (action.type == LAN_REGISTRY_OP)
      lan_registry_op_free (action.op);
    closed |= action.type == LAN_REGISTRY_CLOSE && action.handle == 99;
  }
  g_assert_true (closed);
  lan_registry_frame (registry, conn, key, sizeof key, &world->now); /* too late: not looked at */
  g_assert_false (lan_registry_next_action (registry, &action));
  lan_registry_disconnect (registry, conn, &world->now);
}

/* What is not a frame, or not one for this moment, ends the connection and nothing else. */
static void
test_bad_frames (void)
{
  static const LanServerFrameType wrong[] = { LAN_SERVER_LOGIN, LAN_SERVER_WELCOME,
                                              LAN_SERVER_MAIL };
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann"), *bob = dir_world_add (world, "Bob");
  Lanyard__Server__Login login = LANYARD__SERVER__LOGIN__INIT;
  Lanyard__Server__Stored stored = LANYARD__SERVER__STORED__INIT;
  guint8 id[16] = { 0 }, junk[] = { 0xff, 0xff, 0x01 };
  LanRegistryCounters counters;

  dir_client_join (ann, "ann");
  dir_client_join (bob, "bob");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
    g_autoptr (GBytes) bytes = NULL;
    guint dials = ann->dials;

    if (i == 0) {
      frame.body_case = LANYARD__SERVER__FRAME__BODY_LOGIN;
      frame.login = &login;
    } else {
      stored.id = (ProtobufCBinaryData){ sizeof id, id };
      frame.body_case = LANYARD__SERVER__FRAME__BODY_STORED;
      frame.stored = &stored;
    }
    bytes = lan_server_frame_encode (&frame);
    lan_registry_frame (world->servers[0].registry, ann->conn, g_bytes_get_data (bytes, NULL),
                        g_bytes_get_size (bytes), &world->now);
    dir_world_pass (world, 61000);
    g_assert_cmpuint (ann->dials, ==, dials + 1);
  }
  lan_registry_frame (world->servers[0].registry, ann->conn, junk, sizeof junk, &world->now);
  dir_world_pass (world, 61000);
  lan_registry_get_counters (world->servers[0].registry, &counters);
  g_assert_cmpuint (counters.frames_refused, ==, 4);
  g_assert_cmpint (lan_server_client_get_state (ann->machine), ==, LAN_SERVER_ONLINE);
  g_assert_cmpuint (bob->dials, ==, 2);
}

/* Guessing: five for each login in a quarter of an hour, then ever longer; twenty for each address. */
static void
test_guessing (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *eve = dir_world_add (world, "Eve");
  guint8 secret[32] = { 1 };
  LanRegistryAccountChange change = { .login = "ann", .display = "Ann", .status = -1, .role = -1 };
  const LanServerClientAction *f;

  dir_world_change (world, 0, &change);
  g_assert_cmpint (world->admin_refusal, ==, LAN_REFUSAL_NONE);
  for (guint i = 0; i < 5; i++) {
    dir_client_join_with (eve, "ann", NULL, secret);
    f = dir_client_told (eve, LAN_SERVER_CLIENT_JOIN_FAILED, i);
    g_assert_cmpuint (f->refusal, ==, LAN_REFUSAL_CREDENTIALS);
  }
  dir_client_join_with (eve, "ann", NULL, secret);
  f = dir_client_told (eve, LAN_SERVER_CLIENT_JOIN_FAILED, 5);
  g_assert_cmpuint (f->refusal, ==, LAN_REFUSAL_RATE);
  g_assert_cmpuint (f->retry_ms, >, 50000);
  dir_world_pass (world, 61000);
  dir_client_join_with (eve, "ann", NULL, secret);
  dir_client_join_with (eve, "ann", NULL, secret);
  f = dir_client_told (eve, LAN_SERVER_CLIENT_JOIN_FAILED, 7);
  g_assert_cmpuint (f->refusal, ==, LAN_REFUSAL_RATE);
  g_assert_cmpuint (f->retry_ms, >, 110000); /* doubled */
  dir_world_pass (world, 61000);
  for (guint i = 0; i < 20; i++) { /* without a password at all: unknown logins cost the same */
    dir_client_join_with (eve, "", NULL, NULL);
    g_assert_cmpuint (dir_client_told (eve, LAN_SERVER_CLIENT_JOIN_FAILED, 8 + i)->refusal, ==,
                      LAN_REFUSAL_CREDENTIALS);
  }
  dir_client_join_with (eve, "", NULL, NULL);
  g_assert_cmpuint (dir_client_told (eve, LAN_SERVER_CLIENT_JOIN_FAILED, 28)->refusal, ==,
                    LAN_REFUSAL_RATE);
}

/* Argon2 is for a few at a time; a queue; then 'busy', at once. */
static void
test_busy (void)
{
  g_autoptr (DirWorld) world = dir_world_new (5);
  DirClient *c[6];
  guint8 secret[32] = { 1 };
  char login[2] = "a";

  world->limits.password_jobs = 2;
  world->limits.password_queue = 3;
  world->holds_jobs = TRUE;
  g_assert_cmpint (dir_world_start (world, 0), ==, LAN_STATUS_OK);
  for (guint i = 0; i < G_N_ELEMENTS (c); i++) {
    login[0] = (char) ('a' + i);
    c[i] = dir_world_add (world, login);
    dir_client_join_with (c[i], login, NULL, secret);
  }
  g_assert_cmpuint (world->jobs.length, ==, 2);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (lan_server_client_get_state (c[i]->machine), ==, LAN_SERVER_ENROLLING);
  g_assert_cmpuint (dir_client_told (c[5], LAN_SERVER_CLIENT_JOIN_FAILED, 0)->refusal, ==,
                    LAN_REFUSAL_BUSY);
  dir_client_break (c[0]); /* gone while its job runs */
  dir_world_run_jobs (world);
  dir_world_run (world);
  for (guint i = 1; i < 5; i++)
    g_assert_cmpuint (dir_client_told (c[i], LAN_SERVER_CLIENT_JOIN_FAILED, 0)->refusal, ==,
                      LAN_REFUSAL_CREDENTIALS);
}

/* A password account: made by the administrator, its key comes with the first enrolment. */
static void
test_password_account (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann");
  guint8 secret[32] = { 4 };
  char hash[LAN_PASSWORD_HASH_MAX];
  LanRegistryAccountChange change = {
    .login = "ann", .display = "Ann Example", .status = -1, .role = LAN_ROLE_ADMIN
  };
  LanAttestation a;

  g_assert_cmpint (lan_password_store (secret, hash), ==, LAN_STATUS_OK);
  change.password_hash = hash;
  dir_world_change (world, 0, &change);
  dir_client_join_with (ann, "ANN", NULL, secret);
  g_assert_cmpint (lan_server_client_get_state (ann->machine), ==, LAN_SERVER_ONLINE);
  dir_world_pass (world, 1500);
  g_assert_true (
      lan_server_client_find_person (ann->machine, lan_account_keys_id (ann->account), &a));
  g_assert_cmpstr (a.display, ==, "Ann Example");
  g_assert_cmpuint (lan_registry_find_login (world->servers[0].registry, "ann")->role, ==,
                    LAN_ROLE_ADMIN);
}

/* Somebody lost everything: the administrator lets a new key take the place, everybody learns it. */
static void
test_new_key (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann"), *bob = dir_world_add (world, "Bob");
  DirClient *again = dir_world_add (world, "Ann");
  LanRegistryInviteRow row = { .login = (char *) "ann" };
  guint8 code[16] = { 8 };
  const LanServerClientAction *p;
  LanHash hash;
  guint n;

  dir_client_join (ann, "ann");
  dir_client_join (bob, "bob");
  dir_world_pass (world, 1500);
  dir_client_forget (bob);
  lan_invite_hash (&hash, code);
  memcpy (row.hash, hash.b, sizeof row.hash);
  row.uid = dir_client_uid (ann);
  row.expires_s = world->now.wall_ms / 1000 + 100;
  lan_registry_admin_invite (world->servers[0].registry, 3, &row, &world->now);
  dir_world_run (world);
  dir_client_join_with (again, "ann", code, NULL);
  g_assert_cmpint (lan_server_client_get_state (again->machine), ==, LAN_SERVER_ONLINE);
  g_assert_cmpint (lan_server_client_get_state (ann->machine), ==, LAN_SERVER_DENIED);
  dir_world_pass (world, 1500);
  n = dir_client_count (bob, LAN_SERVER_CLIENT_PERSON);
  g_assert_cmpuint (n, ==, 1);
  p = dir_client_told (bob, LAN_SERVER_CLIENT_PERSON, 0);
  g_assert_true (p->person.key_changed);
  g_assert_true (lan_account_id_equal (&p->person.old_account, lan_account_keys_id (ann->account)));
  g_assert_true (lan_account_id_equal (&p->account, lan_account_keys_id (again->account)));
}

/* Nothing becomes true that is not on the disk. */
static void
test_storage_fault (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann");
  LanRegistryAccountChange change = { .login = "zoe", .display = "Zoe", .status = -1, .role = -1 };
  LanRegistryCounters counters;
  guint8 code[16];

  dir_world_invite (world, 0, "ann", code);
  dir_store_set_fault (world->servers[0].store, LAN_OP_FULL);
  dir_client_join_with (ann, "ann", code, NULL);
  g_assert_cmpuint (dir_client_told (ann, LAN_SERVER_CLIENT_JOIN_FAILED, 0)->refusal, ==,
                    LAN_REFUSAL_STORAGE);
  dir_world_change (world, 0, &change);
  g_assert_cmpint (world->admin_refusal, ==, LAN_REFUSAL_STORAGE);
  lan_registry_get_counters (world->servers[0].registry, &counters);
  g_assert_cmpuint (counters.accounts, ==, 0);
  dir_store_set_fault (world->servers[0].store, LAN_OP_OK);
  dir_client_join_with (ann, "ann", code, NULL);
  g_assert_cmpint (lan_server_client_get_state (ann->machine), ==, LAN_SERVER_ONLINE);
}

/* A device may have four connections; a fifth takes the oldest one's place. */
static void
test_connections (void)
{
  g_autoptr (DirWorld) world = company ();
  LanRegistry *registry = world->servers[0].registry;
  DirClient *ann = dir_world_add (world, "Ann");
  LanRegistryConn *conns[5];
  LanRegistryAction action;
  Lanyard__Server__Login login = LANYARD__SERVER__LOGIN__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  g_autoptr (GBytes) bytes = NULL;
  guint64 closed = 0;

  dir_client_join (ann, "ann");
  ann->is_cut_off = TRUE;
  dir_client_break (ann);
  login.version = 1;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_LOGIN;
  frame.login = &login;
  bytes = lan_server_frame_encode (&frame);
  for (guint i = 0; i < G_N_ELEMENTS (conns); i++) {
    conns[i] = lan_registry_connect (registry, 100 + i, lan_device_keys_dh_public (ann->device),
                                     NULL, "2001:db8::1", 1, &world->now);
    lan_registry_frame (registry, conns[i], g_bytes_get_data (bytes, NULL),
                        g_bytes_get_size (bytes), &world->now);
    while (lan_registry_next_action (registry, &action)) {
      if (action.type == LAN_REGISTRY_CLOSE)
        closed = action.handle;
    }
    g_assert_cmpuint (closed, ==, i < 4 ? 0 : 100);
  }
  for (guint i = 0; i < G_N_ELEMENTS (conns); i++)
    lan_registry_disconnect (registry, conns[i], &world->now);
}

/* Presence is left out of a full lane, and shown anew when it has drained. */
static void
test_shedding (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann"), *bob = dir_world_add (world, "Bob");
  LanRegistryCounters counters;
  const LanServerClientAction *p;

  dir_client_join (ann, "ann");
  dir_client_join (bob, "bob");
  lan_server_client_watch (ann->machine, lan_account_keys_id (bob->account), TRUE, &world->now);
  dir_world_pass (world, 50);
  dir_client_forget (ann);
  lan_registry_writable (world->servers[0].registry, ann->conn, FALSE, &world->now);
  lan_server_client_set_presence (bob->machine, 3, NULL, &world->now);
  dir_world_pass (world, 50);
  g_assert_cmpuint (dir_client_count (ann, LAN_SERVER_CLIENT_PRESENCE), ==, 0);
  lan_registry_writable (world->servers[0].registry, ann->conn, TRUE, &world->now);
  dir_world_run (world);
  p = dir_client_told (ann, LAN_SERVER_CLIENT_PRESENCE, 0);
  g_assert_cmpuint (p->presence.state, ==, 3);
  lan_registry_get_counters (world->servers[0].registry, &counters);
  g_assert_cmpuint (counters.presence_shed, ==, 1);
}

/* Answers of the storage may be late: the connection that asked has gone by then. */
static void
test_late_answers (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann"), *bob = dir_world_add (world, "Bob");
  g_autoptr (GBytes) text = g_bytes_new ("x", 1);
  guint8 id[16] = { 1 };

  dir_client_join (ann, "ann");
  dir_client_join (bob, "bob");
  world->holds_ops = TRUE;
  g_assert_cmpint (lan_server_client_deposit (ann->machine, id, lan_device_keys_id (bob->device),
                                              text, &world->now),
                   ==, LAN_STATUS_OK);
  lan_server_client_want_bundle (ann->machine, lan_device_keys_id (bob->device), &world->now);
  dir_client_reissue (ann, "Anna", FALSE);
  lan_server_client_hide (ann->machine, NULL, 0, &world->now);
  dir_world_run (world);
  dir_client_break (ann);
  dir_client_break (bob);
  dir_world_release (world);
  world->holds_ops = FALSE;
  dir_world_pass (world, 5000);
  g_assert_cmpuint (dir_client_count (bob, LAN_SERVER_CLIENT_MAIL), ==, 1);
  g_assert_cmpuint (dir_client_count (ann, LAN_SERVER_CLIENT_STORED), ==, 1);
}

static void
test_stop (void)
{
  g_autoptr (DirWorld) world = company ();
  DirClient *ann = dir_world_add (world, "Ann");

  dir_client_join (ann, "ann");
  lan_registry_stop (world->servers[0].registry, 1000, &world->now);
  dir_world_run (world);
  g_assert_cmpint (lan_server_client_get_state (ann->machine), ==, LAN_SERVER_WAITING);
}

/* What one frame costs here: DESIGN section 8 leaves 12 us for everything. */
static void
test_cost (void)
{
  g_autoptr (DirWorld) world = dir_world_new (9);
  DirClient *ann = dir_world_add (world, "Ann"), *bob = dir_world_add (world, "Bob");
  guint8 frame[256], payload[100] = { 1 };
  LanRegistryAction action;
  gsize len, sent = 0;
  gint64 start;
  guint n = 200000;

  world->limits.signal_burst = 10000000;
  g_assert_cmpint (dir_world_start (world, 0), ==, LAN_STATUS_OK);
  dir_world_run (world);
  dir_client_join (ann, "ann");
  dir_client_join (bob, "bob");
  len =
      lan_server_signal_write (frame, lan_device_keys_id (bob->device)->b, payload, sizeof payload);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++) {
    lan_registry_frame (world->servers[0].registry, ann->conn, frame, len, &world->now);
    while (lan_registry_next_action (world->servers[0].registry, &action))
      sent += action.type == LAN_REGISTRY_SEND && action.handle == bob->handle;
  }
  g_assert_cmpuint (sent, ==, n);
  g_test_message ("routing one signal: %.2f us", (double) (g_get_monotonic_time () - start) / n);
}

void
add_registry_tests (void)
{
  g_test_add_func ("/registry/restart", test_restart);
  g_test_add_func ("/registry/corrupt", test_corrupt);
  g_test_add_func ("/registry/silent-connections", test_silent_connections);
  g_test_add_func ("/registry/bad-frames", test_bad_frames);
  g_test_add_func ("/registry/guessing", test_guessing);
  g_test_add_func ("/registry/busy", test_busy);
  g_test_add_func ("/registry/password-account", test_password_account);
  g_test_add_func ("/registry/new-key", test_new_key);
  g_test_add_func ("/registry/storage-fault", test_storage_fault);
  g_test_add_func ("/registry/connections", test_connections);
  g_test_add_func ("/registry/shedding", test_shedding);
  g_test_add_func ("/registry/late-answers", test_late_answers);
  g_test_add_func ("/registry/stop", test_stop);
  g_test_add_func ("/registry/cost", test_cost);
}
