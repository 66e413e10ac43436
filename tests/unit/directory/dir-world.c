/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "dir-world.h"

#include "lan-cert.h"
#include "lan-device-list.h"

#include <string.h>

#define WALL_MS G_GINT64_CONSTANT (1790000000000)

static gint64
now_s (const DirWorld *world)
{
  return world->now.wall_ms / 1000;
}

DirWorld *
dir_world_new (guint64 seed)
{
  DirWorld *world = g_new0 (DirWorld, 1);
  LanIssuer issuer;

  lan_seeded_random_init (&world->random, seed);
  world->now = (LanTime){ 1000 * (gint64) G_USEC_PER_SEC, WALL_MS };
  world->root = lan_org_key_new (&world->random.base);
  world->issuer_key = lan_issuer_key_new (&world->random.base);
  world->issuer_cert =
      lan_issuer_issue (world->root, lan_issuer_key_public (world->issuer_key), LAN_LEVEL_SERVER,
                        now_s (world) - 86400, now_s (world) + 300 * 86400);
  world->offline_key = lan_issuer_key_new (&world->random.base);
  world->offline_cert =
      lan_issuer_issue (world->root, lan_issuer_key_public (world->offline_key), LAN_LEVEL_OFFLINE,
                        now_s (world) - 86400, now_s (world) + 300 * 86400);
  g_assert_cmpint (lan_issuer_decode (&issuer, g_bytes_get_data (world->offline_cert, NULL),
                                      g_bytes_get_size (world->offline_cert)),
                   ==, LAN_STATUS_OK);
  world->offline = issuer;
  lan_random_bytes (&world->random.base, world->server_public, sizeof world->server_public);
  lan_registry_limits_default (&world->limits);
  world->auto_attest = TRUE;
  world->clients = g_ptr_array_new ();
  world->events = g_array_new (FALSE, FALSE, sizeof (LanRegistryEvent));
  g_queue_init (&world->jobs);
  for (guint i = 0; i < DIR_VIEWS; i++)
    g_queue_init (&world->ops[i]);
  world->servers[0].store = dir_store_new ();
  return world;
}

static void
free_action (gpointer action)
{
  lan_server_client_action_clear (action);
  g_free (action);
}

static void
client_free (DirClient *client)
{
  lan_server_client_free (client->machine);
  lan_device_keys_free (client->device);
  lan_account_keys_free (client->account);
  g_bytes_unref (client->cert);
  g_bytes_unref (client->list);
  g_hash_table_unref (client->settings);
  g_queue_clear_full (&client->inbox, (GDestroyNotify) g_bytes_unref);
  g_ptr_array_unref (client->told);
  g_free (client->name);
  g_free (client);
}

void
dir_world_free (DirWorld *world)
{
  for (guint i = 0; i < DIR_VIEWS; i++)
    dir_world_kill (world, i);
  for (guint i = 0; i < world->clients->len; i++)
    client_free (g_ptr_array_index (world->clients, i));
  for (guint i = 0; i < DIR_VIEWS; i++)
    dir_store_free (world->servers[i].store);
  g_ptr_array_unref (world->clients);
  g_array_unref (world->events);
  lan_org_key_free (world->root);
  lan_issuer_key_free (world->issuer_key);
  lan_issuer_key_free (world->offline_key);
  g_bytes_unref (world->issuer_cert);
  g_bytes_unref (world->offline_cert);
  g_clear_pointer (&world->server_cert, g_bytes_unref);
  g_free (world);
}

LanStatus
dir_world_start (DirWorld *world, guint view)
{
  LanRegistryConfig config = { .org_name = "Example",
                               .issuer = world->issuer_key,
                               .issuer_cert = world->issuer_cert,
                               .auto_attest = world->auto_attest,
                               .epoch_floor = world->epoch_floor,
                               .random = &world->random.base,
                               .limits = world->limits };
  DirServer *server = &world->servers[view];
  LanStatus status;

  memcpy (config.server_public, world->server_public, sizeof config.server_public);
  memcpy (config.org_root, lan_org_key_public (world->root), sizeof config.org_root);
  server->registry = lan_registry_new (&config);
  lan_registry_set_server_key (server->registry, world->server_cert, &world->now);
  status = dir_store_load (server->store, server->registry);
  if (status == LAN_STATUS_OK)
    status = lan_registry_start (server->registry, &world->now);
  return status;
}

