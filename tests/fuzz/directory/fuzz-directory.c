/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A company of two, and a third who tries to get in. The input is a sequence of one operation byte and
 * its operands: commands of people and administrators, raw frames to either machine, frames that were
 * right but for one byte, time, faults of the storage, late answers, breaks and restarts. Nothing may
 * crash, and nobody may be logged in whom the registry does not know.
 */
#include "dir-world.h"

#include "lan-bytes.h"
#include "lan-prekey.h"
#include "lan-tree-hash.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_STEPS 40

typedef struct {
  LanReader in;
  DirWorld *world;
  DirClient *c[3];
  gboolean flips; /* one byte of each frame that the server sends */
  guint8 flip_type, flip_at, flip_by;
  guint jobs;
  DirClient *second;    /* another device of the first one's, once it is made */
  LanIssuerKey *issuer; /* the server's, renewed */
} Run;

static DirClient *
who (Run *run)
{
  return run->c[lan_read_u8 (&run->in) % 3];
}

static const LanAccountId *
account (DirClient *client)
{
  return lan_account_keys_id (client->account);
}

static const LanDeviceId *
device (DirClient *client)
{
  return lan_device_keys_id (client->device);
}

/* ---- people ---- */

static void
use_mail (Run *run, DirClient *from, guint8 what)
{
  LanTime *now = &run->world->now;
  guint8 bytes[72] = { what };
  g_autoptr (GBytes) text = g_bytes_new (bytes, 1 + what % 70);
  g_autoptr (GBytes) huge =
      g_bytes_new_take (g_malloc0 (LAN_SERVER_ENVELOPE_MAX), LAN_SERVER_ENVELOPE_MAX);
  g_autoptr (GBytes) keys = g_bytes_new (bytes, 72), prekey = NULL;
  const LanServerClientAction *mail;

  switch (what % 6) {
  case 0:
    (void) !lan_server_client_deposit (from->machine, bytes, device (run->c[1]), text, now);
    break;
  case 1:
    (void) !lan_server_client_deposit (from->machine, bytes, device (from), huge, now);
    break;
  case 2:
    lan_server_client_cancel_deposit (from->machine, bytes);
    break;
  case 3:
    for (guint i = 0; (mail = dir_client_told (from, LAN_SERVER_CLIENT_MAIL, i)) != NULL; i++)
      lan_server_client_mail_ack (from->machine, mail->mail.id, now);
    break;
  case 4:
    prekey = lan_prekey_issue (from->device, 1 + what, lan_device_keys_dh_public (from->device),
                               now->wall_ms / 1000, now->wall_ms / 1000 + 86400);
    lan_server_client_publish_prekeys (from->machine, prekey, keys, now);
    break;
  default:
    lan_server_client_want_bundle (from->machine, device (run->c[what / 6 % 2]), now);
    break;
  }
}

/* A blob of 40,000 bytes piece by piece, as whoever leaves a file does it; or taken back. */
static void
use_pieces (Run *run, DirClient *client, guint8 what, const LanHash *root, GBytes *blob)
{
  LanTime *now = &run->world->now;
  guint64 at = (what & 64) != 0 ? LAN_SERVER_BLOB_PART : 0;
  g_autoptr (GBytes) piece =
      g_bytes_new_from_bytes (blob, at, MIN (LAN_SERVER_BLOB_PART, 40000 - at));

  switch (what % 6) {
  case 0:
  case 1:
    (void) !lan_server_client_put_blob_pieces (client->machine, root, 40000, now);
    break;
  case 2:
    lan_server_client_blob_data (client->machine, root, at, piece, now);
    break;
  case 3:
    lan_server_client_get_blob_piece (client->machine, root, at, now);
    break;
  case 4:
    lan_server_client_stop_blob (client->machine, root);
    break;
  default:
    lan_server_client_drop_blob (client->machine, root, now);
    break;
  }
}

