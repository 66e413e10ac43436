/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Carried mail's life: made, loaded, told of frames, commits and time.
 */
#include "lan-carry-private.h"

#include <string.h>

gboolean
lan_carry_has_carriers (const LanCore *core)
{
  return g_hash_table_size (core->carry->carriers) > 0;
}

static void
row_free (gpointer row)
{
  lan_carried_row_clear (row);
  g_free (row);
}

LanCarry *
lan_carry_new (void)
{
  LanCarry *carry = g_new0 (LanCarry, 1);

  carry->held = g_ptr_array_new_with_free_func (g_free);
  carry->held_set = g_hash_table_new (lan_message_id_hash, lan_message_id_equal);
  carry->parcels = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_parcel_free);
  carry->wanted = g_ptr_array_new_with_free_func (g_free);
  carry->reads = g_array_new (FALSE, FALSE, sizeof (LanCarryRead));
  carry->keys = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, NULL, g_free);
  carry->carriers = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL, g_free);
  g_queue_init (&carry->done);
  carry->done_set = g_hash_table_new (lan_message_id_hash, lan_message_id_equal);
  carry->bundled = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, g_free, NULL);
  carry->loaded = g_ptr_array_new_with_free_func (row_free);
  carry->next_mail = G_MAXUINT64;
  return carry;
}

void
lan_carry_free (LanCarry *carry)
{
  if (carry == NULL)
    return;
  g_hash_table_unref (carry->held_set);
  g_ptr_array_unref (carry->held);
  g_ptr_array_unref (carry->parcels);
  g_ptr_array_unref (carry->wanted);
  g_array_unref (carry->reads);
  g_hash_table_unref (carry->keys);
  g_hash_table_unref (carry->carriers);
  g_clear_pointer (&carry->tags, g_hash_table_unref);
  g_hash_table_unref (carry->done_set);
  g_hash_table_unref (carry->bundled);
  g_queue_clear_full (&carry->done, g_free);
  g_ptr_array_unref (carry->loaded);
  g_free (carry);
}

/* ---- what is kept ---- */

void
lan_carry_keep_row (LanCore *core, guint32 kind, const LanMessageId *id, GBytes *info,
                    GBytes *envelope)
{
  LanChange *change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_CARRIED);

  change->carried.kind = kind;
  change->carried.id = *id;
  change->carried.info = info;
  change->carried.envelope = envelope != NULL ? g_bytes_ref (envelope) : NULL;
}

void
lan_carry_note_event (LanCore *core, LanCarryEvent what, const LanMessageId *id)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_CARRIED);

  event->carried.what = what;
  if (id != NULL)
    event->carried.id = *id;
  g_ptr_array_add (lan_core_batch (core)->events, event);
}

void
lan_carry_note_known (LanCore *core, const LanAccountId *account)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_CARRIED);

  event->carried.what = LAN_CARRY_EVENT_KNOWN;
  event->account = *account;
  g_ptr_array_add (lan_core_batch (core)->events, event);
}

void
lan_core_load_carried (LanCore *core, const LanCarriedRow *row)
{
  LanCarriedRow *copy;

  if (row->info == NULL)
    return;
  copy = g_new0 (LanCarriedRow, 1);
  copy->kind = row->kind;
  copy->id = row->id;
  copy->info = g_bytes_ref (row->info);
  g_ptr_array_add (core->carry->loaded, copy);
}

void
lan_carry_start (LanCore *core)
{
  LanCarry *carry = core->carry;

  for (guint i = 0; i < carry->loaded->len; i++) {
    const LanCarriedRow *row = g_ptr_array_index (carry->loaded, i);

    if (row->kind == LAN_CARRIED_HELD)
      lan_carry_load_held (core, row);
    else if (row->kind == LAN_CARRIED_PARCEL)
      lan_carry_load_parcel (core, row);
  }
  g_ptr_array_set_size (carry->loaded, 0);
  lan_carry_tell_all (core);
  lan_carry_look (core);
}

void
lan_carry_look_later (LanCore *core)
{
  lan_deadlines_set (core->deadlines, core->carry, LAN_DUE_CARRY_LOOK,
                     core->now.mono_us + LAN_CARRY_LOOK_US);
}