/* ---- lanes ---- */

static void
lane_down (DirClient *client)
{
  guint64 lane = client->lane;

  if (lane == 0)
    return;
  client->lane = 0;
  if (client->conn != NULL)
    lan_registry_disconnect (client->world->servers[client->conn_view].registry, client->conn,
                             &client->world->now);
  client->conn = NULL;
  g_queue_clear_full (&client->inbox, (GDestroyNotify) g_bytes_unref);
}

void
dir_client_break (DirClient *client)
{
  guint64 lane = client->lane;

  lane_down (client);
  if (lane != 0)
    lan_server_client_lane_down (client->machine, lane, &client->world->now);
}

void
dir_world_kill (DirWorld *world, guint view)
{
  DirServer *server = &world->servers[view];
  LanRegistryJob *job;
  LanRegistryOp *op;

  if (server->registry == NULL)
    return;
  for (guint i = 0; i < world->clients->len; i++) {
    DirClient *client = g_ptr_array_index (world->clients, i);

    if (client->conn != NULL && client->conn_view == view)
      dir_client_break (client);
  }
  while ((job = g_queue_pop_head (&world->jobs)) != NULL)
    lan_registry_job_free (job);
  while ((op = g_queue_pop_head (&world->ops[view])) != NULL)
    lan_registry_op_free (op);
  g_clear_pointer (&server->registry, lan_registry_free);
}

void
dir_world_renew_key (DirWorld *world, const LanOrgKey *root, guint64 seq, gboolean tells)
{
  lan_random_bytes (&world->random.base, world->server_public, sizeof world->server_public);
  g_clear_pointer (&world->server_cert, g_bytes_unref);
  world->server_cert = lan_server_key_issue (root != NULL ? root : world->root,
                                             world->server_public, seq, now_s (world));
  for (guint i = 0; tells && i < DIR_VIEWS; i++) {
    if (world->servers[i].registry != NULL)
      lan_registry_set_server_key (world->servers[i].registry, world->server_cert, &world->now);
  }
}

/* Who only looks is told what the company says of the key, and that was it. */
static void
on_look (DirClient *client, const LanServerClientAction *action, const guint8 *hash)
{
  DirWorld *world = client->world;
  g_autoptr (GBytes) frame = lan_registry_server_key_frame (world->servers[client->view].registry);

  lan_server_client_lane_up (client->machine, action->lane, hash, &world->now);
  if (frame != NULL && client->tamper != NULL) {
    GBytes *other = client->tamper (client, frame, client->tamper_data);

    g_bytes_unref (frame);
    frame = other;
  }
  if (frame != NULL)
    lan_server_client_frame (client->machine, action->lane, g_bytes_get_data (frame, NULL),
                             g_bytes_get_size (frame), &world->now);
  lan_server_client_lane_down (client->machine, action->lane, &world->now);
}

static void
on_dial (DirClient *client, const LanServerClientAction *action)
{
  DirWorld *world = client->world;
  DirServer *server = &world->servers[client->view];
  guint8 hash[64];

  client->dials += !action->dial.look;
  lane_down (client);
  if (world->is_down || client->is_cut_off || server->registry == NULL ||
      (!action->dial.look && memcmp (action->dial.server_public, world->server_public, 32) != 0)) {
    lan_server_client_lane_down (client->machine, action->lane, &world->now);
    return;
  }
  lan_random_bytes (&world->random.base, hash, sizeof hash);
  if (action->dial.look) {
    on_look (client, action, hash);
    return;
  }
  client->lane = action->lane;
  client->handle = ++world->next_handle;
  client->conn_view = client->view;
  client->conn =
      lan_registry_connect (server->registry, client->handle,
                            action->dial.enrol ? NULL : lan_device_keys_dh_public (client->device),
                            hash, "192.0.2.7", 40000, &world->now);
  lan_server_client_lane_up (client->machine, action->lane, hash, &world->now);
}