static void
use_services (Run *run, DirClient *client, guint8 what)
{
  static const char *const uris[] = { "turn:192.0.2.1:3478", NULL };
  LanTime *now = &run->world->now;
  g_autoptr (GBytes) blob = g_bytes_new_take (g_malloc0 (40000), 40000);
  g_autoptr (LanTree) tree = lan_tree_new (LAN_SERVER_BLOB_PART);
  guint8 secret[32] = { what };
  LanHash root;

  lan_tree_update (tree, g_bytes_get_data (blob, NULL), 40000);
  (void) !lan_tree_root (tree, &root);
  root.b[0] ^= what & 8;
  if ((what & 128) != 0) {
    use_pieces (run, client, what, &root, blob);
    return;
  }
  switch (what % 6) {
  case 0:
    lan_server_client_want_turn (client->machine, (what & 16) == 0, now);
    break;
  case 1:
    lan_registry_set_turn (run->world->servers[0].registry, (what & 16) == 0 ? "s" : NULL, uris,
                           600);
    break;
  case 2:
    (void) !lan_server_client_put_blob (client->machine, &root, blob, now);
    break;
  case 3:
    lan_server_client_get_blob (client->machine, &root, 0, now);
    break;
  case 4:
    if (run->jobs++ == 0) /* each costs a tenth of a second */
      lan_server_client_set_password (client->machine, (what & 16) == 0 ? NULL : secret, secret,
                                      now);
    break;
  default:
    lan_server_client_want_papers (client->machine, account (run->c[what & 1]), now);
    break;
  }
}

static void
use_people (Run *run, DirClient *client, guint8 what)
{
  LanTime *now = &run->world->now;
  guint8 payload[300] = { what };
  g_autoptr (GBytes) status = g_bytes_new (payload, what % 40);

  switch (what % 5) {
  case 0:
    lan_server_client_watch (client->machine, account (run->c[(what >> 4) % 3]), TRUE, now);
    break;
  case 1:
    lan_server_client_watch (client->machine, account (run->c[(what >> 4) % 3]), FALSE, now);
    break;
  case 2:
    lan_server_client_set_presence (client->machine, what / 16 % 4, status, now);
    break;
  case 3:
    lan_server_client_hide (client->machine, account (run->c[what & 1]), what >> 7, now);
    break;
  default:
    (void) !lan_server_client_signal (client->machine, device (run->c[(what >> 4) % 3]), payload,
                                      1 + what, now);
    break;
  }
}

static void
gossip (Run *run, DirClient *client, guint8 what)
{
  guint8 root[LAN_DIRECTORY_ROOT_TRUNC];
  GBytes *head = g_hash_table_lookup (run->c[what & 1]->settings, "server.head");
  guint64 epoch;

  lan_server_client_get_hello (run->c[what & 1]->machine, &epoch, root);
  root[0] ^= what & 2;
  lan_server_client_heard_head (client->machine, account (run->c[1]), epoch + what / 64 - 1, root,
                                &run->world->now);
  if (head != NULL)
    (void) !lan_server_client_heard_whole_head (
        client->machine, account (run->c[0]), g_bytes_get_data (head, NULL),
        g_bytes_get_size (head) - (what >> 7), &run->world->now);
}

/* ---- administrators ---- */

static void
administer (Run *run, DirClient *client, guint8 what)
{
  static const char *const titles[] = { NULL, "Engineer", "\x01", "Director" };
  LanRegistry *registry = run->world->servers[0].registry;
  LanUserId uid = dir_client_uid (client);
  LanRegistryAccountChange change = { .status = -1, .role = -1, .title = titles[what / 16 % 4] };
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint8 code[16], hash[32] = { 0 };

  switch (what % 8) {
  case 0:
    change.uid = &uid;
    lan_registry_admin_account (registry, 1, &change, &run->world->now);
    break;
  case 1:
    change.uid = &uid;
    change.status = what >> 6;
    lan_registry_admin_account (registry, 1, &change, &run->world->now);
    break;
  case 2:
    change.login = (what & 16) == 0 ? "new" : "ann";
    change.title = NULL;
    lan_registry_admin_account (registry, 1, &change, &run->world->now);
    break;
  case 3:
    change.uid = &uid;
    change.reset_key = TRUE;
    lan_registry_admin_account (registry, 1, &change, &run->world->now);
    break;
  case 4:
    lan_registry_admin_revoke_device (registry, 1, device (client), &run->world->now);
    break;
  case 5:
    g_ptr_array_add (objects, g_bytes_ref (run->world->offline_cert));
    g_ptr_array_add (objects,
                     dir_world_attest (run->world, client, "bob", 2 + what / 64, (what & 16) != 0));
    lan_registry_admin_import (registry, 1, objects, &run->world->now);
    break;
  case 6:
    if (!run->world->holds_ops) {
      LanRegistryOpStatus good = LAN_OP_OK;

      dir_store_set_fault (run->world->servers[0].store, good);
      dir_world_invite (run->world, 0, (what & 16) == 0 ? "cem" : "", code);
      dir_client_join_with (client, (what & 32) == 0 ? "cem" : "ann", code, NULL);
    }
    break;
  default:
    lan_registry_admin_drop_invite (registry, 1, hash, &run->world->now);
    break;
  }
}

