/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Leaving mail: own records that wait for a device to which no channel leads, while a mailbox is
 * open. A while is waited for a channel; then the device's bundle is asked for, the records are read,
 * sealed and given out, in the order of the log. Point, holding and deposits under way say where
 * the next envelope begins, so that nothing goes twice as long as nothing was lost.
 */
#include "lan-mail-private.h"

#include <string.h>

/* ---- what may go ---- */

static gboolean
may_mail (LanCore *core, LanCoreTalk *talk)
{
  const LanCorePerson *person = talk->peer;

  return core->started && !core->forked && !core->revoked && !lan_core_is_me (core, person) &&
         core->mail->mailbox == LAN_MAILBOX_OPEN && !talk->restoring && talk->suspect.seq == 0 &&
         (talk->row.flags & LAN_CONVERSATION_HELD) == 0 && !lan_core_is_blocked (person) &&
         person->row.trust != LAN_TRUST_REVOKED &&
         lan_account_id_is_zero (&person->row.merged_into) &&
         (talk->group == NULL || lan_group_letters_may (core, talk));
}

static gboolean
has_channel (const LanCorePerson *person, const LanDeviceId *device)
{
  for (guint i = 0; i < person->channels->len; i++) {
    const LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    if (lan_device_id_equal (&channel->device, device))
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_mail_is_usable (const LanCoreDevice *device)
{
  return device->row.cert != NULL && device->row.state == 0;
}

static void
set_due (LanCore *core, LanCoreTalk *talk, gint64 due_us)
{
  if (talk->mail_due_us != 0 && talk->mail_due_us <= due_us)
    return; /* it looks sooner, and again */
  talk->mail_due_us = due_us;
  lan_deadlines_set (core->deadlines, talk, LAN_DUE_MAIL, due_us);
}

void
lan_mail_arm (LanCore *core, LanCoreTalk *talk)
{
  lan_carry_arm (core, talk);
  if (!may_mail (core, talk) || talk->own->committed.seq == 0)
    return;
  /* Where a device begins is noted now, before another device of theirs has the newest. */
  for (guint i = 0; i < talk->peer->devices->len; i++) {
    LanCoreDevice *device = g_ptr_array_index (talk->peer->devices, i);

    if (lan_mail_is_usable (device))
      lan_mail_get_point (talk, &device->row.device);
  }
  set_due (core, talk, core->now.mono_us + LAN_MAIL_DELAY_US);
}

/* ---- deposits ---- */

static guint
count_under_way (const LanMailer *mail, const LanCoreTalk *talk, const LanDeviceId *device,
                 guint64 *up_to)
{
  guint n = 0;

  for (guint i = 0; i < mail->deposits->len; i++) {
    const LanMailDeposit *deposit = g_ptr_array_index (mail->deposits, i);

    if (deposit->talk != talk || !lan_device_id_equal (&deposit->device, device))
      continue;
    *up_to = MAX (*up_to, deposit->to);
    n++;
  }
  return n;
}

static void
cancel (LanCore *core, const LanMailDeposit *deposit)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_CANCEL_DEPOSIT);

  action->account = deposit->talk->peer->row.account;
  action->deposit.device = deposit->device;
  memcpy (action->deposit.id, deposit->id, sizeof action->deposit.id);
  lan_core_push (core, action);
}

/* Those of @talk (NULL: of all) for @device (NULL: any) that end at or before @up_to. */
void
lan_mail_forget_deposits (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device,
                          guint64 up_to, gboolean with_cancel)
{
  GPtrArray *deposits = core->mail->deposits;

  for (guint i = deposits->len; i > 0; i--) {
    const LanMailDeposit *deposit = g_ptr_array_index (deposits, i - 1);

    if ((talk != NULL && deposit->talk != talk) ||
        (device != NULL && !lan_device_id_equal (&deposit->device, device)) || deposit->to > up_to)
      continue;
    if (with_cancel && !deposit->stored)
      cancel (core, deposit);
    g_ptr_array_remove_index (deposits, i - 1);
  }
}