static void
keep (DirClient *client, const LanServerClientAction *action)
{
  for (guint i = 0; i < action->changes->len; i++) {
    const LanChange *change = g_ptr_array_index (action->changes, i);

    g_assert_cmpint (change->type, ==, LAN_CHANGE_SETTING);
    g_assert_true (g_str_has_prefix (change->setting.key, "server."));
    if (change->setting.value != NULL)
      g_hash_table_replace (client->settings, g_strdup (change->setting.key),
                            g_bytes_ref (change->setting.value));
    else
      g_hash_table_remove (client->settings, change->setting.key);
  }
}

static void
on_client_send (DirClient *client, const LanServerClientAction *action)
{
  g_autoptr (GBytes) bytes = NULL;

  if (action->lane != client->lane || client->conn == NULL)
    return;
  bytes = client->tamper_up != NULL ? client->tamper_up (client, action->bytes, client->tamper_data)
                                    : g_bytes_ref (action->bytes);
  if (bytes != NULL)
    lan_registry_frame (client->world->servers[client->conn_view].registry, client->conn,
                        g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                        &client->world->now);
}

static gboolean
drain_client (DirClient *client)
{
  LanServerClientAction action;
  gboolean moved = FALSE;

  while (lan_server_client_next_action (client->machine, &action)) {
    moved = TRUE;
    if (action.type == LAN_SERVER_CLIENT_DIAL) {
      on_dial (client, &action);
    } else if (action.type == LAN_SERVER_CLIENT_CLOSE) {
      if (action.lane == client->lane)
        lane_down (client);
    } else if (action.type == LAN_SERVER_CLIENT_SEND) {
      on_client_send (client, &action);
    } else if (action.type == LAN_SERVER_CLIENT_COMMIT) {
      keep (client, &action);
    } else {
      g_ptr_array_add (client->told, g_memdup2 (&action, sizeof action));
      continue; /* belongs to the list now */
    }
    lan_server_client_action_clear (&action);
  }
  return moved;
}

static DirClient *
find_handle (DirWorld *world, guint view, guint64 handle)
{
  for (guint i = 0; i < world->clients->len; i++) {
    DirClient *client = g_ptr_array_index (world->clients, i);

    if (client->conn != NULL && client->conn_view == view && client->handle == handle)
      return client;
  }
  return NULL;
}

static void
on_send (DirClient *client, const guint8 *data, gsize len)
{
  g_autoptr (GBytes) frame = g_bytes_new (data, len);

  g_assert_cmpuint (len, <=, LAN_SERVER_FRAME_MAX_BYTES);
  if (client->tamper != NULL) {
    GBytes *other = client->tamper (client, frame, client->tamper_data);

    if (other != NULL)
      g_queue_push_tail (&client->inbox, other);
    return;
  }
  g_queue_push_tail (&client->inbox, g_steal_pointer (&frame));
}

static gboolean
drain_server (DirWorld *world, guint view)
{
  LanRegistry *registry = world->servers[view].registry;
  LanRegistryAction action;
  gboolean moved = FALSE;
  DirClient *client;

  while (registry != NULL && lan_registry_next_action (registry, &action)) {
    moved = TRUE;
    client = find_handle (world, view, action.handle);
    switch (action.type) {
    case LAN_REGISTRY_SEND:
      if (client != NULL)
        on_send (client, action.data, action.len);
      break;
    case LAN_REGISTRY_CLOSE:
      if (client != NULL)
        g_queue_push_tail (&client->inbox, NULL);
      break;
    case LAN_REGISTRY_OP:
      dir_store_run (world->servers[view].store, action.op);
      g_queue_push_tail (&world->ops[view], action.op);
      break;
    case LAN_REGISTRY_JOB:
      g_queue_push_tail (&world->jobs, action.job);
      break;
    case LAN_REGISTRY_ADMIN:
      world->admin_refusal = action.refusal;
      world->admin_uid = action.uid;
      world->admin_answers++;
      break;
    case LAN_REGISTRY_EVENT:
    default:
      g_array_append_val (world->events, action.event);
      break;
    }
  }
  return moved;
}

void
dir_world_release (DirWorld *world)
{
  LanRegistryOp *op;

  for (guint view = 0; view < DIR_VIEWS; view++) {
    while ((op = g_queue_pop_head (&world->ops[view])) != NULL) {
      lan_registry_op_done (world->servers[view].registry, op, &world->now);
      drain_server (world, view);
    }
  }
}

