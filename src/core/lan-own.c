/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The other devices of this account. They are peers like others, under a person of their own (`me`,
 * whom nobody is shown) and with a conversation of their own, in which each tells what was decided
 * on it (lan-own-share.c). Beyond that they exchange every conversation: each tells the others with
 * a vector what it holds, and they ask for what they lack (lan-pull.c).
 */
#include "lan-core-private.h"

#include <string.h>

gboolean
lan_core_is_me (const LanCore *core, const LanCorePerson *person)
{
  return person == core->me;
}

LanCoreDevice *
lan_core_own_device (LanCore *core, const LanDeviceId *device)
{
  return lan_core_person_device (core->me, device);
}

gboolean
lan_core_has_siblings (const LanCore *core)
{
  return core->n_siblings > 0;
}

void
lan_core_make_me (LanCore *core)
{
  LanCorePerson *me = lan_core_add_person (core, &core->self);

  core->strangers--;
  me->kept = TRUE;
  me->told = TRUE;
  me->row.flags = LAN_PERSON_ACCEPTED;
  me->row.trust = LAN_TRUST_VERIFIED;
  core->me = me;
}

static void
end_all (LanCore *core)
{
  g_autoptr (GList) channels = g_hash_table_get_values (core->channels);

  for (GList *l = channels; l != NULL; l = l->next)
    lan_core_close_channel (core, l->data, LAN_FAREWELL_NORMAL, FALSE);
}

static void
be_revoked (LanCore *core)
{
  if (core->revoked)
    return;
  core->revoked = TRUE;
  end_all (core);
  lan_core_push (core, lan_core_action_new (LAN_CORE_REVOKED));
}

/* With nobody to tell, nothing was told: the next device is told everything anew. */
static void
forget_shared (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  core->shared = FALSE;
  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    memset (((LanCorePerson *) value)->shared.at, 0, sizeof ((LanCorePerson *) value)->shared.at);
}

void
lan_core_take_own_list (LanCore *core)
{
  LanCorePerson *me = core->me;
  const LanDeviceEntry *self;
  LanDeviceList list;
  gsize len;
  const guint8 *data = g_bytes_get_data (core->list, &len);

  if (lan_device_list_decode (&list, data, len) != LAN_STATUS_OK)
    return;
  for (guint i = 0; i < me->devices->len; i++) {
    LanCoreDevice *device = g_ptr_array_index (me->devices, i);
    const LanDeviceEntry *entry = lan_device_list_find (&list, &device->row.device);
    guint8 state = entry != NULL ? entry->state : LAN_DEVICE_REVOKED;

    device->dirty = device->dirty || device->row.state != state;
    device->row.state = state;
  }
  core->n_siblings = 0;
  for (guint i = 0; i < list.n_devices; i++) {
    if (list.devices[i].state == LAN_DEVICE_ACTIVE &&
        !lan_device_id_equal (&list.devices[i].device, &core->self_device))
      core->n_siblings++;
  }
  if (me->row.list == NULL || !g_bytes_equal (me->row.list, core->list)) {
    g_clear_pointer (&me->row.list, g_bytes_unref);
    me->row.list = g_bytes_ref (core->list);
    if (me->devices->len > 0 || core->n_siblings > 0)
      lan_core_touch_person (core, me);
  }
  if (core->n_siblings == 0)
    forget_shared (core);
  self = lan_device_list_find (&list, &core->self_device);
  if (self != NULL && self->state != LAN_DEVICE_ACTIVE)
    be_revoked (core);
  lan_core_drop_revoked (core, me, NULL);
  lan_core_want (core, me);
  if (me->devices->len > 0 || core->n_siblings > 0)
    lan_core_push (core, lan_core_action_new (LAN_CORE_DEVICES));
}

static gboolean
is_active_in (const LanDeviceList *list, const LanDeviceId *device, const LanHash *cert_hash)
{
  return lan_device_list_check_cert (list, device, cert_hash) == LAN_STATUS_OK;
}