static void
enrol (Run *run, DirClient *client, guint8 what)
{
  guint8 code[16] = { what }, secret[32] = { what };
  LanRegistryInviteRow row = { .login = (char *) "ann" };
  LanHash hash;

  if ((what & 8) != 0) { /* a new key for Bob's place, or for nobody's */
    lan_invite_hash (&hash, code);
    memcpy (row.hash, hash.b, sizeof row.hash);
    if ((what & 16) == 0)
      row.uid = dir_client_uid (run->c[1]);
    row.expires_s = run->world->now.wall_ms / 1000 + ((what & 32) == 0 ? 1000 : -1);
    lan_registry_admin_invite (run->world->servers[0].registry, 1, &row, &run->world->now);
    dir_world_run (run->world);
  }
  if ((what & 3) == 1 && run->jobs++ > 0)
    return;
  dir_client_join_with (client, (what & 4) == 0 ? "ann" : "", (what & 2) != 0 ? code : NULL,
                        (what & 1) != 0 ? secret : NULL);
}

/* ---- bytes ---- */

static void
raw (Run *run, DirClient *client, gboolean to_server)
{
  guint8 buffer[256];
  gsize len = lan_read_u8 (&run->in);

  len = MIN (len, lan_reader_left (&run->in));
  lan_read_bytes (&run->in, buffer, len);
  if (!to_server)
    g_queue_push_tail (&client->inbox, g_bytes_new (buffer, len));
  else if (client->conn != NULL)
    lan_registry_frame (run->world->servers[client->conn_view].registry, client->conn, buffer, len,
                        &run->world->now);
}

static GBytes *
flip (DirClient *client, GBytes *bytes, gpointer data)
{
  Run *run = data;
  gsize len;
  guint8 *copy;

  if (!run->flips || lan_server_frame_peek_type (g_bytes_get_data (bytes, NULL),
                                                 g_bytes_get_size (bytes)) != run->flip_type)
    return g_bytes_ref (bytes);
  copy = g_memdup2 (g_bytes_get_data (bytes, &len), g_bytes_get_size (bytes));
  copy[(gsize) run->flip_at * len / 256] ^= run->flip_by;
  return g_bytes_new_take (copy, len);
}

static void
settings (Run *run, DirClient *client, guint8 what)
{
  static const char *const keys[] = { "server.pin",     "server.head",  "server.log",
                                      "server.issuers", "server.heads", "server.list.00" };
  const char *key = what == 255 ? "server.key" : keys[what % G_N_ELEMENTS (keys)];
  GBytes *old = g_hash_table_lookup (client->settings, key);
  gsize len = old != NULL ? g_bytes_get_size (old) : 0;
  guint8 *copy = old != NULL ? g_memdup2 (g_bytes_get_data (old, NULL), len) : NULL;

  if (len > 0) {
    copy[what * len / 256] ^= 0x41;
    g_hash_table_replace (client->settings, g_strdup (key),
                          g_bytes_new_take (copy, len - (what & 1)));
  } else {
    g_free (copy);
  }
  dir_client_restart (client);
}

static void
restart (Run *run, guint8 what)
{
  dir_world_kill (run->world, 0);
  g_assert_cmpint (dir_world_start (run->world, 0), ==, LAN_STATUS_OK);
  if ((what & 1) != 0)
    lan_registry_stop (run->world->servers[0].registry, 100, &run->world->now);
}

/* Another server under the same keys, and back. */
static void
other_truth (Run *run, DirClient *client)
{
  DirServer *other = &run->world->servers[1];

  if (other->registry == NULL) {
    if (other->store == NULL)
      other->store = dir_store_copy (run->world->servers[0].store);
    g_assert_cmpint (dir_world_start (run->world, 1), ==, LAN_STATUS_OK);
  }
  client->view = 1 - client->view;
  dir_client_break (client);
}