void
dir_world_run_jobs (DirWorld *world)
{
  LanRegistryJob *job;

  while ((job = g_queue_pop_head (&world->jobs)) != NULL) {
    lan_registry_job_run (job);
    lan_registry_job_done (world->servers[0].registry, job, &world->now);
    drain_server (world, 0);
  }
}

/* What had come before the server closed is still read. */
static gboolean
deliver (DirClient *client)
{
  GBytes *frame;

  if (g_queue_is_empty (&client->inbox))
    return FALSE;
  frame = g_queue_pop_head (&client->inbox);
  if (frame == NULL) {
    dir_client_break (client);
    return TRUE;
  }
  lan_server_client_frame (client->machine, client->lane, g_bytes_get_data (frame, NULL),
                           g_bytes_get_size (frame), &client->world->now);
  g_bytes_unref (frame);
  return TRUE;
}

void
dir_world_run (DirWorld *world)
{
  gboolean moved;

  do {
    moved = FALSE;
    for (guint i = 0; i < DIR_VIEWS; i++)
      moved |= drain_server (world, i);
    if (!world->holds_ops &&
        (!g_queue_is_empty (&world->ops[0]) || !g_queue_is_empty (&world->ops[1]))) {
      dir_world_release (world);
      moved = TRUE;
    }
    if (!world->holds_jobs && !g_queue_is_empty (&world->jobs)) {
      dir_world_run_jobs (world);
      moved = TRUE;
    }
    for (guint i = 0; i < world->clients->len; i++) {
      DirClient *client = g_ptr_array_index (world->clients, i);

      moved |= deliver (client);
      moved |= drain_client (client);
    }
  } while (moved);
}

void
dir_world_pass (DirWorld *world, gint64 ms)
{
  gint64 end = world->now.mono_us + ms * 1000;

  dir_world_run (world);
  while (world->now.mono_us < end) {
    gint64 next = end;

    for (guint i = 0; i < DIR_VIEWS; i++) {
      if (world->servers[i].registry != NULL)
        next = MIN (next, lan_registry_next_deadline (world->servers[i].registry));
    }
    for (guint i = 0; i < world->clients->len; i++) {
      DirClient *client = g_ptr_array_index (world->clients, i);

      next = MIN (next, lan_server_client_next_deadline (client->machine));
    }
    next = MAX (next, world->now.mono_us + 1000);
    world->now.wall_ms += (next - world->now.mono_us) / 1000;
    world->now.mono_us = next;
    for (guint i = 0; i < DIR_VIEWS; i++) {
      if (world->servers[i].registry != NULL)
        lan_registry_advance (world->servers[i].registry, &world->now);
    }
    for (guint i = 0; i < world->clients->len; i++) {
      DirClient *client = g_ptr_array_index (world->clients, i);

      lan_server_client_advance (client->machine, &world->now);
    }
    dir_world_run (world);
  }
}

/* ---- people ---- */

