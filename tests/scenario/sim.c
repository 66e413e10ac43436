/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "sim.h"

#include "lan-carry.h"
#include "lan-deadlines.h"
#include "sim-post.h"

#include <string.h>
#include <time.h>

#define WALL_START_MS G_GINT64_CONSTANT (1790000000000)

static int
compare_events (gconstpointer a, gconstpointer b, gpointer unused)
{
  const SimEvent *x = a, *y = b;

  if (x->due_us != y->due_us)
    return x->due_us < y->due_us ? -1 : 1;
  return x->serial < y->serial ? -1 : 1;
}

void
sim_event_free (SimEvent *event)
{
  g_clear_pointer (&event->bytes, g_bytes_unref);
  g_clear_pointer (&event->more_bytes, g_bytes_unref);
  g_clear_pointer (&event->changes, g_ptr_array_unref);
  g_free (event);
}

SimEvent *
sim_add (Sim *sim, SimEventType type, guint node, gint64 due_us)
{
  SimEvent *event = g_new0 (SimEvent, 1);

  event->due_us = MAX (due_us, sim->now_us);
  event->serial = ++sim->next_serial;
  event->type = type;
  event->node = node;
  event->generation = sim_node (sim, node)->generation;
  g_sequence_insert_sorted (sim->events, event, compare_events, NULL);
  return event;
}

void
sim_delay (Sim *sim, SimEvent *event, gint64 by_us)
{
  event->due_us += by_us;
  g_sequence_sort (sim->events, compare_events, NULL);
}

SimNode *
sim_node (Sim *sim, guint index)
{
  return g_ptr_array_index (sim->nodes, index);
}

LanTime
sim_time (Sim *sim, guint index)
{
  return (LanTime){ sim->now_us, sim->wall_start_ms + sim->now_us / 1000 +
                                     sim_node (sim, index)->wall_offset_ms };
}

const LanAccountId *
sim_id (Sim *sim, guint node)
{
  return lan_account_keys_id (sim_node (sim, node)->account);
}

LanConversationId
sim_conversation (Sim *sim, guint a, guint b)
{
  LanConversationId id;

  lan_conversation_id_of_pair (&id, sim_id (sim, a), sim_id (sim, b));
  return id;
}

static LanDeviceKeys *
device_of (SimNode *node)
{
  return g_ptr_array_index (node->device_keys, node->device_keys->len - 1);
}

/* A new device, and the list that names it; those before are revoked. */
void
sim_make_device (Sim *sim, SimNode *node)
{
  LanDeviceList list = { .account = *lan_account_keys_id (node->account) };
  LanDeviceKeys *keys = lan_device_keys_new (&list.account, &sim->random.base);
  gint64 now_s = sim->wall_start_ms / 1000;
  gsize len;

  if (node->list != NULL) {
    const guint8 *data = g_bytes_get_data (node->list, &len);
    LanDeviceList old;

    g_assert_cmpint (lan_device_list_decode (&old, data, len), ==, LAN_STATUS_OK);
    lan_device_list_hash (&list.previous, data, len);
    for (guint i = 0; i < old.n_devices; i++) {
      list.devices[list.n_devices] = old.devices[i];
      if (node->device_keys->len > 0 &&
          lan_device_id_equal (&old.devices[i].device, lan_device_keys_id (device_of (node))))
        list.devices[list.n_devices].state = LAN_DEVICE_REVOKED;
      list.n_devices++;
    }
  }
  g_ptr_array_add (node->device_keys, keys);
  g_clear_pointer (&node->cert, g_bytes_unref);
  node->cert = lan_cert_issue (node->account, keys, node->name, now_s - 86400,
                               now_s + LAN_CERT_LIFE_SECONDS, node->list_seq + 1, 0);
  list.seq = ++node->list_seq;
  list.time_s = now_s;
  list.devices[list.n_devices].device = *lan_device_keys_id (keys);
  lan_cert_hash (&list.devices[list.n_devices].cert_hash, g_bytes_get_data (node->cert, NULL),
                 g_bytes_get_size (node->cert));
  list.devices[list.n_devices++].state = LAN_DEVICE_ACTIVE;
  g_clear_pointer (&node->list, g_bytes_unref);
  node->list = lan_device_list_issue (&list, node->account);
}

static SimNode *
node_new (Sim *sim, guint index)
{
  SimNode *node = g_new0 (SimNode, 1);

  node->index = index;
  node->name = g_strdup_printf ("Person %u", index);
  node->account = lan_account_keys_new (&sim->random.base);
  node->device_keys = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_device_keys_free);
  node->store = sim_store_new ();
  node->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  node->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  node->wanted = g_hash_table_new (NULL, NULL);
  sim_make_device (sim, node);
  return node;
}