gboolean
lan_core_judge_own (LanCore *core, const Lanyard__Identity *identity, const LanDeviceList *list,
                    const LanDeviceId *device, const LanHash *cert_hash)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (core->list, &len);
  const LanDeviceEntry *entry;
  LanCoreAction *action;
  LanDeviceList ours;

  if (lan_device_list_decode (&ours, data, len) != LAN_STATUS_OK)
    return FALSE;
  if (len == identity->list.len && memcmp (data, identity->list.data, len) == 0)
    return is_active_in (&ours, device, cert_hash);
  entry = lan_device_list_find (&ours, device);
  if (entry != NULL && entry->state != LAN_DEVICE_ACTIVE)
    return FALSE;
  if (list->seq < ours.seq ? entry == NULL || !is_active_in (&ours, device, cert_hash)
                           : !is_active_in (list, device, cert_hash))
    return FALSE;
  if (list->seq >= ours.seq || !lan_device_list_covers (&ours, list)) {
    action = lan_core_action_new (LAN_CORE_OWN_LIST);
    action->own_list.list = g_bytes_new (identity->list.data, identity->list.len);
    action->own_list.from = *device;
    lan_core_push (core, action);
  }
  return TRUE;
}

/* --- what each has --- */

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const LanCoreTalk *x = *(LanCoreTalk *const *) a, *y = *(LanCoreTalk *const *) b;

  return x->top_order == y->top_order ? 0 : x->top_order > y->top_order ? -1 : 1;
}

static void
tell_holders (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk)
{
  for (guint i = 0; i < talk->peer->devices->len; i++) {
    const LanCoreDevice *device = g_ptr_array_index (talk->peer->devices, i);

    if (lan_talk_holds_something (talk, &device->row.device))
      lan_core_send_vector_of (core, channel, &talk->row.conversation, talk, &device->row.device,
                               FALSE);
  }
}

void
lan_core_own_met (LanCore *core, LanCoreChannel *channel)
{
  g_autoptr (GPtrArray) talks = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_array_set_size (channel->pulls, 0);
  channel->pulled_us = 0;
  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (((LanCoreTalk *) value)->kept && !lan_core_is_me (core, ((LanCoreTalk *) value)->peer))
      g_ptr_array_add (talks, value);
  }
  g_ptr_array_sort (talks, compare_newest_first);
  for (guint i = 0; i < talks->len; i++) {
    LanCoreTalk *talk = g_ptr_array_index (talks, i);

    lan_core_send_vector_of (core, channel, &talk->row.conversation, talk, NULL, FALSE);
    tell_holders (core, channel, talk);
  }
}

static void
tell (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder)
{
  for (guint i = 0; i < core->me->channels->len && !lan_core_is_me (core, talk->peer); i++) {
    LanCoreChannel *channel = g_ptr_array_index (core->me->channels, i);

    if (channel->best)
      lan_core_send_vector_of (core, channel, &talk->row.conversation, talk, holder, FALSE);
  }
}

void
lan_core_tell_own (LanCore *core, LanCoreTalk *talk)
{
  tell (core, talk, NULL);
}

void
lan_core_tell_own_holder (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder)
{
  tell (core, talk, holder);
}

LanCoreTalk *
lan_core_talk_by_id (LanCore *core, const LanConversationId *id)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, id);
  GHashTableIter iter;
  gpointer value;

  if (talk != NULL && talk->kept)
    return talk;
  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *person = value;
    LanConversationId pair;

    if ((person->talk != NULL && person->talk->kept) || lan_core_is_me (core, person))
      continue;
    lan_conversation_id_of_pair (&pair, &core->self, &person->row.account);
    if (lan_conversation_id_equal (&pair, id))
      return lan_core_get_talk (core, person);
  }
  return NULL;
}

/* One of ours knows what a device of the other has. */
static void
note_holder (LanCore *core, LanCoreTalk *talk, const Lanyard__Vector *vector)
{
  LanDeviceId holder;

  memcpy (holder.b, vector->holder.data, sizeof holder.b);
  if (lan_core_person_device (talk->peer, &holder) == NULL)
    return;
  for (gsize i = 0; i < vector->n_heads; i++) {
    const Lanyard__LogHead *head = vector->heads[i];
    LanDeviceId author;
    LanHash hash;

    memcpy (author.b, head->device.data, sizeof author.b);
    memcpy (hash.b, head->hash.data, sizeof hash.b);
    if (!lan_device_id_equal (&author, &core->self_device))
      lan_core_note_holding (core, talk, &holder, &author, head->seq, &hash);
    else if (head->seq > 0 && head->seq <= talk->own->committed.seq)
      lan_core_confirm (core, talk, &holder, head->seq, &hash);
  }
}