static void
start_machine (DirClient *client)
{
  LanServerClientConfig config = { client->device, client->list, client->cert,
                                   &client->world->random.base };
  GHashTableIter iter;
  gpointer key, value;

  client->machine = lan_server_client_new (&config);
  g_hash_table_iter_init (&iter, client->settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    lan_server_client_load_setting (client->machine, key, value);
  lan_server_client_start (client->machine, &client->world->now);
}

static GBytes *
issue_cert (DirClient *client, const char *name, guint32 seq)
{
  return lan_cert_issue (client->account, client->device, name, now_s (client->world) - 3600,
                         now_s (client->world) + LAN_CERT_LIFE_SECONDS - 3600, seq, 0);
}

static void
enter (LanDeviceList *list, DirClient *client)
{
  LanDeviceEntry *entry = &list->devices[list->n_devices++];

  entry->device = *lan_device_keys_id (client->device);
  entry->state = LAN_DEVICE_ACTIVE;
  lan_cert_hash (&entry->cert_hash, g_bytes_get_data (client->cert, NULL),
                 g_bytes_get_size (client->cert));
}

static DirClient *
add (DirWorld *world, const char *name)
{
  DirClient *client = g_new0 (DirClient, 1);

  client->world = world;
  client->name = g_strdup (name);
  client->settings =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  client->told = g_ptr_array_new_with_free_func (free_action);
  g_queue_init (&client->inbox);
  g_ptr_array_add (world->clients, client);
  return client;
}

DirClient *
dir_world_add (DirWorld *world, const char *name)
{
  DirClient *client = add (world, name);
  LanDeviceList list = { .seq = 1, .time_s = now_s (world) };

  client->account = lan_account_keys_new (&world->random.base);
  list.account = *lan_account_keys_id (client->account);
  client->device = lan_device_keys_new (&list.account, &world->random.base);
  client->cert = issue_cert (client, name, 1);
  enter (&list, client);
  client->list = lan_device_list_issue (&list, client->account);
  start_machine (client);
  return client;
}

static void
next_list (DirClient *client, LanDeviceList *list)
{
  g_assert_cmpint (lan_device_list_decode (list, g_bytes_get_data (client->list, NULL),
                                           g_bytes_get_size (client->list)),
                   ==, LAN_STATUS_OK);
  lan_device_list_hash (&list->previous, g_bytes_get_data (client->list, NULL),
                        g_bytes_get_size (client->list));
  list->seq++;
  list->time_s = now_s (client->world);
}

static void
set_identity (DirClient *client)
{
  LanServerClientConfig config = { client->device, client->list, client->cert,
                                   &client->world->random.base };

  lan_server_client_set_identity (client->machine, &config, &client->world->now);
}

DirClient *
dir_world_add_device (DirWorld *world, DirClient *of, const char *name)
{
  DirClient *client = add (world, name);
  g_autoptr (GPtrArray) certs = g_ptr_array_new ();
  g_autoptr (GBytes) old = g_bytes_ref (of->list);
  LanDeviceList list;

  client->account = lan_account_keys_new_from_seed (lan_account_keys_seed (of->account));
  client->device = lan_device_keys_new (lan_account_keys_id (client->account), &world->random.base);
  next_list (of, &list);
  client->cert = issue_cert (client, name, list.seq);
  enter (&list, client);
  client->list = lan_device_list_issue (&list, of->account);
  g_bytes_unref (of->list);
  of->list = g_bytes_ref (client->list);
  start_machine (client);
  g_ptr_array_add (certs, client->cert);
  lan_server_client_set_certs (of->machine, certs, &world->now);
  set_identity (of);
  return client;
}

void
dir_client_reissue (DirClient *client, const char *name, gboolean revoke_self)
{
  g_autoptr (GBytes) old_list = client->list, old_cert = client->cert;
  LanDeviceList list;

  next_list (client, &list);
  client->cert = issue_cert (client, name, list.seq);
  for (guint i = 0; i < list.n_devices; i++) {
    if (!lan_device_id_equal (&list.devices[i].device, lan_device_keys_id (client->device)))
      continue;
    lan_cert_hash (&list.devices[i].cert_hash, g_bytes_get_data (client->cert, NULL),
                   g_bytes_get_size (client->cert));
    if (revoke_self)
      list.devices[i].state = LAN_DEVICE_REVOKED;
  }
  client->list = lan_device_list_issue (&list, client->account);
  set_identity (client);
}

void
dir_client_restart (DirClient *client)
{
  lane_down (client);
  lan_server_client_free (client->machine);
  dir_client_forget (client);
  start_machine (client);
}

/* ---- joining ---- */

void
dir_world_invite (DirWorld *world, guint view, const char *login, guint8 code[16])
{
  LanRegistryInviteRow row = { .login = (char *) login,
                               .display = (char *) "",
                               .title = (char *) "Engineer",
                               .department = (char *) "Lab/Optics" };
  LanHash hash;

  lan_random_bytes (&world->random.base, code, 16);
  lan_invite_hash (&hash, code);
  memcpy (row.hash, hash.b, sizeof row.hash);
  row.expires_s = now_s (world) + 7 * 86400;
  lan_registry_admin_invite (world->servers[view].registry, 1, &row, &world->now);
  dir_world_run (world);
  g_assert_cmpint (world->admin_refusal, ==, LAN_REFUSAL_NONE);
}

void
dir_client_join_with (DirClient *client, const char *login, const guint8 *code,
                      const guint8 *secret)
{
  DirWorld *world = client->world;
  LanServerJoin join = { .address = { "server.example", 24790 },
                         .login = login,
                         .display = client->name,
                         .code = code,
                         .secret = secret,
                         .root_public = lan_org_key_public (world->root) };

  memcpy (join.server_public, world->server_public, sizeof join.server_public);
  lan_server_client_join (client->machine, &join, &world->now);
  dir_world_run (world);
}

void
dir_client_join (DirClient *client, const char *login)
{
  guint8 code[16];

  dir_world_invite (client->world, client->view, login, code);
  dir_client_join_with (client, login, code, NULL);
  g_assert_cmpint (lan_server_client_get_state (client->machine), ==, LAN_SERVER_ONLINE);
}

void
dir_world_change (DirWorld *world, guint view, const LanRegistryAccountChange *change)
{
  lan_registry_admin_account (world->servers[view].registry, 2, change, &world->now);
  dir_world_run (world);
}

GBytes *
dir_world_attest (DirWorld *world, DirClient *client, const char *login, guint64 seq,
                  gboolean with_wrong_key)
{
  LanAttestation a = { .user = dir_client_uid (client),
                       .account = *lan_account_keys_id (client->account),
                       .seq = seq };
  g_autoptr (GBytes) good = NULL;
  guint8 *bytes;
  gsize len;

  a.not_before_s = now_s (world) - 60;
  a.not_after_s = now_s (world) + 200 * 86400;
  g_strlcpy (a.login, login, sizeof a.login);
  g_strlcpy (a.display, client->name, sizeof a.display);
  good = lan_attestation_issue (&a, &world->offline, world->offline_key);
  if (!with_wrong_key)
    return g_steal_pointer (&good);
  bytes = g_memdup2 (g_bytes_get_data (good, &len), g_bytes_get_size (good));
  bytes[len - 1] ^= 1;
  return g_bytes_new_take (bytes, len);
}

GBytes *
dir_world_next_head (DirWorld *world, guint view, GBytes *entry)
{
  LanMerkleFrontier frontier;
  GBytes *before = dir_store_log (world->servers[view].store, &frontier);
  LanDirectoryHead old, head = { .time_s = now_s (world) };
  LanIssuer issuer;
  LanHash leaf;

  g_assert_cmpint (
      lan_directory_head_decode (&old, g_bytes_get_data (before, NULL), g_bytes_get_size (before)),
      ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_issuer_decode (&issuer, g_bytes_get_data (world->issuer_cert, NULL),
                                      g_bytes_get_size (world->issuer_cert)),
                   ==, LAN_STATUS_OK);
  lan_merkle_leaf (&leaf, g_bytes_get_data (entry, NULL), g_bytes_get_size (entry));
  lan_merkle_frontier_append (&frontier, &leaf);
  head.epoch = old.epoch + 1;
  head.size = frontier.size;
  lan_merkle_frontier_root (&frontier, &head.root);
  lan_directory_head_hash (&head.previous, g_bytes_get_data (before, NULL),
                           g_bytes_get_size (before));
  return lan_directory_head_issue (&head, &issuer, world->issuer_key);
}

/* ---- looking ---- */

void
dir_client_inject (DirClient *client, const LanServerFrame *frame)
{
  g_queue_push_tail (&client->inbox, lan_server_frame_encode (frame));
  dir_world_run (client->world);
}

const LanServerClientAction *
dir_client_told (DirClient *client, LanServerClientActionType type, guint nth)
{
  for (guint i = 0; i < client->told->len; i++) {
    const LanServerClientAction *action = g_ptr_array_index (client->told, i);

    if (action->type == type && nth-- == 0)
      return action;
  }
  return NULL;
}

guint
dir_client_count (DirClient *client, LanServerClientActionType type)
{
  guint n = 0;

  while (dir_client_told (client, type, n) != NULL)
    n++;
  return n;
}

guint
dir_client_warned (DirClient *client, LanDirectoryWarning kind)
{
  const LanServerClientAction *action;
  guint n = 0;

  for (guint i = 0; (action = dir_client_told (client, LAN_SERVER_CLIENT_WARNING, i)) != NULL; i++)
    n += action->warning.kind == kind;
  return n;
}

void
dir_client_forget (DirClient *client)
{
  g_ptr_array_set_size (client->told, 0);
}

LanUserId
dir_client_uid (DirClient *client)
{
  LanServerClientInfo info;

  lan_server_client_get_info (client->machine, &info);
  return info.uid;
}