static void
node_free (SimNode *node)
{
  g_free (node->name);
  lan_core_free (node->core);
  lan_account_keys_free (node->account);
  g_ptr_array_unref (node->device_keys);
  g_bytes_unref (node->list);
  g_bytes_unref (node->cert);
  sim_store_free (node->store);
  g_hash_table_unref (node->told);
  g_hash_table_unref (node->states);
  g_hash_table_unref (node->wanted);
  g_free (node);
}

const LanDeviceId *
sim_device (Sim *sim, guint index)
{
  return lan_device_keys_id (device_of (sim_node (sim, index)));
}

static void
tell_identity (Sim *sim, SimNode *node)
{
  LanTime now = sim_time (sim, node->index);
  LanCoreConfig config = { device_of (node), node->list, node->cert, &sim->random.base };

  if (node->core == NULL)
    return;
  lan_core_set_identity (node->core, &config, &now);
  sim_drain (sim, node);
}

void
sim_take_list (Sim *sim, SimNode *node, GBytes *list)
{
  LanDeviceList decoded;

  g_assert_cmpint (
      lan_device_list_decode (&decoded, g_bytes_get_data (list, NULL), g_bytes_get_size (list)), ==,
      LAN_STATUS_OK);
  g_bytes_ref (list);
  g_bytes_unref (node->list);
  node->list = list;
  node->list_seq = decoded.seq;
  tell_identity (sim, node);
}

guint
sim_add_device (Sim *sim, guint of)
{
  SimNode *old = sim_node (sim, of);
  SimNode *node = node_new (sim, sim->nodes->len);

  lan_account_keys_free (node->account);
  node->account = lan_account_keys_new_from_seed (lan_account_keys_seed (old->account));
  g_free (node->name);
  node->name = g_strdup (old->name);
  g_ptr_array_set_size (node->device_keys, 0);
  g_bytes_unref (node->list);
  node->list = g_bytes_ref (old->list);
  node->list_seq = old->list_seq;
  sim_make_device (sim, node);
  g_ptr_array_add (sim->nodes, node);
  sim_take_list (sim, old, node->list);
  sim_start (sim, node->index);
  return node->index;
}

void
sim_revoke (Sim *sim, guint who, guint other)
{
  SimNode *node = sim_node (sim, who);
  g_autoptr (GBytes) next = NULL;
  LanDeviceList list;
  gsize len;
  const guint8 *data = g_bytes_get_data (node->list, &len);

  g_assert_cmpint (lan_device_list_decode (&list, data, len), ==, LAN_STATUS_OK);
  lan_device_list_hash (&list.previous, data, len);
  list.seq++;
  for (guint i = 0; i < list.n_devices; i++) {
    if (lan_device_id_equal (&list.devices[i].device, sim_device (sim, other)))
      list.devices[i].state = LAN_DEVICE_REVOKED;
  }
  next = lan_device_list_issue (&list, node->account);
  sim_take_list (sim, node, next);
}

Sim *
sim_new (guint64 seed, guint n_nodes)
{
  Sim *sim = g_new0 (Sim, 1);

  sim->seed = seed;
  lan_seeded_random_init (&sim->random, seed);
  sim->now_us = G_USEC_PER_SEC;
  sim->wall_start_ms = WALL_START_MS;
  sim->events = g_sequence_new ((GDestroyNotify) sim_event_free);
  sim->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  sim->pipes = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  sim->delay_us = 2000;
  sim->dial = TRUE;
  sim->crash_node = sim->clocked = -1;
  for (guint i = 0; i < n_nodes; i++)
    g_ptr_array_add (sim->nodes, node_new (sim, i));
  for (guint i = 0; i < n_nodes; i++)
    sim_start (sim, i);
  return sim;
}

void
sim_free (Sim *sim)
{
  g_sequence_free (sim->events);
  g_hash_table_unref (sim->pipes);
  sim_post_free (sim->post);
  g_ptr_array_unref (sim->nodes);
  g_free (sim);
}

static void
arm (Sim *sim, SimNode *node)
{
  gint64 due = lan_core_next_deadline (node->core);

  if (due != LAN_NO_DEADLINE)
    sim_add (sim, SIM_DEADLINE, node->index, due);
}

void
sim_drain (Sim *sim, SimNode *node)
{
  LanCoreAction action;

  while (node->core != NULL && lan_core_next_action (node->core, &action)) {
    sim_carry_out (sim, node, &action);
    lan_core_action_clear (&action);
  }
  if (node->core != NULL)
    arm (sim, node);
}