/* From this one on, the device's envelopes are given up: they will be sealed again. */
void
lan_mail_give_up_from (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device, guint64 from)
{
  GPtrArray *deposits = core->mail->deposits;

  for (guint i = deposits->len; i > 0; i--) {
    const LanMailDeposit *deposit = g_ptr_array_index (deposits, i - 1);

    if (deposit->talk != talk || !lan_device_id_equal (&deposit->device, device) ||
        deposit->from < from)
      continue;
    if (!deposit->stored)
      cancel (core, deposit);
    g_ptr_array_remove_index (deposits, i - 1);
  }
}

/* A prekey's two weeks may pass while the server cannot be reached. */
void
lan_mail_drop_expired (LanCore *core)
{
  gint64 now_s = core->now.wall_ms / 1000;

  for (guint i = 0; i < core->mail->deposits->len; i++) {
    const LanMailDeposit *deposit = g_ptr_array_index (core->mail->deposits, i);
    LanCoreTalk *talk = deposit->talk;
    LanDeviceId device = deposit->device;

    if (deposit->stored || deposit->expires_s + LAN_MAIL_CLOCK_SLACK_S >= now_s)
      continue;
    lan_mail_give_up_from (core, talk, &device, deposit->from);
    i = G_MAXUINT; /* the list is another one now: from the beginning */
  }
}

/* ---- routes ---- */

LanMailRoute *
lan_mail_route_to (LanMailer *mail, const LanDeviceId *device)
{
  LanMailRoute *route = g_hash_table_lookup (mail->routes, device);

  if (route == NULL) {
    route = g_new0 (LanMailRoute, 1);
    route->device = *device;
    g_hash_table_insert (mail->routes, &route->device, route);
  }
  return route;
}

static gboolean
is_fresh (const LanCore *core, const LanMailRoute *route)
{
  return route->have &&
         (route->one_time.id != 0 || core->now.mono_us - route->fetched_us < LAN_MAIL_BUNDLE_US) &&
         lan_prekey_check_time (&route->prekey, core->now.wall_ms / 1000, LAN_MAIL_CLOCK_SLACK_S) ==
             LAN_STATUS_OK;
}

static void
ask_bundle (LanCore *core, LanCoreTalk *talk, LanMailRoute *route)
{
  LanCoreAction *action;

  if (route->asked)
    return;
  route->asked = TRUE;
  action = lan_core_action_new (LAN_CORE_WANT_BUNDLE);
  action->account = talk->peer->row.account;
  action->bundle.device = route->device;
  lan_core_push (core, action);
}

static void
read_records (LanCore *core, LanCoreTalk *talk, LanMailRoute *route, guint64 from, guint64 to)
{
  guint64 request;
  LanAsk *ask = lan_core_ask (core, LAN_ASK_MAIL, talk, &request);

  route->reading = TRUE;
  ask->log = talk->own;
  ask->device = talk->own->device;
  ask->holder = route->device;
  ask->from_seq = from;
  ask->to_seq = to;
  lan_core_read (core, ask, request, LAN_CORE_READ_BYTES);
}

/* What was left and not fetched in four weeks is gone there, or soon: it is left once more. */
static void
begin_again_if_old (LanCore *core, LanCoreTalk *talk, LanMailPoint *point)
{
  if (point->seq == 0 || core->now.wall_ms - point->time_ms < LAN_MAIL_AGAIN_MS)
    return;
  point->seq = 0;
  point->round++;
  point->time_ms = core->now.wall_ms;
  lan_mail_touch_point (core, talk, point);
}

/* Returns: the first record that is to go to @device by mail; 0: none. */
static guint64
next_for (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device)
{
  LanMailPoint *point = lan_mail_get_point (talk, device);
  guint64 up_to;
  guint n;

  begin_again_if_old (core, talk, point);
  up_to = MAX (point->base, point->seq);
  up_to = MAX (up_to, lan_talk_holding (talk, device, &talk->own->device)->seq);
  n = count_under_way (core->mail, talk, device, &up_to);
  if (up_to >= talk->own->committed.seq || n >= LAN_MAIL_PER_DEVICE_MAX ||
      core->mail->deposits->len >= LAN_MAIL_DEPOSITS_MAX)
    return 0;
  return talk->group != NULL ? lan_group_letters_next (talk, up_to) : up_to + 1;
}

