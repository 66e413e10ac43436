/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a server answers to mail that is being left: bundles to seal with, envelopes stored or
 * refused. A point moves only over what is stored without a gap, and 'left at the server' is told
 * once that is kept.
 */
#include "lan-mail-private.h"

#include <string.h>

/* (nullable): whose device it is; @device: (out). */
static LanCorePerson *
person_of_device (LanCore *core, const LanDeviceId *id, LanCoreDevice **device)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    *device = lan_core_person_device (value, id);
    if (*device != NULL && lan_mail_is_usable (*device))
      return value;
  }
  return NULL;
}

/* In whichever conversations something waits for them. */
static void
run_all (LanCore *core, LanCorePerson *person)
{
  g_autoptr (GPtrArray) outlets = lan_core_list_outlets (core, person);

  for (guint i = 0; i < outlets->len; i++)
    lan_mail_run (core, g_ptr_array_index (outlets, i));
}

void
lan_core_bundle (LanCore *core, const LanDeviceId *id, GBytes *signed_prekey, GBytes *one_time,
                 const LanTime *now)
{
  LanMailRoute *route = g_hash_table_lookup (core->mail->routes, id);
  LanCoreDevice *device = NULL;
  LanCorePerson *person;
  LanPrekey prekey;

  core->now = *now;
  person = person_of_device (core, id, &device);
  if (route == NULL || !route->asked || person == NULL)
    return;
  route->asked = FALSE;
  route->have = FALSE;
  route->one_time.id = 0;
  if (lan_prekey_verify (&prekey, device->cert.sign_public, g_bytes_get_data (signed_prekey, NULL),
                         g_bytes_get_size (signed_prekey)) == LAN_STATUS_OK &&
      lan_device_id_equal (&prekey.device, id) &&
      lan_prekey_check_time (&prekey, now->wall_ms / 1000, LAN_MAIL_CLOCK_SLACK_S) ==
          LAN_STATUS_OK) {
    route->have = TRUE;
    route->prekey = prekey;
    route->fetched_us = now->mono_us;
    if (one_time != NULL &&
        lan_one_time_decode (&route->one_time, g_bytes_get_data (one_time, NULL),
                             g_bytes_get_size (one_time)) != LAN_STATUS_OK)
      route->one_time.id = 0;
  } else {
    route->not_before_us = now->mono_us + LAN_MAIL_RETRY_LONG_US;
  }
  run_all (core, person);
  lan_core_settle (core);
}

static gint64
when_again (const LanCore *core, guint32 retry_ms)
{
  gint64 wait = retry_ms == 0 ? LAN_MAIL_RETRY_LONG_US
                              : MAX ((gint64) retry_ms * 1000, (gint64) G_USEC_PER_SEC);

  return core->now.mono_us + MIN (wait, LAN_MAIL_RETRY_LONG_US);
}

void
lan_core_bundle_refused (LanCore *core, const LanDeviceId *id, guint32 retry_ms, const LanTime *now)
{
  LanMailRoute *route = g_hash_table_lookup (core->mail->routes, id);
  LanCoreDevice *device;
  LanCorePerson *person;

  core->now = *now;
  if (route == NULL || !route->asked)
    return;
  route->asked = FALSE;
  route->not_before_us = when_again (core, retry_ms);
  person = person_of_device (core, id, &device);
  if (person != NULL)
    run_all (core, person);
  lan_core_settle (core);
}

static LanMailDeposit *
find_deposit (LanMailer *mail, const guint8 *id)
{
  for (guint i = 0; i < mail->deposits->len; i++) {
    LanMailDeposit *deposit = g_ptr_array_index (mail->deposits, i);

    if (memcmp (deposit->id, id, LAN_MAIL_ID_BYTES) == 0)
      return deposit;
  }
  return NULL;
}

static LanCoreAction *
left_event (LanCore *core, LanCoreTalk *talk)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_MESSAGE_STATE);

  event->account = talk->peer->row.account;
  event->state.conversation = talk->row.conversation;
  event->state.state = LAN_MESSAGE_MAILBOX;
  event->state.time_ms = core->now.wall_ms;
  event->state.messages = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  return event;
}

/* The point moves over what is stored without a gap, and people are told once that is kept. */
static void
advance (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device)
{
  LanMailPoint *point = lan_mail_get_point (talk, device);
  guint64 delivered = lan_talk_delivered (talk, &talk->own->device);
  guint64 told = MAX (delivered, lan_mail_left_up_to (talk));
  GPtrArray *deposits = core->mail->deposits;
  LanCoreAction *event = left_event (core, talk);

  for (guint i = 0; i < deposits->len;) {
    const LanMailDeposit *deposit = g_ptr_array_index (deposits, i);

    if (deposit->talk != talk || !lan_device_id_equal (&deposit->device, device)) {
      i++;
      continue;
    }
    if (!deposit->stored)
      break;
    point->seq = MAX (point->seq, deposit->to);
    point->time_ms = core->now.wall_ms;
    for (guint k = 0; k < deposit->messages->len; k++) {
      const LanMailMessage *message = &g_array_index (deposit->messages, LanMailMessage, k);

      if (message->seq > told) /* else another device of theirs has it, or a letter for one */
        g_array_append_val (event->state.messages, message->id);
    }
    g_ptr_array_remove_index (deposits, i);
  }
  if (point->seq > 0)
    lan_mail_touch_point (core, talk, point);
  if (talk->group != NULL) {
    lan_group_letters_moved (core, talk);
    g_array_set_size (event->state.messages, 0);
  }
  if (event->state.messages->len > 0) {
    g_ptr_array_add (lan_core_batch (core)->events, event);
    return;
  }
  lan_core_action_clear (event);
  g_free (event);
}

void
lan_core_deposit_stored (LanCore *core, const guint8 id[LAN_MAIL_ID_BYTES], const LanTime *now)
{
  LanMailDeposit *deposit = find_deposit (core->mail, id);
  LanCoreTalk *talk;
  LanDeviceId device;

  core->now = *now;
  if (deposit == NULL || deposit->stored)
    return;
  deposit->stored = TRUE;
  core->mail->counters.stored++;
  talk = deposit->talk;
  device = deposit->device;
  advance (core, talk, &device);
  lan_mail_run (core, talk);
  lan_core_settle (core);
}

void
lan_core_deposit_refused (LanCore *core, const guint8 id[LAN_MAIL_ID_BYTES], guint32 retry_ms,
                          const LanTime *now)
{
  LanMailDeposit *deposit = find_deposit (core->mail, id);
  LanCoreTalk *talk;
  LanDeviceId device;

  core->now = *now;
  if (deposit == NULL || deposit->stored)
    return;
  talk = deposit->talk;
  device = deposit->device;
  deposit->stored = TRUE; /* it needs no cancelling */
  lan_mail_route_to (core->mail, &device)->not_before_us = when_again (core, retry_ms);
  lan_mail_give_up_from (core, talk, &device, deposit->from);
  lan_mail_run (core, talk);
  lan_core_settle (core);
}