void
sim_start (Sim *sim, guint index)
{
  SimNode *node = sim_node (sim, index);
  LanTime now = sim_time (sim, index);
  LanCoreConfig config = { device_of (node), node->list, node->cert, &sim->random.base };

  g_assert_null (node->core);
  node->core = lan_core_new (&config);
  node->store_free_us = sim->now_us;
  sim_store_load (node->store, node->core);
  lan_core_start (node->core, &now);
  sim_drain (sim, node);
  sim_post_login (sim, index);
}

void
sim_break (Sim *sim, SimPipe *pipe)
{
  for (guint i = 0; i < 2; i++) {
    SimNode *node = sim_node (sim, pipe->ends[i]);

    if (node->core != NULL)
      sim_add (sim, SIM_DOWN, node->index,
               sim->now_us + lan_random_below (&sim->random.base, (guint32) sim->delay_us + 1))
          ->channel = pipe->id;
  }
  g_hash_table_remove (sim->pipes, &pipe->id);
}

static SimPipe *
find_pipe (Sim *sim, guint a, guint b)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, sim->pipes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    SimPipe *pipe = value;

    if ((pipe->ends[0] == a && pipe->ends[1] == b) || (pipe->ends[0] == b && pipe->ends[1] == a))
      return pipe;
  }
  return NULL;
}

gboolean
sim_connected (Sim *sim, guint a, guint b)
{
  return find_pipe (sim, a, b) != NULL;
}

void
sim_disconnect (Sim *sim, guint a, guint b)
{
  SimPipe *pipe;

  while ((pipe = find_pipe (sim, a, b)) != NULL)
    sim_break (sim, pipe);
}

guint64
sim_connect (Sim *sim, guint a, guint b, LanCarrier carrier)
{
  SimPipe *pipe;

  if (sim_node (sim, a)->core == NULL || sim_node (sim, b)->core == NULL ||
      sim_node (sim, a)->group != sim_node (sim, b)->group)
    return 0;
  pipe = g_new0 (SimPipe, 1);
  pipe->id = ++sim->next_channel;
  pipe->ends[0] = a;
  pipe->ends[1] = b;
  pipe->carrier = carrier;
  g_hash_table_insert (sim->pipes, &pipe->id, pipe);
  for (guint i = 0; i < 2; i++) {
    SimEvent *event = sim_add (sim, SIM_UP, pipe->ends[i], sim->now_us);

    event->channel = pipe->id;
    event->carrier = carrier;
    memcpy (event->dh, lan_device_keys_dh_public (device_of (sim_node (sim, pipe->ends[1 - i]))),
            sizeof event->dh);
  }
  return pipe->id;
}

void
sim_set_group (Sim *sim, guint index, guint group)
{
  sim_node (sim, index)->group = group;
  for (guint i = 0; i < sim->nodes->len; i++) {
    if (i != index && sim_node (sim, i)->group != group)
      sim_disconnect (sim, index, i);
  }
}

/* The commits that were asked for before the crash are done in order, as far as they are. */
static void
finish_store (Sim *sim, SimNode *node, gboolean keep)
{
  for (GSequenceIter *i = g_sequence_get_begin_iter (sim->events); !g_sequence_iter_is_end (i);
       i = g_sequence_iter_next (i)) {
    SimEvent *event = g_sequence_get (i);

    if (keep && event->type == SIM_COMMITTED && event->node == node->index &&
        event->generation == node->generation && !node->disk_full)
      sim_store_commit (node->store, event->changes);
  }
}

void
sim_crash (Sim *sim, guint index, gboolean keep)
{
  SimNode *node = sim_node (sim, index);

  if (node->core == NULL)
    return;
  finish_store (sim, node, keep);
  g_clear_pointer (&node->core, lan_core_free);
  node->generation++;
  g_hash_table_remove_all (node->wanted);
  for (guint i = 0; i < sim->nodes->len; i++)
    sim_disconnect (sim, index, i);
}

void
sim_reinstall (Sim *sim, guint index, const char *name)
{
  SimNode *node = sim_node (sim, index);
  SimNode *fresh;

  sim_crash (sim, index, FALSE);
  fresh = node_new (sim, index);
  g_free (fresh->name);
  fresh->name = g_strdup (name);
  fresh->generation = node->generation + 1;
  g_clear_pointer (&fresh->list, g_bytes_unref);
  fresh->list_seq = 0;
  sim_make_device (sim, fresh);
  node_free (node);
  sim->nodes->pdata[index] = fresh;
  sim_start (sim, index);
}

static void
on_committed (Sim *sim, SimNode *node, SimEvent *event, const LanTime *now)
{
  gboolean ok = !node->disk_full && sim_store_commit (node->store, event->changes);

  lan_core_committed (node->core, event->batch, ok, now);
}