static void
run_device (LanCore *core, LanCoreTalk *talk, const LanCoreDevice *device)
{
  guint64 from = next_for (core, talk, &device->row.device);
  LanMailRoute *route;

  if (from == 0)
    return;
  route = lan_mail_route_to (core->mail, &device->row.device);
  if (route->not_before_us > core->now.mono_us)
    set_due (core, talk, route->not_before_us);
  else if (!is_fresh (core, route))
    ask_bundle (core, talk, route);
  else if (!route->reading)
    read_records (core, talk, route, from,
                  MIN (talk->own->committed.seq,
                       from + LAN_ENVELOPE_RECORDS_MAX * LAN_MAIL_PER_DEVICE_MAX - 1));
}

void
lan_mail_run (LanCore *core, LanCoreTalk *talk)
{
  gboolean any = FALSE;

  talk->mail_due_us = 0;
  if (!may_mail (core, talk))
    return;
  for (guint i = 0; i < talk->peer->devices->len; i++) {
    const LanCoreDevice *device = g_ptr_array_index (talk->peer->devices, i);

    if (!lan_mail_is_usable (device))
      continue;
    any = TRUE;
    if (!has_channel (talk->peer, &device->row.device))
      run_device (core, talk, device);
  }
  if (!any && lan_talk_has_waiting (talk))
    lan_core_tell_person (core, LAN_CORE_WANT_PAPERS, talk->peer);
}

/* ---- sealing ---- */

typedef struct {
  GPtrArray *blobs; /* of GBytes, borrowed */
  gsize bytes;
  GArray *messages;
  guint64 from;
  guint64 to;
  LanHash hash; /* of the last */
} Load;

static void
load_clear (Load *load)
{
  g_ptr_array_set_size (load->blobs, 0);
  load->bytes = 0;
  load->from = load->to = 0;
  g_array_set_size (load->messages, 0);
}

static gboolean
load_put (Load *load, const LanRecordRow *row)
{
  gsize len = g_bytes_get_size (row->blob);

  if (load->blobs->len == LAN_ENVELOPE_RECORDS_MAX || load->bytes + len > LAN_ENVELOPE_ROOM)
    return FALSE;
  g_ptr_array_add (load->blobs, row->blob);
  load->bytes += len;
  if (load->from == 0)
    load->from = row->seq;
  load->to = row->seq;
  load->hash = row->hash;
  if (lan_kind_has_state (row->kind)) {
    const LanMailMessage message = { row->message, row->seq };

    g_array_append_val (load->messages, message);
  }
  return TRUE;
}

/* The same records for the same device have the same id, also after a restart: the server then
 * stores them once. Nobody else can tell what it is made of. */
static void
make_id (const LanCoreTalk *talk, const LanDeviceId *device, guint32 round, const Load *load,
         guint8 id[LAN_MAIL_ID_BYTES])
{
  guint8 buf[128];
  LanWriter w;

  lan_writer_init (&w, buf, sizeof buf);
  lan_write_bytes (&w, talk->row.conversation.b, LAN_CONVERSATION_ID_BYTES);
  lan_write_bytes (&w, talk->own->device.b, LAN_DEVICE_ID_BYTES);
  lan_write_bytes (&w, device->b, LAN_DEVICE_ID_BYTES);
  lan_write_u64 (&w, load->from);
  lan_write_u64 (&w, load->to);
  lan_write_u32 (&w, round);
  lan_write_bytes (&w, load->hash.b, LAN_HASH_BYTES);
  lan_hash_n (id, LAN_MAIL_ID_BYTES, buf, w.len);
}

guint32
lan_mail_own_list_seq (const LanCore *core)
{
  LanDeviceList list;

  if (lan_device_list_decode (&list, g_bytes_get_data (core->list, NULL),
                              g_bytes_get_size (core->list)) != LAN_STATUS_OK)
    return 0;
  return list.seq;
}

static void
set_recipient (LanEnvelopeTo *to, const LanCoreDevice *device, const LanMailRoute *route)
{
  *to = (LanEnvelopeTo){ .account = device->row.account, .device = device->row.device };
  memcpy (to->dh_public, device->cert.dh_public, LAN_KEY_BYTES);
  to->signed_id = route->prekey.id;
  memcpy (to->signed_public, route->prekey.public_key, LAN_KEY_BYTES);
  to->one_time_id = route->one_time.id;
  memcpy (to->one_time_public, route->one_time.public_key, LAN_KEY_BYTES);
}