/* Has one of ours more of this device's own log, or another branch of it? */
static void
note_own_head (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk,
               const Lanyard__Vector *vector)
{
  for (gsize i = 0; i < vector->n_heads; i++) {
    const Lanyard__LogHead *head = vector->heads[i];
    const LanTailEntry *entry;

    if (memcmp (head->device.data, core->self_device.b, sizeof core->self_device.b) != 0)
      continue;
    entry = lan_talk_tail_entry (talk, head->seq);
    if (head->seq > talk->own->head.seq)
      lan_core_begin_restore (core, channel, talk, head->seq);
    else if (entry != NULL && memcmp (entry->hash.b, head->hash.data, sizeof entry->hash.b) != 0)
      lan_core_suspect_in (core, channel, talk, head->seq, &entry->hash);
  }
}

void
lan_core_on_own_vector (LanCore *core, LanCoreChannel *channel, const Lanyard__Vector *vector)
{
  LanConversationId id;
  LanCoreTalk *talk;

  memcpy (id.b, vector->conversation.data, sizeof id.b);
  talk = vector->n_heads > 0 ? lan_core_talk_by_id (core, &id)
                             : g_hash_table_lookup (core->talks, &id);
  if (talk == NULL || lan_core_is_me (core, talk->peer))
    return;
  if (vector->holder.len > 0) {
    note_holder (core, talk, vector);
    return;
  }
  note_own_head (core, channel, talk, vector);
  lan_core_note_heads (core, channel, talk, vector, TRUE);
  if (vector->ask)
    lan_core_send_vector_of (core, channel, &id, talk, NULL, FALSE);
}

/* --- looking --- */

static void
add_device (LanCore *core, GArray *devices, const LanDeviceEntry *entry)
{
  const LanCoreDevice *known = lan_core_own_device (core, &entry->device);
  LanOwnDevice device = { .id = entry->device, .active = entry->state == LAN_DEVICE_ACTIVE };

  device.self = lan_device_id_equal (&entry->device, &core->self_device);
  device.name = g_hash_table_lookup (core->device_names, &entry->device);
  if (known != NULL && known->row.cert != NULL)
    device.since_s = known->cert.not_before_s;
  for (guint i = 0; i < core->me->channels->len; i++) {
    const LanCoreChannel *channel = g_ptr_array_index (core->me->channels, i);

    device.online = device.online || lan_device_id_equal (&channel->device, &entry->device);
  }
  device.online = device.online || device.self;
  g_array_append_val (devices, device);
}

GArray *
lan_core_list_devices (LanCore *core)
{
  GArray *devices = g_array_new (FALSE, TRUE, sizeof (LanOwnDevice));
  LanDeviceList list;
  gsize len;
  const guint8 *data = g_bytes_get_data (core->list, &len);

  if (lan_device_list_decode (&list, data, len) != LAN_STATUS_OK)
    return devices;
  for (guint i = 0; i < list.n_devices; i++)
    add_device (core, devices, &list.devices[i]);
  return devices;
}

guint
lan_core_get_own_certs (LanCore *core, GBytes **certs, guint max)
{
  guint n = 0;

  if (max > 0)
    certs[n++] = core->cert;
  for (guint i = 0; i < core->me->devices->len && n < max; i++) {
    const LanCoreDevice *device = g_ptr_array_index (core->me->devices, i);

    if (device->row.cert != NULL)
      certs[n++] = device->row.cert;
  }
  return n;
}

void
lan_core_add_own_cert (LanCore *core, GBytes *bytes)
{
  LanCoreDevice *device;
  LanCert cert;

  if (lan_cert_decode (&cert, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) !=
          LAN_STATUS_OK ||
      !lan_account_id_equal (&cert.account, &core->self) ||
      lan_device_id_equal (&cert.device, &core->self_device))
    return;
  device = lan_core_own_device (core, &cert.device);
  if (device == NULL)
    device = lan_core_add_device (core->me, &cert.device);
  if (device == NULL)
    return;
  g_clear_pointer (&device->row.cert, g_bytes_unref);
  device->row.cert = g_bytes_ref (bytes);
  device->cert = cert;
  device->dirty = TRUE;
  lan_core_touch_person (core, core->me);
}