/* Its administrator changes something, or it shows an entry that no issuer signed. */
static void
change_other (Run *run, DirClient *client, guint8 what)
{
  LanUserId uid = dir_client_uid (client);
  LanRegistryAccountChange change = { .uid = &uid, .title = "Emperor", .status = -1, .role = -1 };
  Lanyard__Server__DirectoryPage page = LANYARD__SERVER__DIRECTORY_PAGE__INIT;
  Lanyard__Server__Entry entry = LANYARD__SERVER__ENTRY__INIT, *entries = &entry;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  g_autoptr (GBytes) bytes = NULL, head = NULL;
  LanServerClientInfo info;
  gsize len;

  if ((what & 1) == 0) {
    if (run->world->servers[1].registry != NULL)
      dir_world_change (run->world, 1, &change);
    return;
  }
  if (lan_registry_pending (run->world->servers[0].registry) > 0)
    return;
  bytes =
      dir_world_attest (run->world, run->c[what >> 7], "dan", 1 + what / 16 % 4, (what & 2) != 0);
  if ((what & 4) != 0) { /* an issuer of another company */
    g_bytes_unref (bytes);
    bytes = g_bytes_new ("LIK1 and nothing more", 21);
  }
  head = dir_world_next_head (run->world, 0, bytes);
  lan_server_client_get_info (client->machine, &info);
  page.first = info.dir_size + (what >> 6 & 1);
  page.n_entries = 1;
  page.entries = &entries;
  entry.bytes.data = (guint8 *) g_bytes_get_data (bytes, &len);
  entry.bytes.len = len;
  page.head.data = (guint8 *) g_bytes_get_data (head, &len);
  page.head.len = (what & 8) != 0 ? 0 : len;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_DIRECTORY_PAGE;
  frame.directory_page = &page;
  dir_client_inject (client, &frame);
}

/* ---- a server that comes back from a backup ---- */

static void
sign_restart (Run *run, guint8 what)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  LanRegistry *registry = run->world->servers[1].registry;
  LanDirectoryRestart restart;
  GBytes *object;

  if (registry == NULL)
    return;
  lan_registry_get_restart (registry, &restart, &run->world->now);
  restart.root.b[0] ^= (what & 8) != 0;
  restart.epoch += what >> 7;
  object = lan_directory_restart_issue (&restart, run->world->root);
  if (object == NULL)
    return;
  g_ptr_array_add (objects, object);
  lan_registry_admin_import (registry, 1, objects, &run->world->now);
}

static void
restore (Run *run, DirClient *client, guint8 what)
{
  DirServer *other = &run->world->servers[1];
  LanServerClientInfo info;

  switch (what % 4) {
  case 0: /* the backup is made */
    if (other->store == NULL)
      other->store = dir_store_copy (run->world->servers[0].store);
    break;
  case 1: /* and serves */
    lan_server_client_get_info (client->machine, &info);
    run->world->epoch_floor = info.dir_epoch + what;
    if (other->store != NULL && other->registry == NULL)
      g_assert_cmpint (dir_world_start (run->world, 1), ==, LAN_STATUS_OK);
    break;
  case 2:
    sign_restart (run, what);
    break;
  default:
    if (other->registry != NULL) {
      client->view = 1 - client->view;
      dir_client_break (client);
    }
    break;
  }
}

/* ---- several devices of one person ---- */

static void
use_devices (Run *run, DirClient *client, guint8 what)
{
  const LanServerAddress address = { "server.example", 24790 };
  const guint8 *root = (what & 8) != 0 ? NULL : lan_org_key_public (run->world->root);
  g_autoptr (GPtrArray) certs = g_ptr_array_new ();

  if (run->second == NULL)
    run->second = dir_world_add_device (run->world, run->c[0], "laptop");
  if ((what & 16) != 0)
    client = run->second;
  switch (what % 4) {
  case 0:
    g_ptr_array_add (certs, run->second->cert);
    if ((what & 32) != 0)
      g_ptr_array_add (certs, run->c[1]->cert);
    lan_server_client_set_certs (client->machine, certs, &run->world->now);
    break;
  case 1:
    lan_server_client_set_certs (client->machine, certs, &run->world->now);
    break;
  case 2:
    (void) !lan_server_client_adopt (client->machine, &address, run->world->server_public, root,
                                     &run->world->now);
    break;
  default:
    g_hash_table_replace (client->settings, g_strdup ("server.pin"),
                          lan_server_client_make_pin (&address, run->world->server_public, root));
    dir_client_restart (client);
    break;
  }
}

/* ---- the server's issuer, renewed ---- */

static void
renew_issuer (Run *run, guint8 what)
{
  guint8 seed[LAN_KEY_BYTES] = { 77 };
  gint64 now_s = run->world->now.wall_ms / 1000;
  g_autoptr (GBytes) cert = NULL;

  if (run->issuer == NULL)
    run->issuer = lan_issuer_key_new_from_seed (seed);
  cert = lan_issuer_issue (
      run->world->root,
      lan_issuer_key_public ((what & 1) != 0 ? run->world->offline_key : run->issuer),
      LAN_LEVEL_SERVER, now_s - 10, now_s + 86400);
  if ((what & 2) != 0) {
    g_bytes_unref (cert);
    cert = g_bytes_new ("LIK1", 4);
  }
  (void) !lan_registry_set_issuer (run->world->servers[0].registry, run->issuer, cert,
                                   &run->world->now);
}

