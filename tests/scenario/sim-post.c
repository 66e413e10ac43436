/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "sim-post.h"

#include "lan-attested.h"
#include "lan-mail.h"
#include "lan-prekey.h"

#include <string.h>

typedef struct {
  guint64 id;
  GBytes *envelope;
} SimLetter;

typedef struct {
  LanDeviceId device;
  GBytes *signed_prekey;
  gint64 signed_expires_s;
  GQueue one_time; /* of GBytes */
  GArray *letters; /* of SimLetter */
} SimBox;

typedef struct {
  guint node;
  guint generation;
  LanDeviceId to;
  guint8 id[LAN_MAIL_ID_BYTES];
  GBytes *envelope;
} SimDeposit;

/* What an event brings to a desktop. */
typedef enum {
  POST_OPEN,
  POST_AWAY,
  POST_LEFT,
  POST_BUNDLE,
  POST_NO_BUNDLE,
  POST_STORED,
  POST_MAIL,
  POST_PAPERS,
} PostKind;

static gboolean
chance (Sim *sim, guint permille)
{
  return permille > 0 && lan_random_below (&sim->random.base, 1000) < permille;
}

static void
letter_clear (SimLetter *letter)
{
  g_clear_pointer (&letter->envelope, g_bytes_unref);
}

static void
box_free (SimBox *box)
{
  g_clear_pointer (&box->signed_prekey, g_bytes_unref);
  g_queue_clear_full (&box->one_time, (GDestroyNotify) g_bytes_unref);
  g_array_unref (box->letters);
  g_free (box);
}

static void
deposit_free (SimDeposit *deposit)
{
  g_bytes_unref (deposit->envelope);
  g_free (deposit);
}

static SimBox *
box_of (SimPost *post, const LanDeviceId *device)
{
  SimBox *box;

  for (guint i = 0; i < post->boxes->len; i++) {
    box = g_ptr_array_index (post->boxes, i);
    if (lan_device_id_equal (&box->device, device))
      return box;
  }
  box = g_new0 (SimBox, 1);
  box->device = *device;
  g_queue_init (&box->one_time);
  box->letters = g_array_new (FALSE, FALSE, sizeof (SimLetter));
  g_array_set_clear_func (box->letters, (GDestroyNotify) letter_clear);
  g_ptr_array_add (post->boxes, box);
  return box;
}

static const LanDeviceId *
device_of (SimNode *node)
{
  return lan_device_keys_id (g_ptr_array_index (node->device_keys, node->device_keys->len - 1));
}

static SimNode *
node_of_device (Sim *sim, const LanDeviceId *device)
{
  for (guint i = 0; i < sim->nodes->len; i++)
    if (lan_device_id_equal (device_of (sim_node (sim, i)), device))
      return sim_node (sim, i);
  return NULL;
}

static SimEvent *
bring (Sim *sim, SimNode *node, PostKind kind)
{
  SimEvent *event = sim_add (sim, SIM_POST, node->index,
                             sim->now_us + 200 +
                                 lan_random_below (&sim->random.base, (guint32) sim->delay_us + 1));

  event->post_kind = kind;
  return event;
}

static void
tell_left (Sim *sim, SimNode *node)
{
  SimBox *box = box_of (sim->post, device_of (node));
  SimEvent *event = bring (sim, node, POST_LEFT);

  event->post_number = box->one_time.length;
  event->post_time_s = box->signed_expires_s;
}

static void
give (Sim *sim, SimNode *node, const SimLetter *letter)
{
  SimEvent *event = bring (sim, node, POST_MAIL);

  event->post_number = letter->id;
  event->bytes = g_bytes_ref (letter->envelope);
  if (chance (sim, sim->post->shuffle_permille))
    sim_delay (sim, event, 50000);
}

static void
store (Sim *sim, SimDeposit *deposit)
{
  SimPost *post = sim->post;
  SimNode *sender = sim_node (sim, deposit->node), *to = node_of_device (sim, &deposit->to);
  SimBox *box = box_of (post, &deposit->to);
  char *key = lan_hex_encode (deposit->id, sizeof deposit->id);
  SimLetter letter = { ++post->next_id, NULL };
  SimEvent *event;

  if (!g_hash_table_add (post->stored, key)) {
    post->n_duplicates++;
  } else {
    post->n_stored++;
    g_ptr_array_add (post->all, g_bytes_ref (deposit->envelope));
    if (!chance (sim, post->lose_permille)) {
      letter.envelope = g_bytes_ref (deposit->envelope);
      g_array_append_val (box->letters, letter);
      if (to != NULL && to->core != NULL)
        give (sim, to, &letter);
    }
  }
  event = bring (sim, sender, POST_STORED);
  memcpy (event->post_id, deposit->id, sizeof deposit->id);
}

