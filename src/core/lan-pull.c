/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Logs that are not the other end's own: asked for, one at a time and a piece at a time, where its
 * vector shows more than we have. Between one's own devices at once; of a contact a moment later,
 * because whoever wrote it is likely to bring it meanwhile.
 */
#include "lan-core-private.h"

#include <string.h>

static guint64
have (const LanPull *pull)
{
  const LanCoreLog *log = lan_talk_find_log (pull->talk, &pull->device);

  return log != NULL ? log->head.seq : 0;
}

static gboolean
is_branched (const LanPull *pull)
{
  const LanCoreLog *log = lan_talk_find_log (pull->talk, &pull->device);

  return log != NULL && log->branched;
}

/* Would a record of @device be taken from this channel? */
static gboolean
would_take (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk, const LanDeviceId *id)
{
  const LanCoreDevice *device = lan_core_own_device (core, id);

  if (device == NULL)
    device = lan_core_person_device (talk->peer, id);
  if (device == NULL || device->row.cert == NULL)
    return FALSE;
  return device->row.state == 0 || lan_core_is_me (core, channel->person) ||
         lan_account_id_equal (&device->row.account, &channel->person->row.account);
}

static void
add (LanCoreChannel *channel, const LanPull *fresh)
{
  for (guint i = 0; i < channel->pulls->len; i++) {
    LanPull *pull = &g_array_index (channel->pulls, LanPull, i);

    if (pull->talk != fresh->talk || !lan_device_id_equal (&pull->device, &fresh->device))
      continue;
    pull->to = MAX (pull->to, fresh->to);
    return;
  }
  g_array_append_val (channel->pulls, *fresh);
}

void
lan_core_note_heads (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk,
                     const Lanyard__Vector *vector, gboolean now)
{
  gboolean pushes = channel->person == talk->peer; /* its own log */

  for (gsize i = 0; i < vector->n_heads; i++) {
    LanPull pull = { .talk = talk, .to = vector->heads[i]->seq };

    memcpy (pull.device.b, vector->heads[i]->device.data, sizeof pull.device.b);
    pull.due_us = core->now.mono_us + (now ? 0 : LAN_CORE_PULL_US);
    if (lan_device_id_equal (&pull.device, &core->self_device) ||
        (pushes && lan_device_id_equal (&pull.device, &channel->device)) ||
        have (&pull) >= pull.to || is_branched (&pull) ||
        !would_take (core, channel, talk, &pull.device))
      continue;
    add (channel, &pull);
  }
  lan_core_run_pulls (core, channel);
}

static void
ask (LanCore *core, LanCoreChannel *channel, const LanPull *pull)
{
  guint64 first = have (pull) + 1;

  channel->pulled_from = first;
  channel->pulled_to = MIN (pull->to, first + LAN_CORE_PULL_RECORDS - 1);
  channel->pulled_us = MAX (core->now.mono_us, 1);
  lan_core_send_fetch (core, channel, &pull->talk->row.conversation, &pull->device, first,
                       channel->pulled_to);
  lan_deadlines_set (core->deadlines, channel, LAN_DUE_PULL, core->now.mono_us + LAN_CORE_FETCH_US);
}

void
lan_core_run_pulls (LanCore *core, LanCoreChannel *channel)
{
  while (channel->pulls->len > 0) {
    LanPull pull = g_array_index (channel->pulls, LanPull, 0);

    if (have (&pull) >= pull.to || is_branched (&pull)) {
      g_array_remove_index (channel->pulls, 0);
      channel->pulled_us = 0;
      continue;
    }
    if (channel->pulled_us != 0 && have (&pull) < channel->pulled_to)
      return; /* on its way */
    if (pull.due_us > core->now.mono_us) {
      channel->pulled_us = 0;
      lan_deadlines_set (core->deadlines, channel, LAN_DUE_PULL, pull.due_us);
      return;
    }
    ask (core, channel, &pull);
    return;
  }
  lan_deadlines_cancel (core->deadlines, channel, LAN_DUE_PULL);
}

/* What does not come is given up until the next vector names it. */
void
lan_core_pull_due (LanCore *core, LanCoreChannel *channel)
{
  if (channel->pulls->len > 0 && channel->pulled_us != 0 &&
      core->now.mono_us - channel->pulled_us >= LAN_CORE_FETCH_US) {
    guint64 next = have (&g_array_index (channel->pulls, LanPull, 0)) + 1;

    if (next > channel->pulled_from) {
      channel->pulled_from = next;
      channel->pulled_us = core->now.mono_us;
      lan_deadlines_set (core->deadlines, channel, LAN_DUE_PULL,
                         core->now.mono_us + LAN_CORE_FETCH_US);
    } else {
      g_array_remove_index (channel->pulls, 0);
      channel->pulled_us = 0;
    }
  }
  lan_core_run_pulls (core, channel);
}

static LanCoreChannel *
channel_to (LanCorePerson *person, const LanDeviceId *device)
{
  for (guint i = 0; i < person->channels->len; i++) {
    LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    if (channel->best && lan_device_id_equal (&channel->device, device))
      return channel;
  }
  return NULL;
}

void
lan_core_ask_gap (LanCore *core, LanCoreLog *log)
{
  LanCorePerson *peer = log->talk->peer;
  LanCoreChannel *channel = channel_to (log->own ? core->me : peer, &log->device);

  if (channel == NULL)
    channel = peer->active != NULL ? peer->active : core->me->active;
  if (channel == NULL)
    return;
  log->gap = FALSE;
  lan_core_send_fetch (core, channel, &log->talk->row.conversation, &log->device,
                       log->committed.seq + 1, 0);
}