/* ---- the key of its lanes, renewed ---- */

static void
renew_server_key (Run *run, guint8 what)
{
  g_autoptr (LanOrgKey) other = (what & 8) != 0 ? lan_org_key_new (&run->world->random.base) : NULL;

  dir_world_renew_key (run->world, other, 1 + (what >> 4), (what & 1) == 0);
}

static void
company_step (Run *run, guint8 op)
{
  DirClient *client = who (run);
  guint8 what = lan_read_u8 (&run->in);

  if (op == 255 && (what & 4) != 0)
    renew_server_key (run, what);
  else if (op == 255)
    renew_issuer (run, what);
  else if (op == 254)
    use_devices (run, client, what);
  else
    restore (run, client, what);
  dir_world_run (run->world);
}

static void
step (Run *run)
{
  static const guint passes[] = { 10, 1100, 12000, 95000, 1000000, 8 * 3600 * 1000, 86400000 };
  guint8 op = lan_read_u8 (&run->in);
  DirClient *client;
  guint8 what;

  if (op >= 253) {
    company_step (run, op);
    return;
  }
  client = who (run);
  what = op < 4 ? 0 : lan_read_u8 (&run->in);
  switch (op % 20) {
  case 0:
    raw (run, client, TRUE);
    break;
  case 1:
    raw (run, client, FALSE);
    break;
  case 2:
    dir_client_break (client);
    break;
  case 3:
    lan_server_client_network_changed (client->machine, &run->world->now);
    break;
  case 4:
    use_people (run, client, what);
    break;
  case 5:
    use_mail (run, client, what);
    break;
  case 6:
    use_services (run, client, what);
    break;
  case 7:
    gossip (run, client, what);
    break;
  case 8:
    administer (run, client, what);
    break;
  case 9:
    enrol (run, client, what);
    break;
  case 10:
    run->flips = what != 0;
    run->flip_type = what;
    run->flip_at = lan_read_u8 (&run->in);
    run->flip_by = lan_read_u8 (&run->in);
    break;
  case 11:
    dir_world_pass (run->world, passes[what % G_N_ELEMENTS (passes)]);
    break;
  case 12:
    dir_store_set_fault (run->world->servers[0].store, (LanRegistryOpStatus) (what % 6));
    break;
  case 13:
    run->world->holds_ops = (what & 1) != 0;
    break;
  case 14:
    dir_client_reissue (client, "Again", (what & 1) != 0);
    break;
  case 15:
    if (client->conn != NULL)
      lan_registry_writable (run->world->servers[client->conn_view].registry, client->conn,
                             what & 1, &run->world->now);
    break;
  case 16:
    settings (run, client, what);
    break;
  case 17:
    restart (run, what);
    break;
  case 18:
    other_truth (run, client);
    break;
  default:
    change_other (run, client, what);
    break;
  }
  dir_world_run (run->world);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const names[] = { "Ann", "Bob", "Cem" };
  Run run = { 0 };
  LanRegistryCounters counters;

  if (size % 4 != 0) /* making a company takes a while: not each length that the replayer cuts to */
    return 0;
  lan_reader_init (&run.in, data, size);
  run.world = dir_world_new (1);
  run.world->limits.mailbox_bytes = 200000;
  run.world->limits.request_burst = 60;
  g_assert_cmpint (dir_world_start (run.world, 0), ==, LAN_STATUS_OK);
  dir_world_run (run.world);
  for (guint i = 0; i < 3; i++) {
    run.c[i] = dir_world_add (run.world, names[i]);
    run.c[i]->tamper = run.c[i]->tamper_up = flip;
    run.c[i]->tamper_data = &run;
    if (i < 2)
      dir_client_join (run.c[i], i == 0 ? "ann" : "bob");
  }
  dir_world_pass (run.world, 1100);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&run.in) > 0; i++)
    step (&run);
  run.world->holds_ops = FALSE;
  dir_world_run (run.world);
  lan_registry_get_counters (run.world->servers[0].registry, &counters);
  g_assert_cmpuint (counters.logged_in, <=, counters.connections);
  dir_world_free (run.world);
  g_clear_pointer (&run.issuer, lan_issuer_key_free);
  return 0;
}