static void
on_read (SimNode *node, SimEvent *event, const LanTime *now)
{
  g_autoptr (GPtrArray) rows = sim_store_read_log (
      node->store, &event->ask.read.conversation, &event->ask.read.device, event->ask.read.from_seq,
      event->ask.read.to_seq, event->ask.read.max_bytes);

  lan_core_rows (node->core, event->ask.read.request, rows, now);
}

static void
dial (Sim *sim, SimEvent *event)
{
  SimNode *node = sim_node (sim, event->node);

  if (!sim->dial || !g_hash_table_contains (node->wanted, GUINT_TO_POINTER (event->peer + 1)) ||
      sim_connected (sim, event->node, event->peer))
    return;
  if (sim_connect (sim, event->node, event->peer, LAN_CARRIER_LANE) == 0)
    sim_add (sim, SIM_DIAL, event->node, sim->now_us + G_USEC_PER_SEC)->peer = event->peer;
}

static void
carry_out_event (Sim *sim, SimNode *node, SimEvent *event)
{
  LanTime now = sim_time (sim, node->index);

  switch (event->type) {
  case SIM_FRAME:
    if (g_hash_table_contains (sim->pipes, &event->channel))
      lan_core_channel_frame (node->core, event->channel, event->carrier,
                              g_bytes_get_data (event->bytes, NULL),
                              g_bytes_get_size (event->bytes), &now);
    break;
  case SIM_UP:
    if (g_hash_table_contains (sim->pipes, &event->channel))
      lan_core_channel_up (node->core, event->channel, event->carrier, event->dh, &now);
    break;
  case SIM_DOWN:
    lan_core_channel_down (node->core, event->channel, &now);
    for (guint i = 0; i < sim->nodes->len; i++) {
      if (g_hash_table_contains (node->wanted, GUINT_TO_POINTER (i + 1)))
        sim_add (sim, SIM_DIAL, node->index, sim->now_us + 200000)->peer = i;
    }
    break;
  case SIM_COMMITTED:
    on_committed (sim, node, event, &now);
    break;
  case SIM_ROWS:
    on_read (node, event, &now);
    break;
  case SIM_FOUND:
    lan_core_found (
        node->core, event->ask.find.request,
        sim_store_has_message (node->store, &event->ask.account, &event->ask.find.message), &now);
    break;
  case SIM_LETTER:
    lan_core_carried_read (node->core, &event->ask.carried.id,
                           sim_store_letter (node->store, &event->ask.carried.id), &now);
    break;
  case SIM_DEADLINE:
    if (lan_core_next_deadline (node->core) <= sim->now_us)
      lan_core_advance (node->core, &now);
    else
      return;
    break;
  case SIM_DIAL:
    dial (sim, event);
    break;
  case SIM_POST:
    sim_post_event (sim, node, event);
    break;
  case SIM_RESTART:
  default:
    break;
  }
  sim_drain (sim, node);
}

static gint64
cpu_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
run_event (Sim *sim, SimEvent *event)
{
  SimNode *node = sim_node (sim, event->node);

  if (event->type == SIM_RESTART) {
    if (node->core == NULL)
      sim_start (sim, node->index);
    return;
  }
  if (node->core == NULL || event->generation != node->generation)
    return;
  node->steps++;
  if ((int) node->index == sim->crash_node && node->steps == sim->crash_at) {
    sim_crash (sim, node->index, sim->crash_keeps);
    sim_add (sim, SIM_RESTART, node->index, sim->now_us + 50000);
    return;
  }
  if ((int) node->index != sim->clocked) {
    carry_out_event (sim, node, event);
    return;
  }
  sim->clocked_ns -= cpu_ns ();
  carry_out_event (sim, node, event);
  sim->clocked_ns += cpu_ns ();
}

void
sim_run (Sim *sim, gint64 ms)
{
  gint64 until = sim->now_us + ms * 1000;

  for (;;) {
    GSequenceIter *first = g_sequence_get_begin_iter (sim->events);
    SimEvent *event;

    if (g_sequence_iter_is_end (first))
      break;
    event = g_sequence_get (first);
    if (event->due_us > until)
      break;
    sim->now_us = event->due_us;
    /* Taken out by hand: carrying it out may add before or behind it. */
    {
      SimEvent taken = *event;

      event->bytes = NULL;
      event->more_bytes = NULL;
      event->changes = NULL;
      g_sequence_remove (first);
      run_event (sim, &taken);
      g_clear_pointer (&taken.bytes, g_bytes_unref);
      g_clear_pointer (&taken.more_bytes, g_bytes_unref);
      g_clear_pointer (&taken.changes, g_ptr_array_unref);
    }
  }
  sim->now_us = until;
}

void
sim_drain_all (Sim *sim)
{
  for (guint i = 0; i < sim->nodes->len; i++)
    sim_drain (sim, sim_node (sim, i));
}