/* Now and then: what is too old goes, the prekey is renewed in time, carriers are visited. */
void
lan_carry_look (LanCore *core)
{
  LanRingEntry entry;

  lan_carry_expire_held (core);
  lan_carry_expire_parcels (core);
  lan_carry_want_all (core);
  if (lan_prekey_ring_current (core->mail->ring, &entry) && lan_mail_keys_own (core, NULL))
    lan_carry_note_event (core, LAN_CARRY_EVENT_KEYS, NULL);
  if (g_hash_table_size (core->carry->carriers) > 0 || core->carry->held->len > 0 ||
      core->carry->parcels->len > 0)
    lan_carry_look_later (core);
}

void
lan_carry_due (LanCore *core, LanDue due, gpointer key)
{
  if (due == LAN_DUE_CARRY)
    lan_carry_run (core, key);
  else
    lan_carry_look (core);
}

void
lan_carry_on_frame (LanCore *core, LanCoreChannel *channel, const LanFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__FRAME__BODY_CARRY_HELLO:
    lan_carry_on_hello (core, channel, frame->carry_hello);
    break;
  case LANYARD__FRAME__BODY_CARRY_PUT:
    lan_carry_on_put (core, channel, frame->carry_put);
    break;
  case LANYARD__FRAME__BODY_CARRY_RESULT:
    lan_carry_on_result (core, channel, frame->carry_result);
    break;
  case LANYARD__FRAME__BODY_CARRY_LIST:
    lan_carry_on_list (core, channel, frame->carry_list);
    break;
  case LANYARD__FRAME__BODY_CARRY_FETCH:
    lan_carry_on_fetch (core, channel, frame->carry_fetch);
    break;
  case LANYARD__FRAME__BODY_CARRY_MAIL:
    lan_carry_on_mail (core, channel, frame->carry_mail);
    break;
  case LANYARD__FRAME__BODY_CARRY_ACK:
    lan_carry_on_ack (core, channel, frame->carry_ack);
    break;
  case LANYARD__FRAME__BODY_CARRY_RECEIPT:
    lan_carry_on_receipt (core, channel, frame->carry_receipt);
    break;
  default:
    lan_carry_on_drop (core, channel, frame->carry_drop);
    break;
  }
}

void
lan_carry_event_done (LanCore *core, const LanCoreAction *event, gboolean ok)
{
  if (event->type != LAN_CORE_CARRIED)
    return;
  switch ((LanCarryEvent) event->carried.what) {
  case LAN_CARRY_EVENT_KEYS:
    lan_mail_keys_kept (core, ok);
    if (ok)
      lan_carry_greet_all (core);
    break;
  case LAN_CARRY_EVENT_KNOWN:
    if (ok)
      lan_carry_known (core, &event->account);
    break;
  case LAN_CARRY_EVENT_HELD:
  case LAN_CARRY_EVENT_ACKED:
    lan_carry_held_done (core, event, ok);
    break;
  }
}

/* ---- doors ---- */

void
lan_core_set_carrying (LanCore *core, gboolean on, const LanTime *now)
{
  core->now = *now;
  on = on != FALSE;
  if (core->carry->on == on)
    return;
  core->carry->on = on;
  lan_carry_keep_setting (core, g_strdup (LAN_CARRY_ON_SETTING),
                          g_bytes_new_static (on ? "1" : "0", 1));
  lan_carry_greet_all (core);
  lan_carry_tell_all (core);
  lan_carry_look_later (core);
  lan_core_settle (core);
}

gboolean
lan_core_get_carrying (LanCore *core)
{
  return core->carry->on;
}

void
lan_core_get_carry_counters (LanCore *core, LanCarryCounters *out)
{
  const LanCarry *carry = core->carry;

  *out = carry->counters;
  for (guint i = 0; i < carry->held->len; i++) {
    const LanHeld *held = g_ptr_array_index (carry->held, i);

    out->held += !held->acked;
    out->receipts += held->acked;
    out->held_bytes += held->acked ? 0 : held->size;
  }
  for (guint i = 0; i < carry->parcels->len; i++)
    out->parcels += ((LanParcel *) g_ptr_array_index (carry->parcels, i))->kept;
}