static void
deposit (Sim *sim, SimNode *node, LanCoreAction *action)
{
  SimDeposit *d = g_new0 (SimDeposit, 1);

  d->node = node->index;
  d->generation = node->generation;
  d->to = action->deposit.device;
  memcpy (d->id, action->deposit.id, sizeof d->id);
  d->envelope = g_bytes_ref (action->deposit.envelope);
  if (!sim->post->up || chance (sim, sim->post->deaf_permille)) {
    g_ptr_array_add (sim->post->pending, d);
    return;
  }
  store (sim, d);
  deposit_free (d);
}

static void
cancel (Sim *sim, const LanCoreAction *action)
{
  GPtrArray *pending = sim->post->pending;

  sim->post->n_cancelled++;
  for (guint i = pending->len; i > 0; i--) {
    SimDeposit *d = g_ptr_array_index (pending, i - 1);

    if (memcmp (d->id, action->deposit.id, sizeof d->id) == 0)
      g_ptr_array_remove_index (pending, i - 1);
  }
}

static void
give_bundle (Sim *sim, SimNode *node, const LanDeviceId *device)
{
  SimBox *box = box_of (sim->post, device);
  SimEvent *event;

  if (!sim->post->up)
    return;
  event = bring (sim, node, box->signed_prekey != NULL ? POST_BUNDLE : POST_NO_BUNDLE);
  event->post_device = *device;
  if (box->signed_prekey == NULL)
    return;
  sim->post->n_bundles++;
  event->bytes = g_bytes_ref (box->signed_prekey);
  event->more_bytes = g_queue_pop_head (&box->one_time);
  sim->post->n_without_one_time += event->more_bytes == NULL;
}

static void
acknowledged (Sim *sim, SimNode *node, guint64 id)
{
  SimBox *box = box_of (sim->post, device_of (node));

  for (guint i = 0; i < box->letters->len; i++) {
    const SimLetter *letter = &g_array_index (box->letters, SimLetter, i);

    if (letter->id != id)
      continue;
    if (chance (sim, sim->post->again_permille))
      give (sim, node, letter);
    g_array_remove_index (box->letters, i);
    return;
  }
}

static void
publish (Sim *sim, SimNode *node, LanCoreAction *action)
{
  SimBox *box = box_of (sim->post, device_of (node));
  LanPrekey prekey;

  if (!sim->post->up)
    return;
  if (action->prekeys.signed_prekey != NULL) {
    gsize len;
    const guint8 *data = g_bytes_get_data (action->prekeys.signed_prekey, &len);

    g_assert_cmpint (lan_prekey_decode (&prekey, data, len), ==, LAN_STATUS_OK);
    g_clear_pointer (&box->signed_prekey, g_bytes_unref);
    box->signed_prekey = g_bytes_ref (action->prekeys.signed_prekey);
    box->signed_expires_s = prekey.expires_s;
  }
  for (gsize at = 0;
       action->prekeys.one_time != NULL && at < g_bytes_get_size (action->prekeys.one_time);
       at += LAN_ONE_TIME_BYTES)
    g_queue_push_tail (&box->one_time,
                       g_bytes_new_from_bytes (action->prekeys.one_time, at, LAN_ONE_TIME_BYTES));
  tell_left (sim, node);
}