/* FALSE: this device's keys do not do; nothing more is tried with them. */
static gboolean
give_out (LanCore *core, LanCoreTalk *talk, const LanCoreDevice *device, LanMailRoute *route,
          Load *load)
{
  LanMailDeposit *deposit;
  LanCoreAction *action;
  LanEnvelopeTo to;
  GBytes *envelope;
  LanStatus status;

  if (load->blobs->len == 0)
    return TRUE;
  set_recipient (&to, device, route);
  status = lan_envelope_seal (&to, core->device, lan_mail_own_list_seq (core),
                              (GBytes *const *) load->blobs->pdata, load->blobs->len, core->random,
                              &envelope);
  if (status != LAN_STATUS_OK) {
    route->have = FALSE;
    route->not_before_us = core->now.mono_us + LAN_MAIL_RETRY_LONG_US;
    return FALSE;
  }
  route->one_time.id = 0;
  deposit = g_new0 (LanMailDeposit, 1);
  make_id (talk, &route->device, lan_mail_get_point (talk, &route->device)->round, load,
           deposit->id);
  deposit->talk = talk;
  deposit->device = route->device;
  deposit->from = load->from;
  deposit->to = load->to;
  deposit->expires_s = route->prekey.expires_s;
  deposit->messages = g_array_copy (load->messages);
  g_ptr_array_add (core->mail->deposits, deposit);
  talk->letter_bytes += load->bytes;
  core->mail->counters.deposits++;
  action = lan_core_action_new (LAN_CORE_DEPOSIT);
  action->account = talk->peer->row.account;
  action->deposit.device = route->device;
  memcpy (action->deposit.id, deposit->id, sizeof action->deposit.id);
  action->deposit.envelope = envelope;
  lan_core_push (core, action);
  load_clear (load);
  return TRUE;
}

/* TRUE: what was to go is not kept any more; what follows it is seen to. */
static gboolean
steps_over (LanCore *core, LanAsk *ask, LanMailRoute *route, GPtrArray *rows)
{
  LanLogPoint gone;
  LanGap gap = lan_core_find_gap (ask, rows, &gone);

  if (gap == LAN_GAP_ASK) {
    read_records (core, ask->talk, route, ask->from_seq, ask->log->committed.seq);
  } else if (gap == LAN_GAP_FOUND) {
    lan_core_skip_gone (core, ask->talk, &ask->holder, &gone);
    lan_mail_run (core, ask->talk);
  }
  return gap != LAN_GAP_NONE;
}

void
lan_mail_on_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreTalk *talk = ask->talk;
  LanCoreDevice *device = lan_core_person_device (talk->peer, &ask->holder);
  LanMailRoute *route = lan_mail_route_to (core->mail, &ask->holder);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();
  g_autoptr (GArray) messages = g_array_new (FALSE, FALSE, sizeof (LanMailMessage));
  Load load = { .blobs = blobs, .messages = messages };
  guint64 next = ask->from_seq;
  gboolean ok = TRUE;

  route->reading = FALSE;
  if (!may_mail (core, talk) || ask->log != talk->own || device == NULL ||
      !lan_mail_is_usable (device) || has_channel (talk->peer, &ask->holder) || !route->have ||
      next_for (core, talk, &ask->holder) != next) {
    lan_mail_arm (core, talk);
    return;
  }
  if (steps_over (core, ask, route, rows))
    return;
  for (guint i = 0; i < rows->len && ok && next_for (core, talk, &ask->holder) != 0; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->seq != next)
      break;
    if (!load_put (&load, row)) {
      ok = give_out (core, talk, device, route, &load);
      if (!ok || next_for (core, talk, &ask->holder) == 0 || !load_put (&load, row))
        break;
    }
    next++;
  }
  if (ok)
    ok = give_out (core, talk, device, route, &load);
  if (ok && next > ask->from_seq)
    lan_mail_run (core, talk);
}