gboolean
sim_post_carry_out (Sim *sim, SimNode *node, LanCoreAction *action)
{
  if (sim->post == NULL)
    return FALSE;
  switch ((int) action->type) {
  case LAN_CORE_WANT_BUNDLE:
    give_bundle (sim, node, &action->bundle.device);
    return TRUE;
  case LAN_CORE_WANT_PAPERS:
    sim->post->n_papers++;
    if (sim->post->up)
      bring (sim, node, POST_PAPERS)->post_account = action->account;
    return TRUE;
  case LAN_CORE_DEPOSIT:
    deposit (sim, node, action);
    return TRUE;
  case LAN_CORE_CANCEL_DEPOSIT:
    cancel (sim, action);
    return TRUE;
  case LAN_CORE_MAIL_ACK:
    if (sim->post->up)
      acknowledged (sim, node, action->mail.id);
    return TRUE;
  case LAN_CORE_PUBLISH_PREKEYS:
    publish (sim, node, action);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
papers (Sim *sim, SimNode *node, const LanAccountId *account, const LanTime *now)
{
  g_autoptr (GPtrArray) certs = g_ptr_array_new ();

  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *other = sim_node (sim, i);

    if (!lan_account_id_equal (sim_id (sim, i), account))
      continue;
    g_ptr_array_add (certs, other->cert);
    (void) !lan_core_papers (node->core, account, other->list, certs, now);
  }
}

void
sim_post_event (Sim *sim, SimNode *node, SimEvent *event)
{
  LanTime now = sim_time (sim, node->index);

  switch ((PostKind) event->post_kind) {
  case POST_OPEN:
    lan_core_set_mailbox (node->core, LAN_MAILBOX_OPEN, &now);
    break;
  case POST_AWAY:
    lan_core_set_mailbox (node->core, LAN_MAILBOX_AWAY, &now);
    break;
  case POST_LEFT:
    lan_core_prekeys_left (node->core, (guint) event->post_number, event->post_time_s, &now);
    break;
  case POST_BUNDLE:
    lan_core_bundle (node->core, &event->post_device, event->bytes, event->more_bytes, &now);
    break;
  case POST_NO_BUNDLE:
    lan_core_bundle_refused (node->core, &event->post_device, 0, &now);
    break;
  case POST_STORED:
    lan_core_deposit_stored (node->core, event->post_id, &now);
    break;
  case POST_MAIL:
    lan_core_mail (node->core, event->post_number, event->bytes, &now);
    break;
  case POST_PAPERS:
    papers (sim, node, &event->post_account, &now);
    break;
  default:
    g_assert_not_reached ();
  }
}

void
sim_post_login (Sim *sim, guint index)
{
  SimPost *post = sim->post;
  SimNode *node = sim_node (sim, index);
  SimBox *box;

  if (post == NULL || !post->up || node->core == NULL)
    return;
  bring (sim, node, POST_OPEN);
  tell_left (sim, node);
  for (guint i = 0; i < post->pending->len;) {
    SimDeposit *d = g_ptr_array_index (post->pending, i);

    if (d->node != index) {
      i++;
      continue;
    }
    if (d->generation == node->generation)
      store (sim, d);
    g_ptr_array_remove_index (post->pending, i);
  }
  box = box_of (post, device_of (node));
  for (guint i = 0; i < box->letters->len; i++)
    give (sim, node, &g_array_index (box->letters, SimLetter, i));
  for (guint i = 0; i < post->all->len; i++) {
    SimLetter old = { ++post->next_id, g_ptr_array_index (post->all, i) };

    if (chance (sim, post->again_permille))
      give (sim, node, &old);
  }
}

SimPost *
sim_post_open (Sim *sim)
{
  SimPost *post = g_new0 (SimPost, 1);

  sim->post = post;
  post->boxes = g_ptr_array_new_with_free_func ((GDestroyNotify) box_free);
  post->pending = g_ptr_array_new_with_free_func ((GDestroyNotify) deposit_free);
  post->all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  post->stored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sim_post_set_up (sim, TRUE);
  return post;
}

void
sim_post_free (SimPost *post)
{
  if (post == NULL)
    return;
  g_ptr_array_unref (post->boxes);
  g_ptr_array_unref (post->pending);
  g_ptr_array_unref (post->all);
  g_hash_table_unref (post->stored);
  g_free (post);
}

void
sim_post_set_up (Sim *sim, gboolean up)
{
  sim->post->up = up;
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);

    if (up)
      sim_post_login (sim, i);
    else if (node->core != NULL)
      bring (sim, node, POST_AWAY);
  }
}

void
sim_post_attest_all (Sim *sim)
{
  for (guint i = 0; i < sim->nodes->len; i++)
    for (guint k = 0; k < sim->nodes->len; k++) {
      LanAttested attested = { .account = *sim_id (sim, k),
                               .name = sim_node (sim, k)->name,
                               .is_active = TRUE };
      LanTime now = sim_time (sim, i);

      if (i != k && sim_node (sim, i)->core != NULL)
        lan_core_attest (sim_node (sim, i)->core, &attested, &now);
    }
  sim_drain_all (sim);
}

guint
sim_post_waiting (Sim *sim, guint node)
{
  return box_of (sim->post, device_of (sim_node (sim, node)))->letters->len;
}

GBytes *
sim_post_prekey (Sim *sim, guint node)
{
  SimBox *box = box_of (sim->post, device_of (sim_node (sim, node)));

  return box->signed_prekey != NULL ? g_bytes_ref (box->signed_prekey) : NULL;
}
